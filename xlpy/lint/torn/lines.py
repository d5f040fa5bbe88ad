"""The lines of a text that xl refuses: which of them the parser has read only in part."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from xlpy.lint.torn.walk import mistakes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Fix
    from xlpy.lint.guest import Guest
    from xlpy.source import Span

HALF_READ = (
    "altp2mhvm", "append-to-number", "bad-uuid", "bios-*", "bootloader-*", "channel-*", "cpu*", "device-model-*",
    "disk-*", "display-*", "empty-*", "hardware-*", "ioport-*", "kernel-*", "key-*", "list-*", "llc-*", "mca-*",
    "msr-*", "nested-*", "no-name", "not-a-*", "nothing-*", "number-[fo]*", "p9-*", "pci-*", "rdm-*", "resource-*",
    "root-*", "smbios-*", "sound-*", "timer-*", "type-*", "unfilled-*", "unknown-[!k]*", "usb-*", "value-*", "vcpus-*",
    "vif-*", "viridian-*", "virtio-*", "vnc*", "vnuma-*", "vtpm-*", "wrong-list",
)  # fmt: skip
"""The rules about values that also look at a text with errors: of a torn line they see half a value, or none."""


def is_python(guest: Guest) -> bool:
    """Whether a text is a program in Python, of which nothing can be mended line by line."""
    return guest.loaded.broken and _holds_python(guest.text)


@lru_cache(maxsize=1)
def _holds_python(text: str) -> bool:
    return any(mistake.code == "python-code" for mistake in mistakes(text))


def is_torn(guest: Guest, span: Span) -> bool:
    """Whether a place stands in a line with an error of the text."""
    lines = _torn_lines(guest) if guest.loaded.broken else frozenset()
    return bool(lines) and any(line in lines for line in _lines(guest, span))


@lru_cache(maxsize=1)
def _torn_lines(guest: Guest) -> frozenset[int]:
    spans = [mistake.finding.covers or mistake.finding.span for mistake in mistakes(guest.text)]
    spans += [told.span for told in guest.loaded.diagnostics if told.code in _OF_THE_TEXT and told.span]
    return frozenset(line for span in spans for line in _lines(guest, span))


def _lines(guest: Guest, span: Span) -> Iterator[int]:
    yield from range(guest.source.line(span.start), guest.source.line(span.end) + 1)


def harmless(guest: Guest, fix: Fix | None) -> Fix | None:
    """A fix of what a setting says; None where it would change a line that is torn, or a program."""
    if fix is None or not guest.loaded.broken:
        return fix
    torn = is_python(guest) or any(is_torn(guest, edit.span) for edit in fix.edits)
    return None if torn else fix


_OF_THE_TEXT = ("syntax-error", "lexical-error")
