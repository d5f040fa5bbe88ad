"""Variables of an xm file -> settings of xl.cfg: the keys that are not the same in both."""

from __future__ import annotations

import posixpath
import shlex
from string import hexdigits
from typing import TYPE_CHECKING, Any, get_args

from xlpy.diagnostic import Severity
from xlpy.libxl import TimerMode, TscMode
from xlpy.xm.disks import disks
from xlpy.xm.meaning import Guest, Meaning, Setting, Value, as_xl, left_out, plainly, silently
from xlpy.xm.undecided import UndecidedError
from xlpy.xm.words import specs
from xlpy.xm.xend_keys import XEND_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

_NO_KERNEL = "the guest starts from its disk, and libxl refuses it without a kernel"
_USUAL = {
    "guest_os_type": "default",
    "on_xend_start": "ignore",
    "on_xend_stop": "ignore",
    "parallel": "none",
    "s3_integrity": 1,
    "watchdog_action": "reset",
}
"""Values that say what xend does anyway."""
_RESTART = {
    "always": ("restart", "restart", "restart"),
    "never": ("destroy", "destroy", "destroy"),
    "onreboot": ("destroy", "restart", "destroy"),
}
_REASONS = ("on_poweroff", "on_reboot", "on_crash")
_YES = frozenset({"1", "on", "true", "y", "yes"})
_PARTS = {
    "ip": ("ip", "nfs_server", "gateway", "netmask", "hostname", "interface", "dhcp"),
    "nfsroot": ("nfs_server", "nfs_root"),
}
"""The keys of which arguments of the kernel are made, in their order."""
_KERNEL_KEYS = frozenset({*_PARTS["ip"], *_PARTS["nfsroot"]})


def meaning(name: str, guest: Guest) -> Meaning:
    """What a key of xm says to xl; NoMeaningError where xl cannot have its value, UndecidedError if it is not known."""
    if name in _KERNEL_KEYS:
        return _kernel_argument(name, guest)
    value = guest.get(name)
    if name in _SPECIAL:
        return _SPECIAL[name](name, value, guest)
    if name not in XEND_KEYS:
        return plainly(name, value)
    if not value or value == _USUAL.get(name):
        return silently(name, "it says what xl does anyway")
    return left_out(name, "xl has no such key", XEND_KEYS[name].instead)


def _builder(_name: str, value: Any, guest: Guest) -> Meaning:
    if guest.has("type"):
        return silently("builder", "type says it")
    return Meaning(settings=(Setting("type", "hvm" if value == "hvm" else "pv"),))


def _kernel(name: str, value: Any, _guest: Guest) -> Meaning:
    if _is_hvmloader(value):
        return left_out(name, "xl finds hvmloader itself", severity=Severity.ADVICE)
    return plainly(name, value)


def _is_hvmloader(value: Any) -> bool:
    return posixpath.basename(str(value)) == "hvmloader"


def _has_kernel(guest: Guest) -> bool:
    """Whether the guest is given a kernel, of which other keys are read: one that is HVM may be without."""
    if not guest.is_hvm:
        return True
    try:
        kernel = guest.get("kernel")
    except UndecidedError:
        return True
    return bool(kernel) and not _is_hvmloader(kernel)


def _ramdisk(name: str, value: Any, guest: Guest) -> Meaning:
    return plainly(name, value) if _has_kernel(guest) else left_out(name, _NO_KERNEL, severity=Severity.ADVICE)


def _device_model(name: str, value: Any, _guest: Guest) -> Meaning:
    if "stubdom-dm" in str(value):
        return Meaning(settings=(Setting("device_model_stubdomain_override", 1),))
    advice = "device_model_override names another than Xen's own"
    return left_out(name, "xl finds the device model itself", advice, severity=Severity.ADVICE)


def _disk(name: str, value: Any, _guest: Guest) -> Meaning:
    return disks(name, value)


def _specs(name: str, value: Any, _guest: Guest) -> Meaning:
    return specs(name, value)


