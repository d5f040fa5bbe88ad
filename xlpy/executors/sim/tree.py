"""The whole of a simulated xenstore: nodes of the host, of domains and devices, and what was written besides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.executors.sim import nodes, rows
from xlpy.xenstore import Node

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

_OF_DOMAIN = re.compile(
    r"/(?:local/domain/0/(?:backend/[^/]+|device-model)/(?P<served>\d+)|local/domain/(?P<domain>[1-9]\d*)|libxl/(?P<libxl>\d+)"
    r"|vm/(?P<uuid>[^/]+))(?:/|$)"
)
_DOM0_DEVICES = "/local/domain/0/device/"
_BACKENDS = "/local/domain/0/backend/"
_SERVED = "SELECT DISTINCT domid FROM device WHERE backend = 0 AND kind = ?"
_ABOVE_DOMAINS = {
    *("/", "/local", "/local/domain", "/local/domain/0", "/local/domain/0/backend", "/local/domain/0/device-model"),
    *("/libxl", "/vm"),
}
_CROWDED = {
    "/local/domain": "SELECT domid FROM domain",
    "/libxl": "SELECT domid FROM domain WHERE domid > 0 UNION SELECT domid FROM device WHERE domid = 0"
    " UNION SELECT 'pci' FROM pciback",
    "/vm": "SELECT uuid FROM domain WHERE domid > 0",
}
_ROOT = "n0"
_DOM0_BACKENDS = ("9pfs", "console", "qnic", "qusb", "vfb", "vkbd")


def owner(db: sqlite3.Connection, path: str) -> int | None:
    """The domid of the domain that a path belongs to; None where it is the host's."""
    match = _OF_DOMAIN.match(path)
    if match is None:
        return None
    if match["uuid"] is not None:
        found = db.execute("SELECT domid FROM domain WHERE uuid = ?", (match["uuid"],)).fetchone()
        return None if found is None or found[0] == 0 else int(found[0])
    domid = int(next(filter(None, (match["served"], match["domain"], match["libxl"]))))
    found = db.execute("SELECT domid FROM domain WHERE domid = ? AND domid > 0", (domid,)).fetchone()
    return None if found is None else domid


def below(db: sqlite3.Connection, path: str, now: float) -> dict[str, Node]:
    """The node and all that is below it, by path."""
    if path == "/":
        return around(db, path, now)
    prefix = f"{path}/"
    return {one: node for one, node in around(db, path, now).items() if one == path or one.startswith(prefix)}


def around(db: sqlite3.Connection, path: str, now: float) -> dict[str, Node]:
    """The nodes of the domain that a path belongs to, or the host's; those of all domains where it is above them."""
    found, most = _host_nodes(db, path), nodes.vcpus_of(db)
    for domid in _domids(db, path):
        found |= nodes.of_domain(db, rows.domain(db, domid), now, most)
    match = _OF_DOMAIN.match(path)
    _overlay(db, match[0].rstrip("/") if match else "", found)
    return _complete(found)


def names(db: sqlite3.Connection, path: str) -> set[str] | None:
    """The names below a directory of many domains, in which nothing else is; None for another one."""
    query = _CROWDED.get(path)
    kind = path.removeprefix(_BACKENDS) if path.startswith(_BACKENDS) else ""
    if query is None and (not kind or "/" in kind):
        return None
    if query is None:
        served = "SELECT domid FROM domain WHERE domid > 0" if kind == "console" else _SERVED
        query = served
    found = {str(row[0]) for row in db.execute(query, (kind,) if query == _SERVED else ())}
    start = len(path) + 1
    written = db.execute("SELECT path, removed FROM xenstore WHERE path GLOB ?", (f"{path}/*",)).fetchall()
    gone = {row["path"][start:] for row in written if row["removed"]}
    return found - gone | {row["path"][start:].split("/", 1)[0] for row in written if not row["removed"]}


