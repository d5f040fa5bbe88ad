"""Values of the wrong kind: what is no number, a list or a single value in place of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Edit, Fix, Severity
from xlpy.lint import edits
from xlpy.lint.helpers.amounts import number_meant, switched
from xlpy.lint.helpers.keyed import declared, entry_at, is_numeric, is_switch, operator, otherwise
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.torn.mistake import shown
from xlpy.nodes import Atom, ListNode
from xlpy.source import Span

if TYPE_CHECKING:
    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest

_OCTAL_ONLY = frozenset("01234567")


def _wrap(title: str, span: Span) -> Fix:
    opened, closed = Edit(Span(span.start, span.start), "["), Edit(Span(span.end, span.end), "]")
    return Fix(title=title, edits=(opened, closed), safe=False)


def _no_number(guest: Guest, told: Diagnostic) -> Finding | None:
    """What is no number to xl, with the number that may be meant."""
    entry = entry_at(guest, told.span)
    key = declared(entry.name) if entry else None
    if entry is None or key is None or not isinstance(entry.value, Atom):
        return None
    text = entry.value.text
    number = number_meant(text, key) if is_numeric(key) else switched(text)
    fix = edits.replace(f"write {number}", entry.value_span, number, safe=False) if number else None
    advice = f"write {number}" if number else "write 1 for on, 0 for off" if is_switch(key) else "write a number"
    if number and key.unit:
        advice += f": {key.name} is in {key.unit}"
    summary = f'"{shown(text)}" is no number{_why(text)}: xl ignores it and {otherwise(key)}'
    return Finding(entry.value_span, summary, advice, fix)


def _why(text: str) -> str:
    if text.isdecimal() and text.startswith("0") and not set(text) <= _OCTAL_ONLY:
        return ", as the 0 in front makes it octal"
    return ", with blanks around it" if text != text.strip() and text.strip().isdecimal() else ""


def _out_of_range(guest: Guest, told: Diagnostic) -> Finding | None:
    entry = entry_at(guest, told.span)
    key = declared(entry.name) if entry else None
    if entry is None or key is None:
        return None
    summary = f"the number of {key.name} does not fit into 64 bits: xl ignores it and {otherwise(key)}"
    return Finding(entry.value_span, summary, "write a smaller number")


def _list(guest: Guest, told: Diagnostic) -> Finding | None:
    entry = entry_at(guest, told.span)
    key = declared(entry.name) if entry else None
    if entry is None or key is None or not isinstance(entry.value, ListNode):
        return None
    summary = f"{key.name} takes a single value: xl ignores a list and {otherwise(key)}"
    return Finding(entry.value_span, summary, "write the value without brackets", _unwrapped(guest, entry.value))


def _unwrapped(guest: Guest, value: ListNode) -> Fix | None:
    """The one item of a list in place of it, where no comment is lost."""
    inside = guest.text[slice(*value.span)]
    if len(value.items) != 1 or not isinstance(value.items[0], Atom):
        return None
    item = guest.text[slice(*value.items[0].span)]
    if "#" in inside.replace(item, ""):
        return None
    return edits.replace("remove the brackets", value.span, item, safe=False)


def _single(guest: Guest, told: Diagnostic) -> Finding | None:
    entry = entry_at(guest, told.span)
    if entry is None or not isinstance(entry.value, Atom):
        return None
    summary = f"{entry.name} takes a list: xl ignores a single value, and the guest has no {entry.name}"
    alone = len(guest.assignments_of(entry.name)) == 1
    fix = None
    if alone and entry.value.text.strip() in ("", "none"):
        fix = edits.replace("write an empty list", entry.value_span, "[]", safe=False)
    elif alone and entry.value.quoted:
        fix = _wrap("put brackets around it", entry.value_span)
    return Finding(entry.value_span, summary, f"write {entry.name} = [ ... ]", fix)


def _overlooked(guest: Guest, told: Diagnostic) -> Finding | None:
    """The keys of which xl passes over a wrong kind without even a warning."""
    entry = entry_at(guest, told.span)
    key = declared(entry.name) if entry else None
    if entry is None or key is None:
        return None
    if isinstance(entry.value, ListNode):
        better = _list(guest, told)
        return better and better._replace(summary=f"{better.summary}, without a word")
    better = _no_number(guest, told)
    return better and better._replace(summary=f"{better.summary}, without a word")


def _cut(guest: Guest, told: Diagnostic) -> Finding | None:
    """A list in a list, where xl stops reading."""
    if told.span is None:
        return None
    entry = next((one for one in guest.entries.values() if _holds(one.value, told.span)), None)
    if entry is None:
        return None
    start, end = told.span
    fix = Fix(
        title="remove the brackets",
        edits=(Edit(Span(start, start + 1), ""), Edit(Span(end - 1, end), "")),
        safe=False,
    )
    summary = f"{entry.name} ends here for xl: it ignores a list in the list, and all that follows"
    inner = next(item for item in _items(entry.value) if item.span == told.span)
    flat = isinstance(inner, ListNode) and len(inner.items) > 0 and all(isinstance(one, Atom) for one in inner.items)
    return Finding(told.span, summary, "write its items into the list itself", fix if flat else None)


def _nested(guest: Guest, told: Diagnostic) -> Finding | None:
    """A list in a list for which xl refuses the file."""
    better = _cut(guest, told)
    entry = next((one for one in guest.entries.values() if told.span and _holds(one.value, told.span)), None)
    name = entry.name if entry else "this list"
    return better and better._replace(summary=f"{name} holds texts alone: xl refuses a list in it")


def _items(value: Atom | ListNode) -> tuple[Atom | ListNode, ...]:
    return value.items if isinstance(value, ListNode) else ()


def _holds(value: Atom | ListNode, span: Span) -> bool:
    return any(item.span == span for item in _items(value))


def _appended(guest: Guest, told: Diagnostic) -> Finding | None:
    entry = entry_at(guest, told.span)
    key = declared(entry.name) if entry else None
    if entry is None or key is None:
        return None
    setting = guest.assignments_of(key.name)[-1]
    span = operator(guest.text, setting)
    summary = f"xl cannot add to a number: it ignores all of {key.name} and {otherwise(key)}"
    return Finding(span, summary, "write =", edits.replace("write =", span, "=", safe=False))


RULES = (
    Rule(
        code="not-a-number",
        group="values",
        severity=Severity.WARNING,
        summary="a value that is no number where one must stand",
        why=(
            "xl takes a decimal, hexadecimal (0x) or octal (0) number. Anything else, be it yes, on, 512M or 2.0, it "
            "ignores with a warning at each start, and the guest gets the default."
        ),
        bad='acpi = «"yes"»',
        good="acpi = 1",
        fixed="acpi = 1",
        told=("not-a-number",),
        retell=_no_number,
    ),
    Rule(
        code="number-out-of-range",
        group="values",
        severity=Severity.WARNING,
        summary="a number that does not fit into 64 bits",
        why="xl reads numbers of 64 bits with a sign. A larger one is ignored with a warning.",
        bad="memory = «99999999999999999999»",
        good="memory = 1024",
        told=("number-out-of-range",),
        retell=_out_of_range,
    ),
    Rule(
        code="list-for-value",
        group="values",
        severity=Severity.WARNING,
        summary="a list where a single value must stand",
        why="xl ignores a list where it wants one value, with a warning at each start, and takes the default.",
        bad='memory = 512\npool = «["Pool-0"]»',
        good='memory = 512\npool = "Pool-0"',
        fixed='memory = 512\npool = "Pool-0"',
        told=("list-for-value",),
        retell=_list,
    ),
    Rule(
        code="value-for-list",
        group="values",
        severity=Severity.WARNING,
        summary="a single value where a list must stand",
        why=(
            "xl ignores a single value where it wants a list, with a mere warning. With disk or vif, the guest starts "
            "without disks or without network."
        ),
        bad='disk = «"/dev/vg0/web,raw,xvda,rw"»',
        good='disk = ["/dev/vg0/web,raw,xvda,rw"]',
        fixed='disk = ["/dev/vg0/web,raw,xvda,rw"]',
        told=("value-for-list",),
        retell=_single,
    ),
    Rule(
        code="value-overlooked",
        group="values",
        severity=Severity.WARNING,
        summary="a value of the wrong kind that xl passes over without a word",
        why=(
            "Of most keys xl at least warns when the value is of the wrong kind. Of some it does not: the guest gets "
            "the default, and nothing tells so."
        ),
        bad='type = "hvm"\nvmtrace_buf_kb = «"64K"»',
        good='type = "hvm"\nvmtrace_buf_kb = 64',
        fixed='type = "hvm"\nvmtrace_buf_kb = 64',
        told=("value-overlooked",),
        retell=_overlooked,
    ),
    Rule(
        code="list-cut-short",
        group="values",
        severity=Severity.WARNING,
        summary="a list in a list, at which xl stops reading",
        why=(
            "Most lists hold texts alone. At the first list in one, xl stops reading without a word: what stands "
            "there and behind it is lost."
        ),
        bad='disk = ["/dev/vg0/a,raw,xvda,rw", «["/dev/vg0/b,raw,xvdb,rw"]»]',
        good='disk = ["/dev/vg0/a,raw,xvda,rw", "/dev/vg0/b,raw,xvdb,rw"]',
        fixed='disk = ["/dev/vg0/a,raw,xvda,rw", "/dev/vg0/b,raw,xvdb,rw"]',
        told=("list-cut-short",),
        retell=_cut,
    ),
    Rule(
        code="nested-list",
        group="values",
        severity=Severity.ERROR,
        summary="a list in a list that must hold texts alone",
        why="xl refuses the file for a list in the lists of some keys, where it wants a text for each item.",
        bad='type = "hvm"\nsmbios = [«["bios_vendor=Xen"]»]',
        good='type = "hvm"\nsmbios = ["bios_vendor=Xen"]',
        fixed='type = "hvm"\nsmbios = ["bios_vendor=Xen"]',
        told=("nested-list", "*-nested"),
        retell=_nested,
    ),
    Rule(
        code="append-to-number",
        group="values",
        severity=Severity.WARNING,
        summary="+= with a key of numbers",
        why=(
            "KEY += VALUE adds texts and lists. A number that was assigned so is ignored with a warning, also where "
            "there was none before: the guest gets the default."
        ),
        bad="vcpus = 2\nmemory «+=» 512",
        good="vcpus = 2\nmemory = 512",
        fixed="vcpus = 2\nmemory = 512",
        told=("append-to-number",),
        retell=_appended,
    ),
)
