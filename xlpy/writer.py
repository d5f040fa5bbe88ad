"""DomainConfig -> a canonical xl.cfg: one setting a line, in the order in which xl reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy import vocabulary
from xlpy.config import load
from xlpy.host import BUILT_IN, HostFacts
from xlpy.kinds import KIB_PER_MIB, MIB, Choice
from xlpy.libxl import DomainConfig, Struct
from xlpy.release import DEFAULT, Release
from xlpy.source import Source

if TYPE_CHECKING:
    from xlpy.vocabulary import Key

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def to_xl(config: DomainConfig, *, release: Release = DEFAULT, host: HostFacts = BUILT_IN) -> str:
    """The text of a configuration file that means CONFIG; ValueError names the fields that xl.cfg cannot express."""
    lines: list[str] = []
    written: set[str] = set()
    for key in vocabulary.all_keys():
        value = None if _is_skipped(key, release, written) else _value(key, config)
        if value is not None:
            lines.append(f"{key.name} = {literal(value)}\n")
            written.add(key.field)
    text = "".join(lines)
    lost = sorted(_differing("", config, load(Source("to_xl", text), release=release, host=host).config))
    if lost:
        raise ValueError(f"xl.cfg has no way to say: {', '.join(lost)}")
    return text


def literal(value: Any) -> str:
    """A value as it is written in a configuration file."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return str(value) if value >= 0 else f'"{value}"'
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    items = [literal(item) for item in value]
    if sum(map(len, items)) < 60:
        return f"[{', '.join(items)}]"
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def _is_skipped(key: Key, release: Release, written: set[str]) -> bool:
    """A field is written once, by the first key that has it; old ways to say it are not used."""
    old = bool(key.deprecated or key.with_key) and key.write is None
    return old or Release.parse(key.since) > release or (bool(key.field) and key.field in written)


def _value(key: Key, config: DomainConfig) -> Any:
    """What to assign to a key; None when its field is at its initial value."""
    if key.write is not None:
        return key.write(config)
    found = _field(config, key.field)
    if found is None or (found == "" and key.kind.name != "string"):
        return None
    if isinstance(key.kind, Choice):
        return next((word for word, name in key.kind.values.items() if name == found), None)
    if key.kind is MIB:
        return found // KIB_PER_MIB
    return found


def _field(config: DomainConfig, path: str) -> Any:
    """The value of a field such as b_info.u.hvm.pae; None when it is initial, or of another guest type."""
    struct: Any = config
    *parents, name = path.split(".")
    for parent in parents:
        if parent == getattr(struct, "MEMBER", None):
            continue
        struct = getattr(struct, parent, None)
    if name not in getattr(struct, "FIELDS", ()) or (".u." in path and f".u.{config.b_info.u.MEMBER}." not in path):
        return None
    value = getattr(struct, name)
    return None if value == getattr(type(struct), name, None) else value


def _differing(path: str, one: Any, other: Any) -> set[str]:
    """The paths of the fields that differ."""
    if isinstance(one, Struct) and type(one) is type(other):
        names = one.FIELDS
        return set().union(
            *(_differing(f"{path}.{n}" if path else n, getattr(one, n), getattr(other, n)) for n in names)
        )
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return set().union(*(_differing(f"{path}[{i}]", a, b) for i, (a, b) in pairs))
    return set() if one == other else {path}