def _domids(db: sqlite3.Connection, path: str) -> list[int]:
    """The domains that have nodes there."""
    match = _OF_DOMAIN.match(path)
    if match is not None:
        domid = owner(db, path)
        found = [] if domid is None else [domid]
        found += [0] if "0" in (match["served"], match["libxl"]) else []
        if match["domain"] is not None and domid is not None:
            found += [row[0] for row in db.execute("SELECT DISTINCT domid FROM device WHERE backend = ?", (domid,))]
            served = "SELECT target FROM domain WHERE domid = ? AND target IS NOT NULL"
            found += [row[0] for row in db.execute(served, (domid,))]
        return found
    if path.startswith(_BACKENDS) and path != f"{_BACKENDS}console":
        return [row[0] for row in db.execute(_SERVED, (path.removeprefix(_BACKENDS).split("/")[0],))]
    if f"{path}/".startswith(_DOM0_DEVICES):
        return [0]
    if path in _ABOVE_DOMAINS or path.startswith(_BACKENDS):
        return [row[0] for row in db.execute("SELECT domid FROM domain ORDER BY domid")]
    return []


def _host_nodes(db: sqlite3.Connection, path: str) -> dict[str, Node]:
    """What Domain-0 and the daemons wrote when they started."""
    if _OF_DOMAIN.match(path):
        return {}
    facts = rows.facts(db)
    top = "/local/domain/0"
    pairs = [("/libxl", ""), ("/vm", ""), ("/tool/xenstored", f"{facts.lib_dir}/bin/oxenstored")]
    pairs += [("/@introduceDomain", ""), ("/@releaseDomain", ""), (f"{top}/domid", "0"), (f"{top}/name", "Domain-0")]
    pairs += [(f"{top}/control/feature-{name}", "1") for name in ("poweroff", "reboot", "suspend")]
    pairs += [(f"{top}/device-model/0/backends/{kind}", "") for kind in _DOM0_BACKENDS]
    pairs += [(f"{top}/device-model/0/state", "running")]
    pairs += [(f"/local/pool/{row[0]}/name", rows.text(row[1])) for row in db.execute("SELECT number, name FROM pool")]
    for row in db.execute("SELECT bdf, name, driver FROM pciback ORDER BY bdf"):
        at = f"/libxl/pci/{re.sub('[:.]', '-', row['bdf'])}"
        pairs += [(f"{at}/{what}", row[column]) for what, column in (("name", 1), ("driver_path", 2)) if row[column]]
    return {path: Node(path, value, _ROOT) for path, value in pairs}


def _overlay(db: sqlite3.Connection, top: str, found: dict[str, Node]) -> None:
    """What was written below TOP, removed, or given other permissions."""
    above = [*parents(top), top]
    query = f"SELECT * FROM xenstore WHERE path GLOB ? OR path IN ({', '.join('?' * len(above))}) ORDER BY path"
    written = db.execute(query, (f"{top}/*", *above)).fetchall()
    for row in written:
        if row["removed"]:
            prefix = f"{row['path']}/"
            for gone in [one for one in found if one == row["path"] or one.startswith(prefix)]:
                del found[gone]
    for row in written:
        node = found.get(row["path"])
        if row["value"] is not None:
            node = Node(row["path"], rows.text(row["value"]), "" if node is None else node.permissions)
        if node is not None and row["permissions"] is not None:
            node = node._replace(permissions=row["permissions"])
        if node is not None:
            found[row["path"]] = node


def _complete(found: dict[str, Node]) -> dict[str, Node]:
    """With the nodes between, which nobody wrote; these have the permissions of the one above."""
    found.setdefault("/", Node("/", "", _ROOT))
    for path in {path[: path.rfind("/")] or "/" for path in found}.difference(found):
        for one in (*parents(path), path):
            found.setdefault(one, Node(one, "", ""))
    for path in sorted(path for path, node in found.items() if not node.permissions):
        found[path] = found[path]._replace(permissions=found[_parent(path)].permissions)
    return found


def parents(path: str) -> Iterator[str]:
    """The paths above one, from the top."""
    at = path.find("/", 1)
    while at > 0:
        yield path[:at]
        at = path.find("/", at + 1)


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def in_order(found: Iterable[Node]) -> list[Node]:
    """Each before what is below it, siblings by name."""
    return sorted(found, key=lambda node: node[0].replace("/", "\0"))
