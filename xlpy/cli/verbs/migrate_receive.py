"""`xl migrate-receive`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """The other end of `xl migrate`."""
    options = call.options()
    if call.words:
        call.help(1)
    from xlpy.cli.moving.arriving import receive

    return receive(call, options)


VERB = Verb(
    name="migrate-receive",
    summary="Restore a domain from a saved state",
    run=run,
    usage="- for internal use only",
    modifies=True,
    no_libvirt="libvirt takes no stream of xl's; migrate DOMAIN URI on the other host goes from libvirt to libvirt",
    options=(
        *(Option(letter=letter) for letter in "Fedrp"),
        Option(letter="\0colo", name="colo", short=False),
        Option(letter="\0coloft-script", name="coloft-script", value=True, short=False),
        Option(letter="\0userspace-colo-proxy", name="userspace-colo-proxy", short=False),
    ),
)
