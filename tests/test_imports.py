"""A module imports only what stands above it, and a command pays only for what it needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "xlpy"
LAYERS = (
    ("record", "release", "source", "diagnostic", "differences"),
    ("lalr", "tables", "nodes", "plain", "syntax"),
    ("xenstore", "planning", "libxl", "host", "hostfields"),
    ("cstring", "values", "cpuid_features", "cpuid", "defaults", "loss"),
    ("libxl_json",),
    ("reader", "settings"),
    ("vocabulary",),
    ("kinds", "tokens", "specs", "diskspec"),
    ("options", "devices"),
    ("config", "attach", "libxl_read", "lost", "writer", "xlconf", "libxl_sxp", "cpupool"),
    ("libxl_schema", "schema", "convert", "xm", "fmt", "lower"),
    ("lint",),
    ("planner",),
    ("picture", "fleet"),
    ("executors",),
    ("render",),
    ("lsp", "top"),
    ("cli",),
)
ONLY_IN = {
    "click": {"cli"},
    "rich": {"render", "top"},
    "libvirt": {"executors"},
    "lark": set[str](),
    "ortools": {"fleet"},
    "sqlite3": {"executors", "cli"},
    "textual": {"top"},
    "pygls": {"lsp"},
    "lsprotocol": {"lsp"},
}
DOORS = {"libxl": {"xlpy.libxl_json", "xlpy.writer"}}
"""Methods that only lead on to what is built upon their module."""
MODULES = sorted(PACKAGE.rglob("*.py"))


def _part(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def _rank(part: str) -> int:
    if part == "__init__":
        return -1
    return next(rank for rank, layer in enumerate(LAYERS) if part in layer)


def _imports(module: Path, *, typing_too: bool) -> set[str]:
    found: set[str] = set()

    class Visitor(ast.NodeVisitor):
        def visit_If(self, node: ast.If) -> None:
            if typing_too or ast.unparse(node.test) != "TYPE_CHECKING":
                self.generic_visit(node)

        def visit_Import(self, node: ast.Import) -> None:
            found.update(alias.name for alias in node.names)

        def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
            names = [f"xlpy.{a.name}" for a in node.names] if node.module == "xlpy" else [node.module or ""]
            names = [name for name in names if name != "xlpy.__version__"]
            found.update(names)

    Visitor().visit(ast.parse(module.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("module", [m for m in MODULES if m.parent != PACKAGE or m.stem != "__init__"], ids=str)
def test_imports_go_upwards(module: Path) -> None:
    rank = _rank(_part(module))
    for name in _imports(module, typing_too=False) - DOORS.get(_part(module), set()):
        if name.startswith("xlpy."):
            assert _rank(name.split(".")[1]) <= rank, f"{module.name} imports {name}"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_heavy_libraries_stay_in_their_place(module: Path) -> None:
    for name in _imports(module, typing_too=True):
        top = name.split(".")[0]
        assert top not in ONLY_IN or _part(module) in ONLY_IN[top], f"{module.name} imports {name}"


@pytest.mark.parametrize(
    ("argv", "unwanted"),
    [
        (["list"], {"lark", "rich", "click", "dataclasses", "inspect", "xlpy.syntax", "xlpy.vocabulary"}),
        (["create", "-n", "/dev/null"], {"lark", "rich", "click", "dataclasses", "inspect"}),
        (["help"], {"lark", "rich", "click", "dataclasses", "inspect", "sqlite3"}),
    ],
)
def test_a_command_loads_only_what_it_needs(argv: list[str], unwanted: set[str], tmp_path: Path) -> None:
    script = f"import sys; from xlpy.cli.main import run; run({argv!r}); sys.stderr.write(repr(sorted(sys.modules)))"
    environment = {"XLPY_CONNECT": f"sim://{tmp_path}/host.db"}
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert not unwanted & set(ast.literal_eval(run.stderr.splitlines()[-1]))
