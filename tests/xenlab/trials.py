"""Running scenarios on fresh hosts of each kind, and the differences that are known."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.xenlab.compare import Result, differences, run_scenario
from tests.xenlab.facts import host_facts
from tests.xenlab.hosts import InDom0, RealXl, Simulated
from tests.xenlab.lab import Lab
from tests.xenlab.wheels import install, make_wheels

if TYPE_CHECKING:
    from tests.xenlab.scenario import Scenario
    from xlpy.host import HostFacts

HERE = Path(__file__).parent
SCENARIOS = tuple(sorted((HERE / "scenario").glob("*.scenario")))
OTHERS = (Simulated.name, InDom0.name)
"""The hosts that are compared with the real xl."""


class NotYetError(Exception):
    """The xlpy of this checkout cannot control such a host; the text is what it says itself."""


class Real(NamedTuple):
    """What the real xl did, and on what host."""

    results: list[Result]
    facts: HostFacts


class Trials:
    """Scenarios on hosts that follow one release of Xen; what the real xl did is kept."""

    def __init__(self, xen: str, folder: Path) -> None:
        self.xen = xen
        self.folder = folder
        self._real: dict[str, Real] = {}

    def real(self, scenario: Scenario) -> Real:
        """The scenario with the real xl."""
        if scenario.name not in self._real:
            with Lab(self.xen, "scenario") as lab:
                facts = host_facts(lab)
                self._real[scenario.name] = Real(run_scenario(scenario, RealXl(lab)), facts)
        return self._real[scenario.name]

    def differences(self, scenario: Scenario, name: str) -> str:
        """Where xlpy on the host called NAME differs from the real xl; NotYetError where it cannot be asked."""
        real = self.real(scenario)
        other = self._simulated(scenario, real.facts) if name == Simulated.name else self._libvirt(scenario)
        return differences(real.results, other, name)

    def _simulated(self, scenario: Scenario, facts: HostFacts) -> list[Result]:
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            return run_scenario(scenario, Simulated(Path(folder), facts, self.xen))

    def _libvirt(self, scenario: Scenario) -> list[Result]:
        wheels = self.folder / "wheels"
        if not wheels.exists():
            make_wheels(wheels)
        with Lab(self.xen, "scenario") as lab:
            install(lab, wheels)
            host = InDom0(lab)
            if reason := host.reason_against():
                raise NotYetError(f"not yet: xlpy says: {reason}")
            return run_scenario(scenario, host)

    def known(self, scenario: Scenario, name: str) -> Path:
        """The file with the differences that are known between the real xl and the host called NAME."""
        return scenario.path.with_name(f"{scenario.name}.{name}-{self.xen}.diff")
