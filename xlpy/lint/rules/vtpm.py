"""Virtual TPMs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from xlpy.devices.p9 import P9
from xlpy.devices.vtpm import TOKENS, Vtpm
from xlpy.diagnostic import Severity
from xlpy.libxl import DeviceRecord
from xlpy.lint import edits
from xlpy.lint.helpers.spectexts import taken, text_at
from xlpy.lint.helpers.specwords import retold
from xlpy.lint.rule import Finding, Rule
from xlpy.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.lint.helpers.spectexts import SpecText

D = TypeVar("D", bound=DeviceRecord)
_GROUPS = (8, 4, 4, 4, 12)
_TRIMMED_SINCE = Release(4, 18)
_word = retold("vtpm", TOKENS)


def _refused(guest: Guest, told: Diagnostic) -> Finding | None:
    if told.span is None:
        return None
    written = guest.text[slice(*told.span)]
    if told.code == "vtpm-uuid":
        uuid = _uuid(written)
        new = edits.replace(f"write {uuid}", told.span, uuid, safe=False) if uuid else None
        advice = f"write {uuid}" if uuid else "write 32 hex digits in groups of 8-4-4-4-12; uuidgen makes one"
        return Finding(told.span, f"{written or 'nothing'} is no UUID", advice, new)
    if told.code == "vtpm-no-backend":
        text = text_at(guest, Vtpm, told.span)
        lost = _lost(text) if text is not None else None
        summary = "the TPM has no backend, the domain that serves it"
        if text is not None and lost is not None:
            summary += f": xl reads nothing from {text.items[lost].text} on, which has no ="
        return Finding(text.whole if text is not None else told.span, summary, "write backend=DOMAIN")
    return _word(guest, told)


def _uuid(text: str) -> str:
    """Thirty-two hex digits as a UUID; empty when they are not that many."""
    digits = re.sub(r"[-{} \t]", "", text)
    if not re.fullmatch("[0-9a-fA-F]{32}", digits):
        return ""
    ends = [sum(_GROUPS[: index + 1]) for index in range(len(_GROUPS))]
    return "-".join(digits[end - size : end] for end, size in zip(ends, _GROUPS, strict=True)).lower()


def _lost(text: SpecText[D]) -> int | None:
    """The first word without a value, which ends a spec."""
    return next((index for index, item in enumerate(text.items) if item.value is None), None)


def _words_lost(guest: Guest) -> Iterator[Finding]:
    records: tuple[type[DeviceRecord], ...] = (Vtpm, P9) if guest.release < _TRIMMED_SINCE else (Vtpm,)
    for record in records:
        for text, _ in taken(guest, record):
            at = _lost(text)
            if at is None:
                continue
            word, end = text.items[at], text.items[-1]
            yield Finding(
                word.atom.inside(word.start, end.start + len(end.text)),
                f"xl stops at {word.text}, which has no =, and ignores it and all behind it",
                "write NAME=VALUE, or remove it",
            )


RULES = (
    Rule(
        code="vtpm-bad-spec",
        group="vtpm",
        severity=Severity.ERROR,
        summary="a virtual TPM that xl cannot read",
        why=(
            "A virtual TPM is backend=DOMAIN, and uuid=UUID where one is to be kept. xl refuses the file for any other "
            "name, for a UUID that is none, and when there is no backend."
        ),
        bad="vtpm = ['backend=vtpmmgr, uuid=«6a0c3e625f1d4e2e9c550a5d1c3b7f10»']",
        good="vtpm = ['backend=vtpmmgr, uuid=6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10']",
        fixed="vtpm = ['backend=vtpmmgr, uuid=6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10']",
        told=("vtpm-*",),
        retell=_refused,
    ),
    Rule(
        code="spec-words-lost",
        group="vtpm",
        severity=Severity.WARNING,
        summary="a word without a value, with which xl stops reading a spec",
        why=(
            "In the specs of virtual TPMs, and up to Xen 4.17 of 9pfs shares, the first word without an = ends the "
            "spec. xl says nothing of what stands behind it."
        ),
        bad="vtpm = ['backend=vtpmmgr,«on,uuid=6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10»']",
        good="vtpm = ['backend=vtpmmgr,uuid=6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10']",
        keys=("vtpm", "p9"),
        check=_words_lost,
    ),
)
