"""Channels between the guest and Dom0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.channel import TOKENS, Channel, Pty, Socket
from xlpy.diagnostic import Related, Severity
from xlpy.lint import edits
from xlpy.lint.helpers import pieces
from xlpy.lint.helpers.spectexts import taken, text_at
from xlpy.lint.helpers.specwords import retold, unknown_name
from xlpy.lint.rule import Finding, Rule
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.vocabulary import Token

_BY_NAME = {token.name: token for token in TOKENS}
_word = retold("channel", TOKENS)


def _refused(guest: Guest, told: Diagnostic) -> Finding | None:
    if told.span is None:
        return None
    if told.code == "channel-no-pair":
        return no_pair("channel", _BY_NAME, guest, told.span)
    if told.code == "channel-no-path":
        summary = "a channel with connection=socket needs the path of its socket"
        return Finding(told.span, summary, "add path=/run/NAME.sock, or write connection=pty")
    return _unconnected(guest, told) if told.code == "channel-no-connection" else _word(guest, told)


def no_pair(kind: str, known: Mapping[str, Token], guest: Guest, told: Span) -> Finding:
    """A word without a value; some words have only one name that they can belong to."""
    raw = guest.text[slice(*told)]
    start = told.start + len(raw) - len(raw.lstrip())
    word, span = raw.strip(), Span(start, start + len(raw.strip()))
    name, equals, _ = word.partition("=")
    if equals and name.strip() in known:
        return Finding(span, f"{name.strip()} has no value in {kind}", f"write {name.strip()}=VALUE, or leave it out")
    meant = [name for name, token in known.items() if word in token.values] or ["path"] * word.startswith("/")
    if not word or equals or not meant:
        return unknown_name(kind, known, word, span if word else told)
    new = f"{meant[0]}={word}"
    summary = f"xl cannot tell what {word} is to be in {kind}"
    return Finding(span, summary, f"write {new}", edits.replace(f"write {new}", span, new, safe=False))


def _unconnected(guest: Guest, told: Diagnostic) -> Finding | None:
    text = text_at(guest, Channel, told.span) if told.span is not None else None
    if text is None:
        return None
    start = text.whole.start
    has_path = any(item.name.strip() == "path" for item in text.items)
    new = edits.replace("add connection=socket", Span(start, start), "connection=socket, ", safe=False)
    return Finding(
        text.whole,
        "the channel is connected to nothing",
        "add connection=pty, or connection=socket and path=",
        new if has_path else None,
    )


def _empty(guest: Guest, told: Diagnostic) -> Finding | None:
    if told.span is None:
        return None
    new = pieces.without_element("remove it", guest.text, told.span)
    return Finding(told.span, "a device is given by an empty text, over which xl crashes", "remove it", new)


def _nameless(guest: Guest) -> Iterator[Finding]:
    for text, channel in taken(guest, Channel):
        if not channel.name:
            summary = "the channel has no name: the guest is not created"
            yield Finding(text.whole, summary, "add name=, by which the guest finds it: name=org.example.agent")


def _path_unused(guest: Guest) -> Iterator[Finding]:
    for path, channel in guest.devices(Channel):
        place = guest.where.get(f"{path}.u.path")
        if isinstance(channel.u, Pty) and place is not None:
            yield Finding(
                place, "a pseudo-terminal has no path: xl ignores this", "write connection=socket, or remove it"
            )


def _repeated(what: Callable[[Channel], str | None], field: str, why: str) -> Callable[[Guest], Iterator[Finding]]:
    """A check that no two channels have the same of something."""

    def check(guest: Guest) -> Iterator[Finding]:
        seen: dict[str, Span] = {}
        for path, channel in guest.devices(Channel):
            value, place = what(channel), guest.where.get(f"{path}.{field}")
            if value and place is not None and seen.setdefault(value, place) != place:
                related = (Related("the other one", guest.source, seen[value]),)
                yield Finding(place, why.format(value), "give each channel its own", None, related)

    return check


def _path(channel: Channel) -> str | None:
    return channel.u.path if isinstance(channel.u, Socket) else None


RULES = (
    Rule(
        code="channel-bad-spec",
        group="channel",
        severity=Severity.ERROR,
        summary="a channel that xl cannot read",
        why=(
            "A channel is NAME=VALUE words with connection=pty, or connection=socket and the path of the socket, in "
            "lower case. xl refuses the file otherwise."
        ),
        bad="channel = ['name=org.example.agent, connection=«PTY»']",
        good="channel = ['name=org.example.agent, connection=pty']",
        fixed="channel = ['name=org.example.agent, connection=pty']",
        told=("channel-no-pair", "channel-connection", "channel-no-connection", "channel-no-path"),
        retell=_refused,
    ),
    Rule(
        code="channel-unknown",
        group="channel",
        severity=Severity.WARNING,
        summary="a word of a channel that xl does not know",
        why="xl mentions a word that it does not know in a channel, and goes on without it.",
        bad="channel = ['name=a, connection=pty, «backnd»=agents']",
        good="channel = ['name=a, connection=pty, backend=agents']",
        fixed="channel = ['name=a, connection=pty, backend=agents']",
        told=("channel-unknown",),
        retell=_word,
    ),
    Rule(
        code="channel-no-name",
        group="channel",
        severity=Severity.WARNING,
        summary="a channel without a name",
        why="The guest tells its channels apart by their names. libxl refuses to create one with a channel without.",
        bad="channel = ['«connection=pty»']",
        good="channel = ['connection=pty, name=org.example.agent']",
        keys=("channel",),
        check=_nameless,
    ),
    Rule(
        code="channel-path-unused",
        group="channel",
        severity=Severity.WARNING,
        summary="a path of a channel that has no socket",
        why="path= is that of the socket. With connection=pty xl ignores it, and no socket is made.",
        bad="channel = ['name=a, connection=pty, path=«/run/a.sock»']",
        good="channel = ['name=a, connection=socket, path=/run/a.sock']",
        keys=("channel",),
        check=_path_unused,
    ),
    Rule(
        code="channel-name-twice",
        group="channel",
        severity=Severity.WARNING,
        summary="two channels with one name",
        why="The guest finds a channel by its name; of two with the same name it finds one.",
        bad="channel = ['name=a, connection=pty', 'name=«a», connection=pty']",
        good="channel = ['name=a, connection=pty', 'name=b, connection=pty']",
        keys=("channel",),
        check=_repeated(lambda channel: channel.name, "name", "two channels have the name {}: the guest finds one"),
    ),
    Rule(
        code="channel-path-twice",
        group="channel",
        severity=Severity.WARNING,
        summary="two channels with one socket",
        why="QEMU makes a socket for each channel. The second one takes the place of the first, which nobody reaches.",
        bad=(
            "channel = ['name=a, connection=socket, path=/run/a.sock', 'name=b, connection=socket, path=«/run/a.sock»']"
        ),
        good=(
            "channel = ['name=a, connection=socket, path=/run/a.sock', 'name=b, connection=socket, path=/run/b.sock']"
        ),
        keys=("channel",),
        check=_repeated(_path, "u.path", "two channels have the socket {}: the second takes its place"),
    ),
    Rule(
        code="empty-spec",
        group="channel",
        severity=Severity.ERROR,
        summary="a channel or 9pfs share that is an empty text",
        why="xl crashes over a text without a word in the lists of channels and, from Xen 4.18 on, of 9pfs shares.",
        bad="channel = ['name=a, connection=pty', «''»]",
        good="channel = ['name=a, connection=pty']",
        fixed="channel = ['name=a, connection=pty']",
        told=("empty-spec",),
        retell=_empty,
    ),
)
