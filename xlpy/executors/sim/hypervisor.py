"""Flask on a simulated host, there where its facts say so; and the parameters that Xen lets itself be given."""

from __future__ import annotations

from xlpy.executors import UnknownDomain
from xlpy.executors.hypervisor import NoFlaskError, XenRefusedError
from xlpy.executors.sim import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlpy.executors.sim.facets import Facets

_FLASK = "flask"
_MAGIC = b"\x8c\xff\x7c\xf9\x08\x00\x00\x00XenFlask"
"""How a compiled policy for Xen begins."""
_BOOLEANS = ("no", "off", "false", "disable", "0", "yes", "on", "true", "enable", "1")
_LEVELS = ("none", "error", "warning", "info", "debug", "all")
_WORDS = {
    "console_timestamps": (*_BOOLEANS, "none", "date", "datems", "boot", "raw"),
    "guest_loglvl": (*_LEVELS, *(f"{low}/{high}" for low in _LEVELS for high in _LEVELS)),
    "loglvl": (*_LEVELS, *(f"{low}/{high}" for low in _LEVELS for high in _LEVELS)),
}
_NUMBERS = ("gnttab_max_frames", "gnttab_max_maptrack_frames")
_ALL = -1
"""The domid of the limits that domains get."""
_QUOTAS = {
    "nodes": 1000,
    "watches": 128,
    "transactions": 10,
    "outstanding": 20,
    "transaction-nodes": 1024,
    "memory": 0,
    "node-size": 2048,
    "permissions": 5,
}


class SimHypervisor:
    """See the Hypervisor protocol."""

    def __init__(self, host: Facets) -> None:
        """Xen on HOST."""
        self._host = host

    def enforcing(self) -> bool:
        """Whether the policy is enforced: as Xen's command line says until it is changed."""
        with self._host.store.look():
            return self._enforcing()

    def set_enforcing(self, *, on: bool) -> None:
        """Enforce the policy, or no longer."""
        with self._host.store.change():
            self._enforcing()
            self._host.db.execute("UPDATE host SET enforcing = ?", (on,))

    def load_policy(self, policy: bytes) -> None:
        """A policy only has to begin like one: what it forbids is not simulated."""
        with self._host.store.look():
            self._enforcing()
        if not policy.startswith(_MAGIC):
            raise XenRefusedError("Invalid argument")

    def set_parameter(self, name: str, value: str) -> None:
        """Only whether Xen would take it: none of them changes what is simulated."""
        if name not in _WORDS and name not in _NUMBERS:
            raise XenRefusedError("No such file or directory")
        good = value in _WORDS[name] if name in _WORDS else value.isascii() and value.isdigit()
        if not good:
            raise XenRefusedError("Invalid argument")

    def quotas(self, domid: int | None) -> Mapping[str, int]:
        """What was set for the domain, its configuration, what was set for all, and what xenstored has built in."""
        with self._host.store.look():
            return self._quotas(domid)

    def set_quotas(self, domid: int | None, quotas: Mapping[str, int]) -> None:
        """Change some of them."""
        with self._host.store.change():
            if quotas.keys() - self._quotas(domid).keys():
                raise XenRefusedError("Invalid argument")
            place = _ALL if domid is None else domid
            values = [(place, name, value) for name, value in quotas.items()]
            self._host.db.executemany("INSERT OR REPLACE INTO quota VALUES (?, ?, ?)", values)

    def _quotas(self, domid: int | None) -> dict[str, int]:
        found = dict(_QUOTAS)
        for place in (_ALL,) if domid is None else (_ALL, domid):
            if place > 0:
                found |= self._configured(place)
            found |= dict(self._host.db.execute("SELECT name, value FROM quota WHERE domid = ?", (place,)).fetchall())
        return found

    def _configured(self, domid: int) -> dict[str, int]:
        """What the configuration of a guest says."""
        from xlpy.executors.sim.configs import current

        try:
            row = rows.domain(self._host.db, domid)
        except UnknownDomain:
            raise XenRefusedError("No such file or directory") from None
        items = current(row, rows.facts(self._host.db)).b_info.xenstore_quota.quota
        return {item.name: item.val for item in items if item.name}

    def _enforcing(self) -> bool:
        facts = rows.facts(self._host.db)
        if facts.xsm != _FLASK:
            raise NoFlaskError
        said = self._host.db.execute("SELECT enforcing FROM host").fetchone()[0]
        return "flask=permissive" not in facts.commandline.split() if said is None else bool(said)
