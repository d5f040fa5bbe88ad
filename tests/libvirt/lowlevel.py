"""Xen's own Python modules, xc and xs, for tests: they remember what they were asked, and fail as these do."""

from __future__ import annotations

from typing import Any


class XcError(Exception):
    """xen.lowlevel.xc.Error."""


class Control:
    """xc.xc()."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.paused = self.dying = self.crashed = False
        self.pool_of_domains = 0
        self.found: list[dict[str, Any]] = [{"cpupool": 0, "sched": 6, "n_dom": 1, "cpulist": [0, 1, 2, 3]}]

    def xeninfo(self) -> dict[str, Any]:
        return {
            "xen_major": 4,
            "xen_minor": 17,
            "xen_extra": ".7",
            "xen_caps": "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ",
            "platform_params": "virt_start=0xffff800000000000",
            "xen_changeset": "",
            "xen_commandline": "console=com1 dom0_mem=1024M",
            "cc_compiler": "x86_64-linux-gnu-gcc (Debian 12.2.0-14+deb12u1) 12.2.0",
            "cc_compile_by": "pkg-xen-devel",
            "cc_compile_domain": "lists.alioth.debian.org",
            "cc_compile_date": "Wed Nov  4 16:52:28 UTC 2026",
        }

    def physinfo(self) -> dict[str, Any]:
        return {
            "free_memory": 3099612,
            "cpu_khz": 2596120,
            "hw_caps": "178bf3ff:80002001",
            "virt_caps": "hvm pv hvm_directio pv_directio",
        }

    def numainfo(self) -> dict[str, Any]:
        return {
            "node_memsize": [2048, 2048],
            "node_memfree": [1708, 1318],
            "node_to_node_dist": [[10, 20], [20, 10]],
        }

    def cpupool_freeinfo(self) -> list[int]:
        return [3]

    def buildid(self) -> str:
        return "151b373f"

    def cpupool_getinfo(self) -> list[dict[str, Any]]:
        return self.found

    def cpupool_create(self, *, sched: int) -> int:
        self.found.append({"cpupool": 1, "sched": sched, "n_dom": 0, "cpulist": []})
        return 1

    def cpupool_destroy(self, pool: int) -> None:
        if not any(one["cpupool"] == pool for one in self.found):
            raise XcError(2, "No such file or directory")
        self.found = [one for one in self.found if one["cpupool"] != pool]

    def cpupool_addcpu(self, pool: int, cpu: int) -> None:
        if any(cpu in one["cpulist"] for one in self.found):
            raise XcError(16, "Device or resource busy")
        self._pool(pool).append(cpu)

    def cpupool_removecpu(self, pool: int, cpu: int) -> None:
        self._pool(pool).remove(cpu)

    def cpupool_movedomain(self, pool: int, domid: int) -> None:
        self.asked.append(("move", pool, domid))

    def _pool(self, number: int) -> list[int]:
        found: list[int] = next(one["cpulist"] for one in self.found if one["cpupool"] == number)
        return found

    def domain_getinfo(self, first: int, _most: int) -> list[dict[str, Any]]:
        flags = dict.fromkeys(("running", "blocked", "shutdown"), 0)
        flags |= {"paused": int(self.paused), "dying": int(self.dying), "crashed": int(self.crashed)}
        if self.crashed:
            flags["shutdown_reason"] = 3
        return [
            {
                "domid": first,
                "cpupool": self.pool_of_domains,
                "mem_kb": 4096,
                "online_vcpus": 2,
                "cpu_time": 10**9,
                **flags,
            }
        ]

    def domain_unpause(self, domid: int) -> None:
        self.asked.append(("unpause", domid))

    def vcpu_getinfo(self, _domid: int, _vcpu: int) -> dict[str, Any]:
        return {"online": 1, "blocked": 0, "running": 1, "cpu_time": 10**9, "cpu": 3, "cpumap": [1, 3]}

    def vcpu_setaffinity(self, domid: int, vcpu: int, cpus: list[int]) -> None:
        if vcpu > 1:
            raise XcError(22, "Invalid argument")
        self.asked.append(("pin", domid, vcpu, cpus))

    def domain_send_trigger(self, domid: int, trigger: int, vcpu: int) -> None:
        self.asked.append(("trigger", domid, trigger, vcpu))

    def hvm_set_param(self, domid: int, parameter: int, value: int) -> None:
        self.asked.append(("hvm", domid, parameter, value))

    def send_debug_keys(self, keys: str) -> None:
        self.asked.append(("keys", keys))

    def readconsolering(self, clear: int) -> bytes:
        self.asked.append(("dmesg", clear))
        return b"(XEN) hello \xff\n"


class Store:
    """xs.xs(): values by path."""

    def __init__(self, nodes: dict[str, str]) -> None:
        self.nodes = nodes
        self.watched: list[str] = []
        self.told: list[tuple[bytes, bytes]] = []

    def read(self, transaction: str, path: str) -> bytes | None:
        assert transaction == ""
        if not path.startswith("/"):
            raise XcError(22, "Invalid argument")
        value = self.nodes.get(path)
        return None if value is None else value.encode()

    def write(self, _transaction: str, path: str, value: str) -> None:
        self.nodes[path] = value
        self.told += [(path.encode(), b"xlpy") for watched in self.watched if path.startswith(watched)]

    def watch(self, path: str, token: str) -> None:
        self.watched.append(path)
        self.told.append((path.encode(), token.encode()))

    def check_watch(self) -> tuple[bytes, bytes] | None:
        return self.told.pop(0) if self.told else None

    def ls(self, _transaction: str, path: str) -> list[str] | None:
        below = [key.removeprefix(f"{path}/").split("/")[0] for key in self.nodes if key.startswith(f"{path}/")]
        return [*dict.fromkeys(below)] or ([] if path in self.nodes else None)

    def rm(self, _transaction: str, path: str) -> None:
        for key in [key for key in self.nodes if key == path or key.startswith(f"{path}/")]:
            del self.nodes[key]

    def get_permissions(self, _transaction: str, _path: str) -> list[dict[str, int]]:
        return [{"dom": 0, "read": 0, "write": 0}, {"dom": 3, "read": 1, "write": 0}]

    def set_permissions(self, _transaction: str, path: str, permissions: list[dict[str, Any]]) -> None:
        self.nodes[f"/permissions{path}"] = repr(permissions)
