"""The logs that xl's background process keeps; the lines are those that were recorded on real Xen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.sim.guests import DISK, Lab, config

if TYPE_CHECKING:
    from pathlib import Path

PID = os.getpid()


def log(lab: Lab, name: str = "web", older: str = "") -> list[str]:
    path = lab.path.replace("host.db", f"log/xl-{name}.log{older}")
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - one line of it
        return file.read().splitlines()


def waiting(domid: int, name: str = "web") -> str:
    return f"Waiting for domain {name} (domid {domid}) to die [pid {PID}]"


def down(domid: int, reason: int, action: str) -> list[str]:
    return [
        f"Domain {domid} has shut down, reason code {reason} 0x{reason:x}",
        f"Action for shutdown reason code {reason} is {action}",
    ]


def cleaned(domid: int) -> str:
    return f"Domain {domid} needs to be cleaned up: destroying the domain"


def test_through_a_reboot_to_the_end(lab: Lab) -> None:
    lab.booted(config(on_reboot="restart"))
    assert log(lab) == [waiting(1)]
    lab.host.shutdown(1, reboot=True)
    lab.clock.go(5)
    lab.host.domains()
    rebooted = [waiting(1), *down(1, 1, "restart"), cleaned(1), "Done. Rebooting now", waiting(2)]
    assert log(lab) == rebooted
    lab.host.shutdown(2)
    lab.clock.go(5)
    lab.host.domains()
    assert log(lab) == [*rebooted, *down(2, 0, "destroy"), cleaned(2), "Done. Exiting now"]


def test_a_domain_that_is_preserved(lab: Lab) -> None:
    lab.booted(config(on_poweroff="preserve"))
    lab.host.shutdown(1)
    lab.clock.go(5)
    lab.host.domains()
    assert log(lab) == [waiting(1), *down(1, 0, "preserve"), "Done. Exiting now"]


def test_a_domain_that_is_destroyed(lab: Lab) -> None:
    lab.booted(config())
    lab.host.destroy(1)
    assert log(lab) == [waiting(1), "Domain 1 has been destroyed."]


def test_nobody_watches(lab: Lab, tmp_path: Path) -> None:
    lab.booted(config(), watched=False)
    lab.host.destroy(1)
    assert not (tmp_path / "log").exists()


def test_a_restart_that_fails(lab: Lab) -> None:
    lab.booted(config(on_reboot="restart", devices=(DISK,)))
    lab.host.update_config(1, config(created={"pool_name": "nosuch"}, on_reboot="restart"))
    lab.host.shutdown(1, reboot=True)
    lab.clock.go(5)
    lab.host.domains()
    place = "libxl_create.c:1180:libxl__domain_config_setdefault"
    assert log(lab)[-2:] == ["Done. Rebooting now", f"libxl: error: {place}: Illegal pool specified: nosuch"]


def test_a_log_of_the_same_name_is_kept_under_another(lab: Lab) -> None:
    for domid in range(1, 14):
        lab.booted(config())
        lab.host.destroy(domid)
    assert log(lab)[0] == waiting(13)
    assert log(lab, older=".1")[0] == waiting(12)
    assert log(lab, older=".10")[0] == waiting(3)
    assert not os.path.exists(lab.path.replace("host.db", "log/xl-web.log.11"))  # noqa: PTH110 - a text


def test_a_name_leads_nowhere_else(lab: Lab) -> None:
    lab.booted(config("../web"))
    assert log(lab, ".._web") == [waiting(1, "../web")]
