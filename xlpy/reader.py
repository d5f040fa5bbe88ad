"""Reader: the getters of xl over the settings of a file, and the draft that they fill.

Each getter knows what xl says about a value of the wrong kind; none of them stops: where xl would give up, a
diagnostic with an exit status is noted and reading goes on, so that a linter sees everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from xlpy.cstring import is_long, overflows, take_long
from xlpy.defaults import BUILT_IN
from xlpy.diagnostic import Diagnostic, Severity
from xlpy.libxl import BuildInfo, DeviceRecord, DomainConfig, Struct, union_member
from xlpy.release import Release
from xlpy.syntax import Atom, ListNode

if TYPE_CHECKING:
    from xlpy.defaults import XlConf
    from xlpy.host import HostFacts
    from xlpy.source import Source, Span
    from xlpy.syntax import Value

_WIDTH = {"U8": (8, False), "U32": (32, False), "U64": (64, False), "Int": (32, True)}
S = TypeVar("S", bound=Struct)


class Entry(NamedTuple):
    """A key as the whole file leaves it: the last assignment, or the sum of several `+=`."""

    name: str
    value: Value
    name_span: Span
    value_span: Span
    appended: bool


class Reader:
    """The settings of one configuration, read into a draft of libxl_domain_config."""

    def __init__(
        self,
        source: Source,
        entries: dict[str, Entry],
        release: Release,
        host: HostFacts,
        conf: XlConf = BUILT_IN,
        *,
        masked: bool = True,
    ) -> None:
        """CONF is what xl.conf says; MASKED is whether its CPU masks are for this configuration."""
        self.source = source
        self.entries = entries
        self.release = release
        self.host = host
        self.conf = conf
        self.masked = masked
        self.diagnostics: list[Diagnostic] = []
        self.draft: dict[str, Any] = {}
        self.where: dict[str, Span] = {}
        self.devices: list[DeviceRecord] = []
        self._counts: dict[type[DeviceRecord], int] = {}
        self.domain_type = "pv"
        self.stale_overflow = False
        """The last number that was read is too large: xl, which does not look again, then finds each vif's rate so."""

    def knows(self, since: str) -> bool:
        """Whether the chosen release of xl has what came with Xen SINCE."""
        return Release.parse(since) <= self.release

    # ---- getters, in xl's words: xlu_cfg_get_string and its kin

    def text(self, name: str, *, quiet: bool = False) -> str | None:
        """A string, or a bare number as its text."""
        atom = self.atom(name, quiet=quiet)
        return None if atom is None else atom.text

    def atom(self, name: str, *, quiet: bool = False) -> Atom | None:
        """A single value with its place."""
        entry = self.entries.get(name)
        if entry is None:
            return None
        if isinstance(entry.value, Atom):
            return entry.value
        if not quiet:
            self.warn(name, "list-for-value", f"parameter `{name}' is a list but should be a single value")
        return None

    def items(self, name: str, *, quiet: bool = False) -> tuple[Value, ...] | None:
        """The items of a list."""
        entry = self.entries.get(name)
        if entry is None:
            return None
        if isinstance(entry.value, ListNode):
            return entry.value.items
        if not quiet:
            self.warn(name, "value-for-list", f"parameter `{name}' is a single value but should be a list")
        return None

    def atoms(self, name: str, *, quiet: bool = False) -> tuple[Atom, ...] | None:
        """The items of a list of strings; the first item that is a list ends it, as in xl."""
        items = self.items(name, quiet=quiet)
        if items is None:
            return None
        atoms: list[Atom] = []
        for item in items:
            if isinstance(item, ListNode):
                summary = f"{name} ends here: xl ignores a list in the list and all that follows"
                self.say("list-cut-short", summary, span=item.span, severity=Severity.WARNING)
                break
            atoms.append(item)
        return tuple(atoms)

    def integer(self, name: str, *, quiet: bool = False) -> int | None:
        """A C long, written as strtol with base 0 takes it."""
        atom = self.atom(name, quiet=quiet)
        if atom is None:
            return None
        if self.entries[name].appended:
            if not quiet:
                self.warn(name, "append-to-number", f"can't use += with numbers for parameter `{name}'")
            return None
        taken = take_long(atom.text, self.release)
        self.stale_overflow = taken is not None and not is_long(taken[0])
        if taken is not None and not taken[1] and not self.stale_overflow:
            return taken[0]
        if not quiet and self.stale_overflow:
            message = f"parameter `{name}' could not be parsed as a number: Numerical result out of range"
            self.warn(name, "number-out-of-range", message)
        elif not quiet:
            self.warn(name, "not-a-number", f"parameter `{name}' is not a valid number")
        return None

    def note_overflow(self, text: str, base: int, signed: bool) -> None:
        """A number in a device's spec: one that fits does not clear what another one left."""
        self.stale_overflow |= overflows(text, base, signed)

    def boolean(self, name: str, *, quiet: bool = False) -> bool | None:
        """A number; nonzero is true."""
        number = self.integer(name, quiet=quiet)
        return None if number is None else number != 0

    # ---- the draft

    def put(self, field: str, value: Any, name: str = "", span: Span | None = None) -> None:
        """Set a field of the draft: `b_info.kernel`; its place is that of the key NAME, or SPAN."""
        self.draft[field] = value
        if span is None and name in self.entries:
            span = self.entries[name].value_span
        if span is not None:
            self.where[field] = span

    def get(self, field: str, default: Any = None) -> Any:
        """A field of the draft that was set before."""
        return self.draft.get(field, default)

    def count(self, device: type[DeviceRecord]) -> int:
        """How many devices of a class there are so far."""
        return self._counts.get(device, 0)

    def add(self, device: DeviceRecord, places: dict[str, Span] | None = None) -> None:
        """Append a device; `places` says where its fields were written."""
        number = self.count(type(device))
        self._counts[type(device)] = number + 1
        self.devices.append(device)
        for field, span in (places or {}).items():
            self.where[f"{device.KIND}[{number}]{field and '.'}{field}"] = span

    def build(self) -> DomainConfig:
        """The configuration that was drafted."""
        self.draft["devices"] = tuple(sorted(self.devices, key=lambda device: device.AT))
        return build(DomainConfig, self.draft, self.domain_type)

    # ---- what to say

    def warn(self, name: str, code: str, message: str, advice: str = "") -> None:
        """A warning with file and line, as libxlu prints them."""
        entry = self.entries[name]
        line = f"{self.source.name}:{self.line(name)}: warning: {message}"
        self.say(code, message, (line,), span=entry.value_span, severity=Severity.WARNING, advice=advice)

    def remark(self, code: str, summary: str, *lines: str, key: str, advice: str = "", unended: bool = False) -> None:
        """A warning in xl's own words about a key's value."""
        span = self.entries[key].value_span
        self.say(code, summary, lines, span=span, severity=Severity.WARNING, advice=advice, unended=unended)

    def overlook(self, name: str) -> None:
        """Note that xl passes over a value of the wrong kind without a word."""
        if name in self.entries:
            summary = f"{name} is ignored: its value is of the wrong kind"
            self.say("value-overlooked", summary, span=self.entries[name].value_span, severity=Severity.WARNING)

    def line(self, name: str) -> int:
        """The line that xl names for a key."""
        return self.source.line(self.entries[name].name_span.start)

    def say(
        self,
        code: str,
        summary: str,
        lines: tuple[str, ...] = (),
        *,
        span: Span | None = None,
        severity: Severity = Severity.ERROR,
        exit_status: int | None = None,
        advice: str = "",
        unended: bool = False,
    ) -> None:
        """Note a diagnostic."""
        self.diagnostics.append(
            Diagnostic(
                code=code,
                severity=severity,
                summary=summary,
                advice=advice,
                source=self.source,
                span=span,
                xl_lines=lines,
                xl_exit=exit_status,
                xl_unended=unended,
            )
        )

    def refuse(self, code: str, message: str, *, key: str = "", span: Span | None = None, status: int = 1) -> None:
        """An error at which xl gives up, with its message as it prints it."""
        if span is None and key in self.entries:
            span = self.entries[key].value_span
        self.say(code, message, (message,), span=span, exit_status=status)


