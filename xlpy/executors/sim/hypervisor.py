"""Flask on a simulated host, there where its facts say so; and the parameters that Xen lets itself be given."""

from __future__ import annotations

from xlpy.executors.hypervisor import NoFlaskError, XenRefusedError
from xlpy.executors.sim import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors.sim.host import SimHost

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


class SimHypervisor:
    """See the Hypervisor protocol."""

    def __init__(self, host: SimHost) -> None:
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

    def _enforcing(self) -> bool:
        facts = rows.facts(self._host.db)
        if facts.xsm != _FLASK:
            raise NoFlaskError
        said = self._host.db.execute("SELECT enforcing FROM host").fetchone()[0]
        return "flask=permissive" not in facts.commandline.split() if said is None else bool(said)
