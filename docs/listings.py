"""Makes docs/json.md from the verbs that list something: python docs/listings.py [--check]."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from written import written

from xlpy.cli import names
from xlpy.cli.registry import find_verb
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.cli.verb import Verb

PAGE = Path(__file__).parent / "json.md"
HEAD = """\
# What `--format json` and `--format yaml` print

Made from the declarations of the verbs and of what they list by `make docs`: do not edit.

`xlpy VERB --format json` and `xl VERB --format json` take the same words and options as the plain listing, and print
all that is known, whatever columns the options ask for. A verb that lists something prints an array with an object for
each thing, also where there is none or one; a verb about one thing prints an object. YAML has the same shape. Problems
are told as by the plain listing, on standard error and by the exit status.

New fields may come at any time; a field does not go away or change its meaning without a line in the list of changes.
Units stand in the names. What the host does not know is null. A byte that is not UTF-8 is written as `\\xHH`.
"""
_KINDS = {
    "DeviceRecord": "object: the device in libxl's terms, see `xlpy schema --libxl`",
    "int": "number",
    "float": "number",
    "str": "text",
    "bool": "true or false",
    "None": "null",
}


def page() -> str:
    """The text of the page."""
    parts = [HEAD, "| verb | prints |\n|---|---|\n" + "".join(map(_row, listing_verbs()))]
    return "\n".join([*parts, *(_section(record) for record in _all_records())])


def listing_verbs() -> list[Verb]:
    """The verbs with --format, in the order of xl help."""
    return [verb for name in names.NAMES if (verb := find_verb(name)) is not None and verb.records is not None]


def listed(verb: Verb) -> tuple[type[Record], bool]:
    """The type of what a verb lists, as its function declares it, and whether there may be several."""
    assert verb.records is not None
    found = _resolved(ast.parse(verb.records.__annotations__["return"], mode="eval").body, verb.records.__module__)
    return found[-1], len(found) > 1


def fields(record: type[Record]) -> dict[str, tuple[str, list[type[Record]], str]]:
    """For each key of the object: its kind, the records in it, and what its declaration says about it."""
    found = {}
    for name, annotation in record.FIELDS.items():
        home = next(one for one in record.__mro__ if name in one.__dict__.get("__annotations__", {}))
        tree = ast.parse(annotation, mode="eval").body
        inner = [one for one in _resolved(tree, home.__module__) if issubclass(one, Record)]
        found[record.with_unit(name)] = (_kind(tree, inner), inner, _doc(home, name))
    return found


def _all_records() -> list[type[Record]]:
    found: list[type[Record]] = []

    def add(record: type[Record]) -> None:
        if record not in found:
            if record.FIELDS:
                found.append(record)
            for _, inner, _ in fields(record).values():
                for one in inner:
                    add(one)

    for verb in listing_verbs():
        add(listed(verb)[0])
    return found


def _resolved(tree: ast.expr, module: str) -> list[type[Any]]:
    """The types that an annotation names, in its order, looked up where it was written."""
    named = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    space = {**vars(importlib.import_module(module)), **_typing_imports(module)}
    return [space[name] for name in named if isinstance(space.get(name), type)]


def _typing_imports(module: str) -> dict[str, Any]:
    """What a module imports for its annotations only."""
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    lines = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return {
        alias.asname or alias.name: getattr(importlib.import_module(line.module or ""), alias.name)
        for line in lines
        for alias in line.names
    }


def _kind(tree: ast.expr, inner: list[type[Record]]) -> str:
    """An annotation in the words of JSON."""
    match tree:
        case ast.BinOp(left=left, right=right):
            return f"{_kind(left, inner)} or {_kind(right, inner)}"
        case ast.Subscript(value=ast.Name(id="Literal"), slice=words):
            return " or ".join(f"`{word}`" for word in ast.literal_eval(ast.Tuple(elts=_items(words), ctx=ast.Load())))
        case ast.Subscript(value=ast.Name(id="dict" | "Mapping"), slice=ast.Tuple(elts=[_, value])):
            return f"object of {_kind(value, inner)}"
        case ast.Subscript(slice=item):
            first, *others = (one for one in _items(item) if not isinstance(one, ast.Constant) or one.value is not ...)
            return f"array of {' and '.join(_kind(one, inner) for one in (first, *others))}"
        case ast.Constant(value=None):
            return "null"
        case ast.Name(id=name):
            linked = any(one.__name__ == name and one.FIELDS for one in inner)
            return f"[{name}](#{name.lower()})" if linked else _KINDS.get(name, "text")
    return ast.unparse(tree)


def _items(tree: ast.expr) -> list[ast.expr]:
    return tree.elts if isinstance(tree, ast.Tuple) else [tree]


def _doc(home: type[Record], name: str) -> str:
    """The text behind the declaration of a field."""
    body = next(node for node in ast.parse(inspect.getsource(home)).body if isinstance(node, ast.ClassDef)).body
    for node, after in pairwise(body):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name:
            text = ast.literal_eval(after.value) if isinstance(after, ast.Expr) else ""
            return " ".join(text.replace("None where", "null where").split())
    return ""


def _row(verb: Verb) -> str:
    record, several = listed(verb)
    link = f"[{record.__name__}](#{record.__name__.lower()})"
    return f"| `{verb.name}` | {'array of ' if several else ''}{link} |\n"


def _section(record: type[Record]) -> str:
    about = inspect.getdoc(record) or ""
    return f"## {record.__name__}\n\n{about}\n\n| field | kind | |\n|---|---|---|\n{''.join(_rows(record))}"


def _rows(record: type[Record]) -> Iterator[str]:
    for key, (kind, _, doc) in fields(record).items():
        yield f"| `{key}` | {kind} | {doc.replace('|', chr(92) + '|')} |\n"


if __name__ == "__main__":
    sys.exit(written(PAGE, page()))
