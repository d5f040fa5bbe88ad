"""SimXenstore: the tree of a simulated host, as Domain-0 or another domain sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.executors.sim import life, memory, rows, tree
from xlpy.executors.xenstore import XenstoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlpy.executors.sim.store import Store
    from xlpy.xenstore import Node

_PATH = re.compile(r"(?:/|(?:/[-\w@+:.]+)+)", re.ASCII)
LONGEST_PATH = 3072
LARGEST_VALUE = 4096
GUEST_VALUE = 2048
"""The largest value that a guest may write."""
GUEST_NODES = 1000
"""How many nodes a guest may own."""
_READ, _WRITE = "rb", "wb"
_PUT = "INSERT INTO xenstore (path, domid, permissions, value) VALUES (?, ?, ?, ?) ON CONFLICT"
_REQUESTS = {"poweroff": life.POWEROFF, "halt": life.POWEROFF, "reboot": life.REBOOT}


class SimXenstore:
    """See the Xenstore protocol."""

    def __init__(self, store: Store, by: int = 0) -> None:
        """BY is the domid of the domain that looks and writes."""
        self.store = store
        self.db = store.db
        self.by = by
        self._seen: dict[str, dict[str, Node]] = {}
        self._moment = 0

    def seen_by(self, domid: int) -> SimXenstore:
        """The same for another domain, with its rights and quotas."""
        with self.store.look():
            rows.domain(self.db, domid)
        return SimXenstore(self.store, domid)

    def node(self, path: str) -> Node:
        """One node."""
        path = self._absolute(path)
        with self.store.look() as now:
            node = self._all(path, now).get(path)
            if node is None:
                raise XenstoreError("ENOENT", path)
            if not self._may(node, _READ):
                raise XenstoreError("EACCES", path)
            return node

    def children(self, path: str) -> Sequence[str]:
        """The names of what is directly below a node."""
        path = self._absolute(path)
        with self.store.look() as now:
            crowd = tree.names(self.db, path) if not self.by else None
            if crowd:
                return sorted(crowd)
            found = self._all(path, now)
            if path not in found:
                raise XenstoreError("ENOENT", path)
            if not self._may(found[path], _READ):
                raise XenstoreError("EACCES", path)
            start = len(path.rstrip("/")) + 1
            return sorted({one[start:].split("/", 1)[0] for one in found if one != path})

    def tree(self, path: str) -> Iterable[Node]:
        """All that is below a node, as far as it may be read, in the order of a tree."""
        path = self._absolute(path)
        with self.store.look() as now:
            found = self._all(path, now)
        if path not in found:
            raise XenstoreError("ENOENT", path)
        del found[path]
        everything = self.by == 0
        return tree.in_order(node for node in found.values() if everything or self._may(node, _READ))

    def write(self, path: str, value: str) -> None:
        """Set a value; some of Domain-0's are requests to the guest."""
        path = self._absolute(path)
        size = len(value.encode("utf-8", "surrogateescape"))
        if size > LARGEST_VALUE:
            raise XenstoreError("E2BIG", path)
        if self.by and size > GUEST_VALUE:
            raise XenstoreError("ENOSPC", path)
        with self.store.change() as now:
            if not self._request(path, value, now):
                self._write(path, value, now)

    def _write(self, path: str, value: str, now: float) -> None:
        known = tree.around(self.db, path, now)
        nearest = next(known[one] for one in (path, *reversed([*tree.parents(path)]), "/") if one in known)
        if not self._may(nearest, _WRITE):
            raise XenstoreError("EACCES", path)
        fresh = [one for one in tree.parents(path) if one not in known]
        fresh += [path] if path not in known else []
        if fresh and self.by and self._owned(self.by) + len(fresh) > GUEST_NODES:
            raise XenstoreError("ENOSPC", path)
        owned = ",".join([f"n{self.by}", *nearest.permissions.split(",")[1:]])
        row = (tree.owner(self.db, path), owned if self.by and fresh else None)
        for one in fresh:
            self.db.execute(f"{_PUT} DO UPDATE SET value = ''", (one, *row, ""))
        self.db.execute(f"{_PUT} DO UPDATE SET value = excluded.value", (path, *row, rows.bind(value)))

    def _owned(self, domid: int) -> int:
        """How many nodes a domain made, beside those that libxl and its drivers made for it."""
        query = "SELECT count(*) FROM xenstore WHERE permissions LIKE ? OR permissions LIKE ?"
        return int(self.db.execute(query, (f"_{domid}", f"_{domid},%")).fetchone()[0])

    def _request(self, path: str, value: str, now: float) -> bool:
        """What a guest that listens does when Domain-0 writes it: it shuts down, or changes its balloon."""
        domid = tree.owner(self.db, path)
        if self.by or domid is None:
            return False
        row, what = rows.domain(self.db, domid), path.removeprefix(f"/local/domain/{domid}/")
        if what == "memory/target" and value.isdecimal():
            memory.set_target(self.db, row, int(value) + row["video_kib"], now)
            return True
        if what != "control/shutdown" or value not in _REQUESTS or not row["pv_drivers"]:
            return False
        life.ask(self.db, domid, now, _REQUESTS[value])
        return True

    def remove(self, path: str) -> None:
        """Remove a node with all that is below it."""
        path = self._absolute(path)
        if path == "/":
            raise XenstoreError("EINVAL", path)
        with self.store.change() as now:
            node = self._all(path, now).get(path)
            if node is None:
                raise XenstoreError("ENOENT", path)
            if not self._may(node, _WRITE):
                raise XenstoreError("EACCES", path)
            self.db.execute("DELETE FROM xenstore WHERE path = ? OR path GLOB ?", (path, f"{path}/*"))
            if path in self._all(path, now):
                row = (path, tree.owner(self.db, path))
                self.db.execute("INSERT INTO xenstore (path, domid, removed) VALUES (?, ?, 1)", row)

    def set_permissions(self, path: str, permissions: str) -> None:
        """Set the permissions of a node; only its owner and Domain-0 may."""
        path = self._absolute(path)
        if not re.fullmatch(r"[nrwb]\d+(,[nrwb]\d+)*", permissions):
            raise XenstoreError("EINVAL", path)
        with self.store.change() as now:
            node = self._all(path, now).get(path)
            if node is None:
                raise XenstoreError("ENOENT", path)
            if self.by and _entries(node)[0][0] != self.by:
                raise XenstoreError("EACCES", path)
            self.db.execute(
                "INSERT INTO xenstore (path, domid, permissions) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET permissions = excluded.permissions",
                (path, tree.owner(self.db, path), permissions),
            )

    def changes(self, path: str, since: int) -> tuple[int, Sequence[str]]:
        """What changed at or below a path since the last time that it was asked for here."""
        path = self._absolute(path)
        with self.store.look() as now:
            found = {one: node for one, node in self._all(path, now).items() if self._may(node, _READ)}
        before = self._seen.get(path, {})
        self._seen[path] = found
        self._moment += 1
        if since < 0:
            return self._moment, ()
        changed = (one for one in {**before, **found} if before.get(one) != found.get(one))
        return self._moment, sorted(changed, key=lambda one: one.split("/"))

    def _all(self, path: str, now: float) -> dict[str, Node]:
        return tree.below(self.db, path, now)

    def _may(self, node: Node, wanted: str) -> bool:
        """Whether the domain may do this with a node."""
        if self.by == 0:
            return True
        entries = _entries(node)
        if self.by == entries[0][0]:
            return True
        letter = dict(entries[1:]).get(self.by, entries[0][1])
        return letter in wanted

    def _absolute(self, path: str) -> str:
        path = path if path.startswith("/") else f"/local/domain/{self.by}/{path}"
        path = path.rstrip("/") or "/"
        if len(path) > LONGEST_PATH or not _PATH.fullmatch(path):
            raise XenstoreError("EINVAL", path)
        return path


def _entries(node: Node) -> list[tuple[int, str]]:
    """The permissions of a node: the owner with what others may, then who may what."""
    return [(int(entry[1:]), entry[0]) for entry in node.permissions.split(",")]
