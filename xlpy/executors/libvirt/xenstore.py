"""The facet `xenstore`: libvirt has no way to it, Xen's own Python module on Dom0 has."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from xlpy.executors.xenstore import XenstoreError
from xlpy.xenstore import Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.executors.libvirt.access import Access

_OWN = "/local/domain/0"
_LETTERS = {(False, False): "n", (True, False): "r", (False, True): "w", (True, True): "b"}


class LibvirtXenstore:
    """See the Xenstore protocol."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._watched: set[str] = set()
        self._changed: list[str] = []

    def seen_by(self, domid: int) -> LibvirtXenstore:
        """Xen's own module looks with the rights of Domain-0 alone."""
        raise XenstoreError("EPERM", f"/local/domain/{domid}")

    def node(self, path: str) -> Node:
        """One node."""
        value = self._at("read", path)
        if value is None:
            raise XenstoreError("ENOENT", path)
        permissions = ",".join(
            f"{_LETTERS[bool(one['read']), bool(one['write'])]}{one['dom']}"
            for one in self._at("get_permissions", path)
        )
        return Node(_absolute(path), value.decode("utf-8", "surrogateescape"), permissions)

    def children(self, path: str) -> Sequence[str]:
        """The names below a node."""
        names = self._at("ls", path)
        if names is None:
            raise XenstoreError("ENOENT", path)
        return sorted(names)

    def tree(self, path: str) -> Iterator[Node]:
        """All below a node; what goes away meanwhile is left out."""
        path = _absolute(path).rstrip("/")
        for name in self.children(path or "/"):
            try:
                yield self.node(f"{path}/{name}")
                yield from self.tree(f"{path}/{name}")
            except XenstoreError as error:
                if error.name != "ENOENT":
                    raise

    def write(self, path: str, value: str) -> None:
        """Set a value."""
        self._at("write", path, value)

    def remove(self, path: str) -> None:
        """With all below."""
        self._at("rm", path)

    def set_permissions(self, path: str, permissions: str) -> None:
        """As in n0,r1."""
        letters = {letter: flags for flags, letter in _LETTERS.items()}
        wanted = []
        for word in permissions.split(","):
            readable, writable = letters[word[:1]]
            wanted.append({"dom": int(word[1:]), "read": readable, "write": writable})
        self._at("set_permissions", path, wanted)

    def changes(self, path: str, since: int) -> tuple[int, Sequence[str]]:
        """What xenstore has told of this path since it was first asked for it; a moment is how much that was."""
        if path not in self._watched:
            self._do(path, "watch", path, "xlpy")
            self._watched.add(path)
            self._drain(path)
            self._changed.clear()  # a watch begins with itself
        self._drain(path)
        now = len(self._changed)
        return now, self._changed[now if since < 0 else since :]

    def _drain(self, path: str) -> None:
        while (told := self._do(path, "check_watch")) is not None:
            self._changed.append(told[0].decode("utf-8", "surrogateescape"))

    def _at(self, method: str, path: str, *more: Any) -> Any:
        """A method of xs at a path, outside of transactions."""
        return self._do(path, method, "", path, *more)

    def _do(self, path: str, method: str, *words: Any) -> Any:
        store = self._access.modules.need_store("xenstore")
        try:
            return getattr(store, method)(*words)
        except Exception as error:  # its class is known only to the module
            number = error.args[0] if error.args and isinstance(error.args[0], int) else errno.EIO
            raise XenstoreError(errno.errorcode.get(number, str(number)), path) from None


def _absolute(path: str) -> str:
    return path if path.startswith("/") else f"{_OWN}/{path}"
