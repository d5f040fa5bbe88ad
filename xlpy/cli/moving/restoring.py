"""What `xl restore` and `xl migrate-receive` share: a domain from a header, a configuration and the host's state."""

from __future__ import annotations

import os
import sys

from xlpy.cli.call import Leave
from xlpy.cli.files.savefile import read_head
from xlpy.cli.say import say_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.cli.files.savefile import Head, Reader
    from xlpy.executors import Executor
    from xlpy.libxl import DomainConfig
    from xlpy.source import Source

SAVED = "<saved>"


def read_in(
    call: Call, executor: Executor, reader: Reader, filename: str | None, *, debug: bool = False, suffix: str = ""
) -> DomainConfig:
    """The configuration of what READER brings, or another one from a file; ends the run where there is none.

    SUFFIX goes behind the name of the domain.
    """
    head = read_head(reader)
    config = _config(call, executor, head, filename)
    config = config.replace(c_info=config.c_info.replace(name=config.name + suffix))
    if debug:
        from xlpy.cli.printing import show_config

        show_config(config, call.settings, sys.stderr)
    return config


def _config(call: Call, executor: Executor, head: Head, filename: str | None) -> DomainConfig:
    from xlpy.cli.files.configfile import read_config
    from xlpy.cli.shared.creation import accepted

    source: Source
    if filename is not None:
        source = read_config(filename, [], call.release)
    elif head.config is None:
        say_whole("Config file not specified and none in save file")
        raise Leave(1)
    else:
        say_whole(f"Parsing config from {SAVED}")
        if head.is_json:
            return _from_json(call, head.config)
        from xlpy.source import Source

        source = Source.from_bytes(SAVED, head.config)
    return accepted(call, source, executor.info().facts, quiet=False, masked=True)


def _from_json(call: Call, data: bytes) -> DomainConfig:
    """Libxl shows where JSON is wrong, which this does in its own words."""
    from xlpy.cli.say import say
    from xlpy.cli.shared.domains import libxl_error
    from xlpy.libxl_read import from_json

    try:
        config = from_json(data.rstrip(b"\0").decode("utf-8", "surrogateescape"))
    except ValueError as error:
        text = "unable to generate libxl__json_object from JSON representation of libxl_domain_config."
        libxl_error(call.release, "libxl_json.c:libxl__object_from_json", (1084, 1084), text)
        say_whole("Unknown guest type")
        say(f"the configuration in the file: {error}")
        raise Leave(1) from None
    if config.c_info.type == "invalid":
        say_whole("Unknown guest type")
        raise Leave(1)
    return config


def open_reader(call: Call, path: str) -> Reader:
    """A save file; ends the run where it cannot be opened."""
    from xlpy.cli.files.savefile import Reader

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        say_whole(f"Can't open restore file: {error.strerror}")
        raise Leave(1) from None
    return Reader(lambda count: os.read(descriptor, count), path, call.release)


def build(
    call: Call, executor: Executor, config: DomainConfig, reader: Reader, *, watched: bool, checkpointed: bool = False
) -> int:
    """Make the domain and fill it; gives its domid. It stays paused."""
    from xlpy.cli.moving.telling import arrive

    streams = executor.saving.streams
    assert streams is not None
    return arrive(
        call,
        executor,
        config,
        lambda tell: streams.receive(config, reader.up_to, tell, watched=watched, checkpointed=checkpointed),
    )
