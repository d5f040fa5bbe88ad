"""Makes docs/host-facts.md from the table of fields: python docs/hostfacts.py [--check]."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from written import written

from xlpy.host import HostFacts
from xlpy.hostfields import PARTS, fields

if TYPE_CHECKING:
    from xlpy.record import Record

PAGE = Path(__file__).parent / "host-facts.md"
HEAD = """\
# The facts of a host

Made from `xlpy/hostfields.py` by `make docs`: do not edit.

`xlpy host facts` records a host as TOML or JSON; `xlpy plan --host FILE` and `host = "FILE"` in `xlpy.toml` use it
anywhere. A file needs only the fields that differ from the built-in host (8 pCPUs in 2 NUMA nodes, 64 GiB); the name
alone is enough. `xlpy host facts --schema` prints the JSON Schema. Memory and room on disks are in KiB, lists for NUMA
nodes and cpupools are in the order of the nodes' numbers and of `pools`. Four hosts come with xlpy, and `--host` knows
them by name: `small`, `numa` (two sockets), `arm`, `no-iommu`.
"""


def page() -> str:
    """The text of the page."""
    parts = (f"\n## {name}\n\n{_table(kind)}" for name, kind in PARTS.items())
    return "".join((f"{HEAD}\n", _table(HostFacts), *parts))


def _table(kind: type[Record]) -> str:
    rows = (f"| `{name}` | {form} | {doc} |\n" for name, form, doc in fields(kind))
    return "".join(("| field | form | meaning |\n|---|---|---|\n", *rows))


if __name__ == "__main__":
    sys.exit(written(PAGE, page()))
