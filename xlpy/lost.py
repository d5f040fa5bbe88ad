"""What of a configuration libvirt would lose, by what the keys and the words of specs declare."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from xlpy import vocabulary
from xlpy.libxl_read import device_classes
from xlpy.loss import LOST, STAYS_ON, TUNING, Loss
from xlpy.record import Record
from xlpy.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlpy.diagnostic import Severity
    from xlpy.libxl import DeviceRecord, DomainConfig
    from xlpy.source import Span
    from xlpy.vocabulary import Key, Token

_LONGEST = 60
_OF_THE_GUEST = ("", "c_info", "b_info", "pv", "pvh", "hvm")
"""The structures in which anything may stand."""
_WITHOUT_KEY = {
    "c_info.ssidref": LOST,
    "c_info.xsdata": LOST,
    "c_info.platformdata": LOST,
    "c_info.poolid": TUNING,
    "c_info.run_hotplug_scripts": STAYS_ON,
    "b_info.cpumap": TUNING,
    "b_info.nodemap": TUNING,
    "b_info.exec_ssidref": LOST,
    "b_info.device_model_ssidref": LOST,
    "b_info.sched_params.sched": TUNING,
    "b_info.sched_params.budget": TUNING,
    "b_info.u.pv.features": LOST,
    "b_info.u.hvm.timeoffset": LOST,
    "b_info.u.hvm.timer_mode": LOST,
}
"""Fields that only libxl's JSON can set; the others of that kind say what libxl finds out by itself."""
_WITHOUT_WORD = {
    "usbctrl": ("backend_domid", "backend_domname"),
    "vfb": ("backend_domid", "backend_domname"),
    "channel": ("backend_domid",),
    "disk": ("colo_restore_enable",),
}
"""The same for devices."""


class Lost(Record):
    """Something that libvirt does not carry out; `field` is its path in the configuration, as disk[0].script."""

    key: str
    field: str
    severity: Severity
    what: str
    """In the words of the file: the key, or the word of a spec, with a value that is short."""
    why: str


def declared(name: str, token: str = "") -> Loss:
    """The loss that a key declares, or a word of its specs."""
    if token:
        return next(one.libvirt for one in _tokens()[name] if one.name == token) or LOST
    return next(key.libvirt for key in vocabulary.all_keys() if key.name == name) or LOST


def find(config: DomainConfig, release: Release) -> Iterator[Lost]:
    """What is lost by the declarations, in the order in which xl reads the keys."""
    classes = {record.KIND: record for record in device_classes()}
    for key in vocabulary.all_keys():
        if Release.parse(key.since) > release:
            continue
        if key.name in classes:
            for index, device in enumerate(config.devices_of(classes[key.name])):
                yield from _of_device(key, device, index, config)
        elif key.libvirt is not None and not (key.idle or _is_off_by(key.only_with, config)):
            yield from _of_field(key.name, key.field, key.libvirt, config)
    for path, loss in _WITHOUT_KEY.items():
        yield from _of_field(path, path, loss, config)


def _of_field(name: str, path: str, loss: Loss, config: DomainConfig) -> Iterator[Lost]:
    value, initial = field(config, path)
    if _is_lost(loss, value, value, initial, config):
        yield Lost(key=name, field=path, severity=loss.severity, what=said(name, value, " = "), why=loss.why)


def _of_device(key: Key, device: DeviceRecord, index: int, config: DomainConfig) -> Iterator[Lost]:
    """The whole device, or the words of its spec."""
    path = f"{device.KIND}[{index}]"
    loss = key.libvirt
    if loss is not None and _is_lost(loss, device, device, None, config):
        what = f"{key.name} {device.title()}".rstrip()
        yield Lost(key=key.name, field=path, severity=loss.severity, what=what, why=loss.why)
    for name in _WITHOUT_WORD.get(device.KIND, ()):
        if getattr(device, name):
            what = said(name, getattr(device, name), "=")
            yield Lost(key=key.name, field=f"{path}.{name}", severity=LOST.severity, what=what, why=LOST.why)
    told: set[str] = set()
    for token in _tokens()[key.name]:
        value, initial = field(device, token.field)
        loss = token.libvirt
        if loss is None or token.field in told or (token.form == "flag" and value != token.sets):
            continue
        if _is_lost(loss, device, value, initial, config):
            told.add(token.field)
            what = token.name if token.form == "flag" else said(token.name, value, "=")
            yield Lost(key=key.name, field=f"{path}.{token.field}", severity=loss.severity, what=what, why=loss.why)


def _is_lost(loss: Loss, subject: Any, value: Any, initial: Any, config: DomainConfig) -> bool:
    if loss.judged:
        return False
    if loss.when is not None:
        return loss.when(subject, config)
    return value != initial and value not in (None, False, 0, "", ())


def _is_off_by(name: str, config: DomainConfig) -> bool:
    """Whether the key that is needed beside another is off."""
    return bool(name) and not any(field(config, key.field)[0] for key in vocabulary.all_keys() if key.name == name)


def field(struct: Any, path: str) -> tuple[Any, Any]:
    """The value at a path such as b_info.u.hvm.vnc.enable, and its initial value; None where there is no such field."""
    *parents, name = path.split(".")
    for parent in parents:
        if parent != getattr(struct, "MEMBER", None):
            struct = getattr(struct, parent, None)
    return getattr(struct, name, None), getattr(type(struct), name, None)


def place(path: str, where: Mapping[str, Span]) -> Span | None:
    """Where the value at a path stands, or the whole setting that it is part of."""
    while path and path not in where:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return where.get(path)


def beside(path: str, where: Mapping[str, Span]) -> Span | None:
    """Where something stands in the structure that a field is part of, such as the display: what switches it on first.

    The guest itself counts as no such structure.
    """
    parent = path.rpartition(".")[0]
    if parent.rpartition(".")[2] in _OF_THE_GUEST:
        return None
    written = [one for one in where if one.startswith(f"{parent}.")]
    return where[min(written, key=lambda one: (one != f"{parent}.enable", where[one].start))] if written else None


def said(name: str, value: object, equals: str) -> str:
    """A setting in a few words: a value that is long, or no text and no number, is left out."""
    written = str(int(value)) if isinstance(value, bool) else str(value)
    plain = isinstance(value, str | int) and len(written) <= _LONGEST
    return f"{name}{equals}{written}" if plain else name


@cache
def _tokens() -> dict[str, tuple[Token, ...]]:
    """Key -> the words of its specs."""
    found: dict[str, tuple[Token, ...]] = {}
    for module in vocabulary.modules():
        found |= {key.name: getattr(module, "TOKENS", ()) for key in getattr(module, "KEYS", ())}
    return found
