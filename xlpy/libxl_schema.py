"""The JSON Schema of what libxl prints of a configuration, from the annotations of its types."""

from __future__ import annotations

import ast
import sys
from typing import Any, Literal, get_args, get_origin

from xlpy.libxl import DeviceRecord, DomainConfig, Struct
from xlpy.libxl_read import device_classes
from xlpy.release import DEFAULT, Release

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _integer(bits: int, *, signed: bool = False) -> dict[str, Any]:
    most = 1 << (bits - signed)
    return {"type": "integer", "minimum": -most if signed else 0, "maximum": most - 1}


_SCALARS: dict[str, dict[str, Any]] = {
    "Defbool": {"enum": ["True", "False", "<default>"]},
    "Bitmap": {"type": "array", "items": _integer(32), "uniqueItems": True},
    "U8": _integer(8),
    "U32": _integer(32),
    "U64": _integer(64),
    "Int": _integer(32, signed=True),
    "bool": {"type": "boolean"},
    "str": {"type": "string"},
}
_PAIRS = "tuple[str, str]"


def libxl_schema(release: Release = DEFAULT) -> dict[str, Any]:
    """The schema of what `xl create -n` prints; fields that are younger than RELEASE are left out."""
    definitions = _Definitions(release)
    devices = sorted(device_classes(), key=lambda record: record.AT)
    arrays = {record.ARRAY: {"type": "array", "items": definitions.reference(record)} for record in devices}
    root = definitions.describe(DomainConfig)
    root["properties"] |= arrays
    return {
        "$schema": DIALECT,
        "title": f"libxl_domain_config of Xen {release}",
        **root,
        "$defs": dict(sorted(definitions.found.items())),
    }


class _Definitions:
    """The structures that are met on the way from the root."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.found: dict[str, dict[str, Any]] = {}

    def reference(self, struct: type[Struct]) -> dict[str, Any]:
        """A reference to a structure, which is described when it is met first."""
        name = _name(struct)
        if name not in self.found:
            self.found[name] = {}
            self.found[name] = self.describe(struct)
        return {"$ref": f"#/$defs/{name}"}

    def describe(self, struct: type[Struct]) -> dict[str, Any]:
        """A structure as an object."""
        properties: dict[str, Any] = {}
        required = []
        for name in struct.FIELDS:
            since = struct.SINCE.get(name)
            if name == "devices" or (since is not None and self.release < Release.parse(since)):
                continue
            annotation = ast.parse(struct.FIELDS[name], mode="eval").body
            if name in struct.SELECTORS:
                properties |= self._members(struct.SELECTORS[name], annotation, _owner(struct, name))
            else:
                properties[name] = self._schema(annotation, _owner(struct, name))
                required += [] if hasattr(struct, name) else [name]
        described = {"description": str(struct.__doc__).splitlines()[0], "type": "object", "properties": properties}
        return described | ({"required": required} if required else {}) | {"additionalProperties": False}

    def _members(self, selector: str, annotation: ast.expr, owner: dict[str, Any]) -> dict[str, Any]:
        """The members of a union, each under the name of its selector: `type.hvm`."""
        members = [owner[option.id] for option in _options(annotation) if isinstance(option, ast.Name)]
        return {f"{selector}.{member.MEMBER}": self.reference(member) for member in members}

    def _schema(self, annotation: ast.expr, owner: dict[str, Any]) -> dict[str, Any]:
        """What an annotation allows; a value that is None is not printed."""
        (option,) = _options(annotation)
        match option:
            case ast.Name(id=name) if name in _SCALARS:
                return _SCALARS[name]
            case ast.Name(id=name):
                kind = owner[name]
                return {"enum": list(get_args(kind))} if get_origin(kind) is Literal else self.reference(kind)
            case ast.Subscript(slice=ast.Tuple(elts=[item, _])) if ast.unparse(item) == _PAIRS:
                return {"type": "object", "additionalProperties": {"type": "string"}}
            case ast.Subscript(slice=ast.Tuple(elts=[item, _])):
                return {"type": "array", "items": self._schema(item, owner)}
        raise TypeError(f"no schema for {ast.unparse(annotation)}")


def _options(annotation: ast.expr) -> list[ast.expr]:
    """A | B | None without the None."""
    if isinstance(annotation, ast.BinOp):
        return [*_options(annotation.left), *_options(annotation.right)]
    return [] if isinstance(annotation, ast.Constant) else [annotation]


def _owner(struct: type[Struct], field: str) -> dict[str, Any]:
    """The names of the module in which a field is declared."""
    declaring = next(base for base in struct.__mro__ if field in base.__dict__.get("__annotations__", ()))
    return vars(sys.modules[declaring.__module__])


def _name(struct: type[Struct]) -> str:
    """`Hvm`, for a device what libxl calls it: `disk`, for a part of one `vsnd.Pcm`."""
    if issubclass(struct, DeviceRecord):
        return struct.KIND
    module = struct.__module__.rpartition(".")[2]
    return struct.__name__ if struct.__module__ == DomainConfig.__module__ else f"{module}.{struct.__name__}"
