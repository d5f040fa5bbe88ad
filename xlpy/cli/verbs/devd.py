"""`xl devd`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Say that a simulated host needs no daemon; in the foreground wait as one does, until a signal comes."""
    import signal

    from xlpy.cli.say import say

    options = call.options()
    call.executor()
    say("devd: a simulated host attaches the devices of driver domains by itself: there is nothing to listen for")
    if "F" in options:
        signal.pause()
    return 0


VERB = Verb(
    name="devd",
    summary="Daemon that listens for devices and launches backends",
    run=run,
    usage="[options]",
    modifies=True,
    no_libvirt="libvirtd and the hotplug scripts serve its domains; in a driver domain Xen's own xl devd does",
    options=(
        Option(letter="F", help="-F                      Run in the foreground."),
        Option(
            letter="p",
            name="pidfile",
            value=True,
            help="-p, --pidfile [FILE]    Write PID to pidfile when daemonizing.",
        ),
    ),
)
