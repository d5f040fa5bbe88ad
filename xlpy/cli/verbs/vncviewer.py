"""`xl vncviewer`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Show the display of a domain."""
    from xlpy.cli.shared.displays import show_display

    return show_display(call, autopass="a" in call.options())


VERB = Verb(
    name="vncviewer",
    summary="Attach to domain's VNC server.",
    run=run,
    usage="[options] <Domain>\n",
    min_words=1,
    options_in_usage=True,
    options=(
        Option(
            letter="a",
            name="autopass",
            help="--autopass               Pass VNC password to viewer via stdin and\n"
            "                         -autopass",
        ),
        Option(
            letter="a",
            name="vncviewer-autopass",
            short=False,
            help="--vncviewer-autopass     (consistency alias for --autopass)",
        ),
    ),
    libvirt_note="a display on another machine that listens to that alone needs a tunnel",
)
