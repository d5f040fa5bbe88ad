"""Building a domain whose memory comes from a stream, not from a kernel."""

from __future__ import annotations

from xlpy.executors.sim import rows
from xlpy.executors.sim.attaching import claim_key
from xlpy.executors.sim.build import Build

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.host import Claim
    from xlpy.planner import steps


class Incoming(Build):
    """The same steps; bootloader and kernel are left out, and it is not built before its state is there."""

    def do_allocate_domid(self, step: steps.AllocateDomid) -> None:
        """That of the saved domain, where it was stored in the configuration and is free (xl save -D)."""
        wanted = self.plan.config.c_info.domid
        if wanted and not self.db.execute("SELECT 1 FROM domain WHERE domid = ?", (wanted,)).fetchone():
            self.db.execute("DELETE FROM console WHERE domid = ?", (wanted,))
            self.domid = wanted
        else:
            super().do_allocate_domid(step)

    def do_create_domain(self, step: steps.CreateDomain) -> None:
        """The original of a domain that migrates within the host keeps name and uuid until the end."""
        original = self.db.execute("SELECT 1 FROM domain WHERE uuid = ?", (step.uuid,)).fetchone()
        super().do_create_domain(step.replace(uuid=step.uuid + rows.TWIN) if original else step)

    def do_run_bootloader(self, step: steps.RunBootloader) -> None:
        """The guest runs already."""

    def do_load_kernel(self, step: steps.LoadKernel) -> None:
        """The same."""

    def _claim(self, claim: Claim) -> None:
        """The original is suspended by the time that this one runs: what it holds is free for its twin."""
        twin = "domid IN (SELECT domid FROM domain WHERE uuid || ? = (SELECT uuid FROM domain WHERE domid = ?))"
        held = (rows.TWIN, self.domid, claim.kind, rows.bind(claim_key(claim)))
        copied = self.db.execute(
            f"INSERT INTO claim SELECT kind, what, ?, shared FROM claim WHERE {twin} AND kind = ? AND what = ?",
            (self.domid, *held),
        )
        if not copied.rowcount:
            super()._claim(claim)
