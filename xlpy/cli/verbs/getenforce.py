"""`xl getenforce`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call

DISABLED = 255


def run(call: Call) -> int:
    """Print the mode of Flask; there are no options, not even -h."""
    from xlpy.executors.hypervisor import NoFlaskError

    try:
        enforcing = call.executor().hypervisor.enforcing()
    except NoFlaskError:
        print("Flask XSM Disabled")
        return DISABLED
    print("Enforcing" if enforcing else "Permissive")
    return 0


VERB = Verb(
    name="getenforce",
    summary="Returns the current enforcing mode of the Flask Xen security module",
    run=run,
    no_libvirt="libvirt does not reach Flask; Xen's own xl does",
)
