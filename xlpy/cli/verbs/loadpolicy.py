"""`xl loadpolicy`."""

from __future__ import annotations

import os
import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call

FAILED = 255


def run(call: Call) -> int:
    """Give Flask another policy; there are no options, and words too many do not matter."""
    from xlpy.executors.hypervisor import NoFlaskError, XenRefusedError

    if not call.words:
        call.help(2)
    policy = _read(call.words[0])
    if isinstance(policy, str):
        print(policy, file=sys.stderr)
        return FAILED
    try:
        call.executor().hypervisor.load_policy(policy)
    except NoFlaskError:
        print("Flask XSM disabled", file=sys.stderr)
        return FAILED
    except XenRefusedError as error:
        print(f"Unable to load new Flask policy: {error}", file=sys.stderr)
        return FAILED
    print("Successfully loaded policy.")
    return 0


def _read(path: str) -> bytes | str:
    """The policy, or what xl says where it cannot be read."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError as error:
        return f"Error occurred opening policy file '{path}': {os.strerror(error.errno or 0)}"
    try:
        return os.read(file, os.fstat(file).st_size)
    except OSError as error:
        return f"Unable to read new Flask policy file: {os.strerror(error.errno or 0)}"
    finally:
        os.close(file)


VERB = Verb(
    name="loadpolicy",
    summary="Loads a new policy into the Flask Xen security module",
    run=run,
    usage="<policy file>",
    modifies=True,
    no_libvirt="libvirt does not reach Flask; Xen's own xl does",
)