def _uuid(name: str, value: Any, _guest: Guest) -> Meaning:
    """Xend does not mind where the dashes are."""
    digits = str(value).replace("-", "").lower()
    if isinstance(value, str) and len(digits) == 32 and not digits.strip(hexdigits):
        value = "-".join(digits[slice(*part)] for part in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
    return plainly(name, value)


def _mode(words: tuple[str, ...]) -> Callable[[str, Any, Guest], Meaning]:
    def mode(name: str, value: Any, guest: Guest) -> Meaning:
        if name == "timer_mode" and not guest.is_hvm:
            return silently(name, "it is for HVM guests")
        known = isinstance(value, int) and value in range(len(words))
        return plainly(name, words[value] if known else value)

    return mode


def _root(name: str, value: Any, guest: Guest) -> Meaning:
    """Xm takes root= before the device, too."""
    if not _has_kernel(guest):
        return left_out(name, _NO_KERNEL, severity=Severity.ADVICE)
    return plainly(name, value.removeprefix("root=") if isinstance(value, str) else value)


def _extra(name: str, value: Any, guest: Guest) -> Meaning:
    if not _has_kernel(guest):
        return left_out(name, _NO_KERNEL, severity=Severity.ADVICE)
    words = _kernel_arguments(guest)
    if not words or not isinstance(value, str | int):
        return plainly(name, value)
    return plainly(name, " ".join([*words, str(value)] if value else words))


def _kernel_argument(name: str, guest: Guest) -> Meaning:
    """A part of the kernel's command line: it stands in extra."""
    words = _kernel_arguments(guest)
    if not any(name in _PARTS[word.partition("=")[0]] for word in words):
        return silently(name, "the kernel is told nothing of it")
    first = next(other for other in guest.names if other in _KERNEL_KEYS and guest.has(other))
    if guest.has("extra") or name != first:
        return Meaning(notes=(f"{name} is an argument of the kernel: it stands in extra",))
    return Meaning(settings=(Setting("extra", " ".join(words)),))


def _kernel_arguments(guest: Guest) -> list[str]:
    """What xm puts before extra on the kernel's command line."""
    if guest.is_hvm:
        return []
    wanted = []
    if guest.get("ip") or guest.get("dhcp") not in (None, "", "off"):
        wanted.append("ip")
    if guest.get("nfs_root"):
        wanted.append("nfsroot")
    return [f"{word}=" + ":".join(_part(name, guest) for name in _PARTS[word]) for word in wanted]


def _part(name: str, guest: Guest) -> str:
    return str(guest.get(name) or {"interface": "eth0", "dhcp": "off"}.get(name, ""))


def _restart(name: str, value: Any, guest: Guest) -> Meaning:
    if value not in _RESTART:
        return left_out(name, "xl has no such key", XEND_KEYS[name].instead)
    pairs = zip(_REASONS, _RESTART[value], strict=True)
    return Meaning(settings=tuple(Setting(key, word) for key, word in pairs if not guest.has(key)))


def _arguments(name: str, value: Any, _guest: Guest) -> Meaning:
    """Words for a boot loader in one text, as a list."""
    try:
        return plainly(name, shlex.split(value) if isinstance(value, str) else value)
    except ValueError:
        return plainly(name, value)


def _instead(convert: Callable[[Any], Value | None]) -> Callable[[str, Any, Guest], Meaning]:
    """The same under the name that xl has for it, where the file does not set that itself."""

    def replace(name: str, value: Any, guest: Guest) -> Meaning:
        key = XEND_KEYS[name].key or name
        converted = convert(value)
        if converted is None:
            return silently(name, "it says what xl does anyway")
        if guest.has(key) or any(_comes_first(other, name, key, guest) for other in guest.keys):
            return left_out(name, "xl has no such key", f"{key} says it already")
        return Meaning(settings=(Setting(key, converted),))

    return replace


def _boot_arguments(name: str, value: Any, guest: Guest) -> Meaning:
    """Words for a boot loader under another name."""
    try:
        words = shlex.split(value) if isinstance(value, str) and value else None
    except ValueError:
        return left_out(name, "a quotation or an escape in it has no end", XEND_KEYS[name].instead)
    return _instead(lambda _: words)(name, value, guest)


def _comes_first(other: str, name: str, key: str, guest: Guest) -> bool:
    """Whether another key of xend becomes the same key of xl."""
    known = XEND_KEYS.get(other)
    return known is not None and known.key == key and other < name and bool(guest.get(other))


def _seclabel(name: str, value: Any, _guest: Guest) -> Meaning:
    """The label of [ 'policy=POLICY,label=LABEL' ], where it is one of FLASK."""
    spec = value[0] if isinstance(value, list | tuple) and len(value) == 1 else ""
    label = str(spec).partition("label=")[2]
    if label.count(":") < 2:
        return left_out(name, "xl has no such key", XEND_KEYS[name].instead) if value else silently(name, "it is empty")
    return Meaning(settings=(Setting("seclabel", label),))


def _loader(name: str, value: Any, guest: Guest) -> Meaning:
    if not value or _is_hvmloader(value):
        return silently(name, "xl finds hvmloader itself")
    return _instead(as_xl)(name, value, guest)


def _nics(name: str, value: Any, guest: Guest) -> Meaning:
    vifs = guest.get("vif") or ()
    if isinstance(value, int) and isinstance(vifs, list | tuple) and value <= len(vifs):
        return silently(name, "vif says it")
    return left_out(name, "xl has no such key", XEND_KEYS[name].instead)


def _bool(value: Any) -> Value | None:
    return 1 if str(value).lower() in _YES else None


_SPECIAL: dict[str, Callable[[str, Any, Guest], Meaning]] = {
    "access_control": _seclabel,
    "blkif": _instead(_bool),
    "bootargs": _boot_arguments,
    "bootentry": _instead(lambda value: [f"--entry={value}"] if value else None),
    "bootloader_args": _arguments,
    "builder": _builder,
    "cpu": _instead(lambda value: str(value) if isinstance(value, int) and value >= 0 else None),
    "cpu_cap": _instead(as_xl),
    "device_model": _device_model,
    "disk": _disk,
    "extid": _instead(lambda value: 1 if value == 1 else None),
    "extra": _extra,
    "irq": _instead(lambda value: as_xl(value) or None),
    "kernel": _kernel,
    "loader": _loader,
    "netif": _instead(_bool),
    "nics": _nics,
    "ramdisk": _ramdisk,
    "restart": _restart,
    "root": _root,
    "timer_mode": _mode(get_args(TimerMode)[1:]),
    "tpmif": _instead(_bool),
    "tsc_mode": _mode(get_args(TscMode)),
    "uuid": _uuid,
    "vfb": _specs,
    "vif": _specs,
    "vtpm": _specs,
}
