"""Record: the frozen value type of xlpy.

A dataclass would do, but creating some forty dataclasses takes longer than the rest of `xl list`;
a record class costs nothing to create. Type checkers see an ordinary keyword-only frozen dataclass.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Self, dataclass_transform
else:

    def dataclass_transform(**_):
        """Typing's own takes longer to import than `xl list` takes."""
        return lambda cls: cls


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Record:
    """A frozen value with named fields, compared by value; fields keep the order of their declaration."""

    FIELDS: ClassVar[dict[str, str]] = {}
    """Name -> annotation as written."""
    REQUIRED: ClassVar[frozenset[str]] = frozenset()
    """The fields without a default."""
    UNITS: ClassVar[dict[str, str]] = {}
    """What a field counts, where its name does not say so."""

    def __init_subclass__(cls) -> None:
        own = {
            name: kind
            for name, kind in cls.__dict__.get("__annotations__", {}).items()
            if not str(kind).startswith("ClassVar")
        }
        cls.FIELDS = {**cls.FIELDS, **own}
        cls.REQUIRED = frozenset(name for name in cls.FIELDS if not hasattr(cls, name))

    def __init__(self, **values: Any) -> None:
        if not self.FIELDS.keys() >= values.keys() >= self.REQUIRED:
            for name in values:
                if name not in self.FIELDS:
                    raise TypeError(f"{type(self).__name__} has no field {name!r}")
            raise TypeError(f"{type(self).__name__} needs {', '.join(sorted(self.REQUIRED - values.keys()))}")
        self.__dict__.update(values)

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """A record of fields that are known to be its own, with all that have no default."""
        made = cls.__new__(cls)
        made.__dict__.update(values)
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: use replace({name}=...)")

    @classmethod
    def with_unit(cls, field: str) -> str:
        """The name of a field for other programs: with its unit."""
        return f"{field}_{cls.UNITS[field]}" if field in cls.UNITS else field

    def as_dict(self) -> dict[str, Any]:
        """Every field with its value, in order."""
        return {name: getattr(self, name) for name in self.FIELDS}

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return type(self)(**{**self.__dict__, **changes})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and type(self) is type(other) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash((type(self), *self.as_dict().values()))

    def __repr__(self) -> str:
        given = (f"{n}={v!r}" for n, v in self.as_dict().items() if n in self.__dict__)
        return f"{type(self).__name__}({', '.join(given)})"
