"""Disk specs of xm -> those of xl: UNAME,DEV,MODE[,BACKEND[,PROTOCOL]], with a prefix on the UNAME."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from xlpy.devices.disk import TOKENS
from xlpy.diagnostic import Severity
from xlpy.xm.meaning import Meaning, Remark, Setting, as_xl

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAP = re.compile(r"tap2?:(?:tapdisk:)?")
_FORMATS = {"aio": "raw", "sync": "raw", "raw": "raw", "qcow": "qcow", "qcow2": "qcow2", "vhd": "vhd"}
_SCRIPTS = frozenset({"drbd", "enbd", "iscsi", "nbd"})
_PLAIN_TARGET = re.compile(r"/[^\s,=]*")
_FLAGS = frozenset(token.name for token in TOKENS if token.form == "flag")
_ACCESS = {"r": "r", "ro": "r", "w": "w", "rw": "w", "": "w"}


def disks(name: str, value: Any) -> Meaning:
    """The meaning of `disk`."""
    said = as_xl(value)
    if not isinstance(said, list) or not all(isinstance(spec, str) for spec in said):
        return Meaning(settings=(Setting(name, said),)) if said is not None else Meaning()
    remarks: list[Remark] = []
    specs = [_disk(number, spec, remarks) for number, spec in enumerate(said)]
    return Meaning(settings=(Setting(name, specs),), remarks=tuple(remarks))


def _disk(number: int, spec: str, remarks: list[Remark]) -> str:
    """The spec of that number; what is not as xm has it stays as it is, for xl to judge."""
    fields = [field.strip() for field in spec.split(",")]
    if not 3 <= len(fields) <= 5 or any("=" in field or field in _FLAGS for field in fields[1:]):
        return spec
    uname, device, mode, backend, protocol = [*fields, "", ""][:5]
    target = _target(uname)
    access = _ACCESS.get(mode.removesuffix("!").lower())
    if target is None or access is None:
        return spec
    remarks += (remark._replace(item=number) for remark in _remarks(spec, mode, protocol))
    vdev, _, devtype = device.removeprefix("ioemu:").removeprefix("/dev/").partition(":")
    return _written(
        {
            "format": target[1] if target[0] or devtype != "cdrom" else "empty",
            "vdev": vdev,
            "access": access,
            "devtype": "cdrom" * (devtype == "cdrom"),
            "backend": backend if backend != "0" else "",
            "script": target[2],
            "target": target[0],
        }
    )


def _target(uname: str) -> tuple[str, str, str] | None:
    """Target, format and script of a UNAME; None where xl has nothing of the kind."""
    prefix, colon, rest = _TAP.sub("", uname).partition(":")
    if not uname:
        return "", "raw", ""
    if prefix == "phy":
        return (rest if rest.startswith("/") else f"/dev/{rest}"), "raw", ""
    if colon and prefix == "file":
        return rest, "raw", ""
    if colon and prefix in _SCRIPTS and not _TAP.match(uname):
        return rest, "raw", f"block-{prefix}"
    if colon and prefix in _FORMATS and _TAP.match(uname):
        return rest, _FORMATS[prefix], ""
    return None


def _remarks(spec: str, mode: str, protocol: str) -> Iterator[Remark]:
    if mode.endswith("!"):
        summary = f"xl has no ! for disks that several guests write: {mode} becomes {mode[:-1]} in '{spec}'"
        yield Remark("disk-sharing", Severity.WARNING, summary, "make sure yourself that sharing the disk is safe")
    if protocol:
        summary = f"the protocol {protocol} is left out of '{spec}': the guest tells it itself"
        yield Remark("disk-protocol", Severity.WARNING, summary)


def _written(words: dict[str, str]) -> str:
    """By position where that is enough, else by name; the target comes last, as it takes all the rest."""
    plain = not (words["devtype"] or words["backend"] or words["script"]) and _PLAIN_TARGET.fullmatch(words["target"])
    if plain and not re.search(r"[\s=:]", words["vdev"]):
        return ",".join((words["target"], words["format"], words["vdev"], words["access"]))
    return ", ".join(f"{name}={value}" for name, value in words.items() if value or name == "target")
