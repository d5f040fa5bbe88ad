"""Running scenarios on fresh hosts of each kind, and the differences that are known."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.xenlab.compare import Result, differences, run_scenario
from tests.xenlab.errors import LabError
from tests.xenlab.facts import host_facts
from tests.xenlab.hosts import InDom0, RealXl, Simulated
from tests.xenlab.known import read_known
from tests.xenlab.lab import Lab
from tests.xenlab.wheels import install, make_wheels, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.xenlab.known import Known
    from tests.xenlab.scenario import Scenario
    from xlpy.host import HostFacts

HERE = Path(__file__).parent
SCENARIOS = tuple(sorted((HERE / "scenario").glob("*.scenario")))
OTHERS = (Simulated.name, InDom0.name)
"""The hosts that are compared with the real xl."""


class NotYetError(Exception):
    """The xlpy of this checkout cannot control such a host; the text is what it says itself."""


class Trials:
    """Scenarios on hosts that follow one release of Xen; what the real xl did is kept."""

    def __init__(self, xen: str, folder: Path) -> None:
        self.xen = xen
        self.folder = folder
        self._real: dict[str, list[Result]] = {}
        self._facts: HostFacts | None = None

    def real(self, scenario: Scenario) -> list[Result]:
        """The scenario with the real xl."""
        if scenario.name not in self._real:
            self._real[scenario.name] = self._in_lab(lambda lab: self._with_xl(scenario, lab))
        return self._real[scenario.name]

    def differences(self, scenario: Scenario, name: str) -> list[Known]:
        """Where xlpy on the host called NAME differs from the real xl; NotYetError where it cannot be asked."""
        real = self.real(scenario)
        other = self._simulated(scenario) if name == Simulated.name else self._libvirt(scenario)
        return differences(real, other)

    def _simulated(self, scenario: Scenario) -> list[Result]:
        assert self._facts is not None
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            return run_scenario(scenario, Simulated(Path(folder), self._facts, self.xen))

    def _libvirt(self, scenario: Scenario) -> list[Result]:
        return self._in_lab(lambda lab: self._with_xlpy(scenario, lab))

    def _in_lab(self, work: Callable[[Lab], list[Result]]) -> list[Result]:
        """What comes of it in a fresh lab; of another one where the emulation made a guest fault, or Xen."""
        for last in (False, False, True):
            with Lab.own(self.xen, "scenario") as lab:
                try:
                    results = work(lab)
                except LabError:
                    if last or not lab.has_faulted():
                        raise
                    continue
                if last or not lab.has_faulted():
                    break
        return results

    def _with_xl(self, scenario: Scenario, lab: Lab) -> list[Result]:
        self._facts = self._facts or host_facts(lab)  # it always is the same host
        return run_scenario(scenario, RealXl(lab))

    def _with_xlpy(self, scenario: Scenario, lab: Lab) -> list[Result]:
        self.install(lab)
        with InDom0(lab) as host:
            if reason := host.reason_against():
                raise NotYetError(f"not yet: xlpy says: {reason}")
            return run_scenario(scenario, host)

    def install(self, lab: Lab) -> None:
        """Install the xlpy of this checkout in a Dom0."""
        packed = self.folder / "xlpy.tar.gz"
        if packed.exists():
            unpack(lab, packed)
            return
        make_wheels(self.folder / "wheels")
        install(lab, self.folder / "wheels")
        pack(lab, packed)

    def known(self, scenario: Scenario, name: str) -> list[Known]:
        """The differences that are known between the real xl and the host called NAME."""
        file = self.file(scenario, name)
        return read_known(file.read_text(encoding="utf-8")) if file.exists() else []

    def file(self, scenario: Scenario, name: str) -> Path:
        """Where they are kept."""
        return scenario.path.with_name(f"{scenario.name}.{name}-{self.xen}.diff")
