"""What `xl save` and `xl migrate` share: the configuration that goes with a domain."""

from __future__ import annotations

from xlpy.cli.call import Leave
from xlpy.cli.say import say_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor
    from xlpy.libxl import DomainConfig


def config_of(call: Call, executor: Executor, domid: int, other: str | None, *, keep_domid: bool) -> DomainConfig:
    """The configuration of a domain, or another one from a file; ends the run where there is none."""
    from xlpy.executors import UnknownDomain

    if other is not None:
        return _from_file(call, executor, other)
    try:
        config = executor.config(domid)
    except UnknownDomain:
        say_no_config(call, domid)
        say_whole("unable to retrieve domain configuration")
        raise Leave(1) from None
    return config.replace(c_info=config.c_info.replace(domid=domid if keep_domid else 0))


def say_no_config(call: Call, domid: int) -> None:
    """What libxl says when it looks for the configuration of a domain that is not there."""
    from xlpy.cli.shared.domains import GONE, libxl_error, say_no_info

    place, text = "libxl_dom.c:libxl__userdata_path", f"unable to find domain info for domain {domid}: "
    say_no_info(call.release, domid)
    why = "No such file or directory" if call.release < (4, 18) else GONE
    libxl_error(call.release, place, (1216, 1244), text + why)


def _from_file(call: Call, executor: Executor, filename: str) -> DomainConfig:
    from xlpy.cli.files.configfile import contents
    from xlpy.cli.shared.creation import accepted
    from xlpy.executors import Failure
    from xlpy.source import Source

    try:
        data = contents(filename, call.release)
    except Failure:
        say_whole("unable to read overridden config file")
        raise Leave(1) from None
    facts = executor.info().facts
    return accepted(call, Source.from_bytes(filename, data), facts, quiet=False, masked=False)


def to_text(call: Call, config: DomainConfig) -> str:
    """As libxl's JSON."""
    from xlpy.libxl_json import to_json

    return to_json(config, call.release)


def tell(line: str) -> None:
    """A line of progress."""
    say_whole(line)
