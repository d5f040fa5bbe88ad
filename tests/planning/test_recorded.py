"""Plans of three guests against what libxl 4.17 logged and wrote into xenstore for them on a real host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xlpy.config import load
from xlpy.host import BUILT_IN
from xlpy.planner.details import Detail, detail
from xlpy.planner.plan import Plan, make_plan
from xlpy.source import Source

GUESTS = {
    "pv1": """\
name = "pv1"
type = "pv"
kernel = "/lab/vmlinux"
ramdisk = "/lab/initrd"
extra = "console=hvc0 quiet"
memory = 128
maxmem = 256
vcpus = 2
maxvcpus = 4
vif = ["bridge=xenbr0,mac=00:16:3e:00:00:01"]
disk = ["/tmp/disk.img,raw,xvda,rw"]
vfb = ["vnc=1,vnclisten=127.0.0.1"]
""",
    "pvh1": """\
name = "pvh1"
type = "pvh"
kernel = "/lab/vmlinux"
ramdisk = "/lab/initrd"
extra = "console=hvc0 quiet"
memory = 128
vcpus = 1
vif = ["bridge=xenbr0,mac=00:16:3e:00:00:02"]
""",
    "hvm1": """\
name = "hvm1"
type = "hvm"
memory = 128
vcpus = 1
vif = ["bridge=xenbr0,mac=00:16:3e:00:00:03"]
disk = ["/lab/hvm.img,raw,xvda,rw", "/tmp/cd.iso,raw,hdc,cdrom"]
serial = "pty"
vnc = 1
usb = 1
usbctrl = ["type=devicemodel,version=2"]
""",
}
LISTING = (Path(__file__).parent / "recorded_nodes.txt").read_text(encoding="utf-8")
"""What libxl wrote, without the nodes of drivers, those that drivers change, and directories."""
ORDER = {
    "pv1": [
        "create domain",
        "place on nodes",
        "load kernel",
        "populate memory",
        "attach disk",
        "start device model",
        "attach vif",
        "unpause",
    ],
    "pvh1": ["create domain", "place on nodes", "load kernel", "populate memory", "attach vif", "unpause"],
}
"""The lines of libxl -vvv that are about a step, in their order."""
LATER = re.compile(
    r"/state|/tty|(store|console)/port|/ring-ref|/start_time|/device-model-pid|/hotplug-status"
    r"|control/feature-(poweroff|reboot|suspend)"
)


def recorded(name: str) -> tuple[str, dict[str, str]]:
    """The domid and the nodes of a guest."""
    head, *lines = next(part for part in LISTING.split("guest ") if part.startswith(f"{name} ")).splitlines()
    pairs = (line.split(" = ", 1) for line in lines)
    return head.split()[1], {path: value.strip('"') for path, value in pairs}


def plan(name: str) -> Plan:
    text = f'{GUESTS[name]}uuid = "9859d9af-07b4-4465-a5ad-a031da592ab9"\n'
    return make_plan(load(Source(name, text)).config, BUILT_IN)


def details(of: Plan, domid: str) -> list[tuple[str, Detail]]:
    """Each step with its detail."""
    found = []
    for step in of.steps:
        device = getattr(step, "device", None)
        verb = f"{step.VERB} {device.KIND}" if device is not None else step.VERB
        found.append((verb, detail(step, of, BUILT_IN)))
    return found


def _with(words: dict[str, str], text: str) -> str:
    for word, other in words.items():
        text = text.replace(word, other)
    return text


@pytest.mark.parametrize("name", GUESTS)
def test_the_nodes_are_those_that_libxl_wrote(name: str) -> None:
    domid, real = recorded(name)
    words = {"DOMID": domid, plan(name).config.c_info.uuid or "": "UUID"}
    found = {
        _with(words, node.path): _with(words, node.value) for _, one in details(plan(name), domid) for node in one.nodes
    }
    values = {path: value for path, value in found.items() if not LATER.search(path)}
    directories = {path for path in values if any(other.startswith(f"{path}/") for other in found)}
    assert {path: value for path, value in values.items() if path not in directories} == real


@pytest.mark.parametrize("name", ORDER)
def test_the_steps_are_in_the_order_of_the_log(name: str) -> None:
    verbs = [verb for verb, _ in details(plan(name), "1") if verb in ORDER[name]]
    assert verbs == ORDER[name]


def test_the_device_model_is_started_as_the_log_says() -> None:
    (command,) = [one.command for verb, one in details(plan("pv1"), "1") if verb == "start device model"]
    assert [word.replace("DOMID", "1") for word in command] == [
        "/usr/libexec/xen-qemu-system-i386",
        "-xen-domid",
        "1",
        "-no-shutdown",
        "-chardev",
        "socket,id=libxl-cmd,path=/var/run/xen/qmp-libxl-1,server=on,wait=off",
        "-mon",
        "chardev=libxl-cmd,mode=control",
        "-chardev",
        "socket,id=libxenstat-cmd,path=/var/run/xen/qmp-libxenstat-1,server=on,wait=off",
        "-mon",
        "chardev=libxenstat-cmd,mode=control",
        "-nodefaults",
        "-no-user-config",
        "-xen-attach",
        "-name",
        "pv1",
        "-vnc",
        "127.0.0.1:0,to=99",
        "-display",
        "none",
        "-machine",
        "xenpv",
        "-m",
        "256",
    ]


def test_the_scripts_run_as_the_log_says() -> None:
    found = [script for _, one in details(plan("pv1"), "1") for script in one.scripts]
    assert [(script.path, script.arguments) for script in found] == [
        ("/etc/xen/scripts/block", ("add",)),
        ("/etc/xen/scripts/vif-bridge", ("online", "type_if=vif")),
    ]
    assert found[0].environment == (
        ("script", "/etc/xen/scripts/block"),
        ("XENBUS_TYPE", "vbd"),
        ("XENBUS_PATH", "backend/vbd/DOMID/51712"),
        ("XENBUS_BASE_PATH", "backend"),
    )
    assert found[1].environment == (
        ("script", "/etc/xen/scripts/vif-bridge"),
        ("XENBUS_TYPE", "vif"),
        ("XENBUS_PATH", "backend/vif/DOMID/0"),
        ("XENBUS_BASE_PATH", "backend"),
        ("netdev", ""),
        ("vif", "vifDOMID.0"),
    )


def test_an_emulated_card_has_a_tap_and_its_script() -> None:
    found = [script for _, one in details(plan("hvm1"), "3") for script in one.scripts if "vif" in script.path]
    assert [script.arguments for script in found] == [("online", "type_if=vif"), ("add", "type_if=tap")]
    assert all(dict(script.environment)["INTERFACE"] == "vifDOMID.0-emu" for script in found)
    assert plan("pvh1").steps[-1].VERB == "unpause"
    assert not [verb for verb, _ in details(plan("pvh1"), "2") if verb == "start device model"]
