"""Directories that are shared by 9pfs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.p9 import P9, TOKENS
from xlpy.diagnostic import Related, Severity
from xlpy.lint.helpers import placeholders
from xlpy.lint.helpers.spectexts import rewritten, taken
from xlpy.lint.helpers.specwords import retold
from xlpy.lint.helpers.words import nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.rules.channel import no_pair
from xlpy.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.lint.helpers.spectexts import SpecText
    from xlpy.source import Span
    from xlpy.specs import Item

_BY_NAME = {token.name: token for token in TOKENS}
_MODELS = ("passthrough", "mapped", "mapped-xattr", "mapped-file", "none")
"""Those of QEMU."""
_LIMITS = {token.name: token.field for token in TOKENS if token.form in ("count", "switch")}
_LIBXL_ASKS = Release(4, 19)
_LAST_IN_SILENCE = Release(4, 17)
_word = retold("p9", TOKENS)


def _refused(guest: Guest, told: Diagnostic) -> Finding | None:
    if told.span is None:
        return None
    written = guest.text[slice(*told.span)]
    name = told.code.removeprefix("p9-")
    if name in _LIMITS:
        return Finding(
            told.span, f"{name} must be a number, not {written!r}", f"write {name}={_example(name)} or the like"
        )
    if name == "incomplete":
        return Finding(told.span, "a share must have tag, path and security_model", told.advice)
    younger = _BY_NAME.get(written.partition("=")[0])
    if name == "unknown" and younger is not None and not younger.known_to(guest.release):
        summary = f"xl of Xen {guest.release} has no {younger.name}, which came with {younger.since}"
        return Finding(told.span, summary, f"leave it out, or use Xen {younger.since}")
    known = {name: token for name, token in _BY_NAME.items() if token.known_to(guest.release)}
    return no_pair("p9", known, guest, told.span) if name == "no-pair" else _word(guest, told)


def _incomplete(guest: Guest) -> Iterator[Finding]:
    if guest.release < _LIBXL_ASKS:
        return
    for text, share in taken(guest, P9):
        # the daemon has a tag and a path of its own
        wanted = ("security_model",) if share.type == "xen_9pfsd" else ("tag", "path", "security_model")
        missing = [name for name in wanted if getattr(share, name) is None]
        if missing:
            summary = f"the share has no {' and no '.join(missing)}: the guest is not created"
            example = ", ".join(f"{name}={_example(name)}" for name in missing)
            yield Finding(text.whole, summary, f"add {example}")


def _example(name: str) -> str:
    return _BY_NAME[name].good.rpartition(f"{name}=")[2].partition(",")[0]


def _tag_twice(guest: Guest) -> Iterator[Finding]:
    seen: dict[str, Span] = {}
    for text, share in taken(guest, P9):
        tag = share.tag or ("Xen" if share.type == "xen_9pfsd" else "")
        place = _place(text, "tag")
        if tag and seen.setdefault(tag, place) != place:
            related = (Related("the other one", guest.source, seen[tag]),)
            summary = f"two shares have the tag {tag}: the guest can mount one of them"
            yield Finding(place, summary, "give each share a tag of its own", None, related)


def _item(text: SpecText[P9], name: str) -> Item | None:
    """The item of a name, which may have blanks around it."""
    return next((item for item in reversed(text.items) if item.name.strip() == name and item.value), None)


def _place(text: SpecText[P9], name: str) -> Span:
    """Where the value of a name stands, without blanks, or the whole spec."""
    item = _item(text, name)
    if item is None:
        return text.whole
    value = item.value or ""
    return item.part(len(value) - len(value.lstrip()), len(value.rstrip()))


def _limits_unused(guest: Guest) -> Iterator[Finding]:
    for text, share in taken(guest, P9):
        if share.type == "xen_9pfsd":
            continue
        for name, field in _LIMITS.items():
            if getattr(share, field):
                yield Finding(
                    _place(text, name),
                    f"{name} is for type=xen_9pfsd only, and QEMU serves this share: the guest is not created",
                    f"add type=xen_9pfsd, or leave {name} out",
                )
                break


def _security_model(guest: Guest) -> Iterator[Finding]:
    for text, share in taken(guest, P9):
        model = share.security_model or ""
        item = _item(text, "security_model")
        if share.type == "xen_9pfsd" or model in ("", *_MODELS) or placeholders.fills(model):
            continue
        meant, place = nearest(model, _MODELS), _place(text, "security_model")
        yield Finding(
            place,
            f"QEMU knows no security model {model}, and does not serve the share",
            f"write {meant or 'none, mapped-xattr, mapped-file or passthrough'}",
            rewritten(item, place, meant) if meant and item is not None else None,
        )


RULES = (
    Rule(
        code="p9-bad-spec",
        group="p9",
        severity=Severity.ERROR,
        summary="a 9pfs share that xl cannot read",
        why=(
            "A share is NAME=VALUE words: tag, path, security_model, and from Xen 4.19 on type and limits. xl refuses "
            "the file for a word that it does not know, for a limit that is no number, and up to Xen 4.18 for a share "
            "without one of the first three."
        ),
        bad="p9 = ['tag=share, path=/srv/share, «securitymodel»=none']",
        good="p9 = ['tag=share, path=/srv/share, security_model=none']",
        fixed="p9 = ['tag=share, path=/srv/share, security_model=none']",
        told=("p9-*",),
        retell=_refused,
    ),
    Rule(
        code="p9-incomplete",
        group="p9",
        severity=Severity.WARNING,
        summary="a 9pfs share that lacks what libxl asks for",
        why=(
            "From Xen 4.19 on xl takes a share without tag, path or security_model, and libxl refuses it at creation. "
            " With type=xen_9pfsd tag and path have defaults, security_model has none."
        ),
        bad="p9 = ['«tag=share, path=/srv/share»']",
        good="p9 = ['tag=share, path=/srv/share, security_model=none', 'type=xen_9pfsd, security_model=none']",
        keys=("p9",),
        check=_incomplete,
    ),
    Rule(
        code="p9-tag-twice",
        group="p9",
        severity=Severity.WARNING,
        summary="two 9pfs shares with one tag",
        why="The guest mounts a share by its tag; of two with the same tag it can mount one.",
        bad=("p9 = ['tag=share, path=/srv/a, security_model=none', 'tag=«share», path=/srv/b, security_model=none']"),
        good=("p9 = ['tag=share, path=/srv/a, security_model=none', 'tag=other, path=/srv/b, security_model=none']"),
        keys=("p9",),
        check=_tag_twice,
    ),
    Rule(
        code="p9-limit-unused",
        group="p9",
        severity=Severity.WARNING,
        summary="a limit of a 9pfs share that QEMU serves",
        why=(
            "Limits and auto-delete are for the daemon xen_9pfsd. libxl refuses to create a guest that has them with a "
            "share of type qemu, which is the default."
        ),
        bad="p9 = ['tag=a, path=/srv/a, security_model=none, max-files=«100»']",
        good="p9 = ['type=xen_9pfsd, security_model=none, max-files=100']",
        keys=("p9",),
        check=_limits_unused,
    ),
    Rule(
        code="p9-security-model",
        group="p9",
        severity=Severity.WARNING,
        summary="a security model of a 9pfs share that QEMU does not know",
        why="xl hands security_model to QEMU as it is, which knows none, mapped-xattr (mapped), mapped-file and "
        "passthrough.",
        bad="p9 = ['tag=a, path=/srv/a, security_model=«maped»']",
        good="p9 = ['tag=a, path=/srv/a, security_model=mapped']",
        fixed="p9 = ['tag=a, path=/srv/a, security_model=mapped']",
        keys=("p9",),
        check=_security_model,
    ),
)