def wrap(value: Any, kind: str) -> Any:
    """A number as the C type of its field keeps it."""
    width = _WIDTH.get(kind)
    if width is None or not isinstance(value, int):
        return value
    bits, signed = width
    value &= (1 << bits) - 1
    return value - (1 << bits) if signed and value >> (bits - 1) else value


class _Plan(NamedTuple):
    """How a structure is made: its fields, each with its path in the draft and its kind, and the structures in it."""

    struct: type[Struct]
    fields: tuple[tuple[str, str, str], ...]
    inner: tuple[tuple[str, _Plan], ...]

    def made(self, draft: dict[str, Any]) -> Any:
        """The structure out of a draft with these paths."""
        values = {name: wrap(draft[path], kind) if kind in _WIDTH else draft[path] for name, path, kind in self.fields}
        for name, plan in self.inner:
            values[name] = plan.made(draft)
        return self.struct.of(values)


def build(struct: type[S], draft: dict[str, Any], domain_type: str = "", prefix: str = "") -> S:
    """A structure out of its fields by path: `kernel`, `u.hvm.vnc.enable`."""
    key = struct, tuple(draft), domain_type, prefix
    if key not in _PLANS:
        if len(_PLANS) >= _MOST_PLANS:
            _PLANS.clear()
        _PLANS[key] = _plan(*key)
    made: S = _PLANS[key].made(draft)
    return made


_PLANS: dict[tuple[type[Struct], tuple[str, ...], str, str], _Plan] = {}
"""The plans by what they are for: most files set the same fields as others."""
_MOST_PLANS = 500


def _plan(struct: type[Struct], paths: tuple[str, ...], domain_type: str, prefix: str) -> _Plan:
    """How a structure is made of the fields at these paths."""
    fields: list[tuple[str, str, str]] = []
    inner: dict[str, tuple[type[Struct], str]] = {}
    for path in paths:
        name, dot, _ = path[len(prefix) :].partition(".")
        if not path.startswith(prefix) or name not in struct.FIELDS:
            continue
        initial = getattr(struct, name)
        if not dot:
            fields.append((name, path, struct.FIELDS[name]))
        elif isinstance(initial, Struct) and name not in struct.SELECTORS:
            inner[name] = type(initial), f"{prefix}{name}."
    if struct is BuildInfo:
        member = union_member(domain_type)
        inner["u"] = member, f"{prefix}u.{member.MEMBER}."
    plans = ((name, _plan(kind, paths, domain_type, start)) for name, (kind, start) in inner.items())
    return _Plan(struct, tuple(fields), tuple(plans))
