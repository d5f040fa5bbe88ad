"""General options: name, uuid, type, pool, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.kinds import BOOLEAN, STRING
from xlpy.loss import TUNING, Loss
from xlpy.values import NO_UUID, parse_uuid
from xlpy.vocabulary import ALL, HVM, PVH, Key

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.reader import Reader

_TYPES = ("hvm", "pv", "pvh")
_TWO_LABELS = Loss(
    why="libvirt has one label for building and running the domain",
    when=lambda _, config: config.b_info.exec_ssid_label is not None,
)
_POOL = TUNING.replace(
    why="libvirt builds domains in Pool-0: move it by xl cpupool-migrate; on Dom0 itself create does",
    when=lambda name, _: name not in (None, "Pool-0"),
)
_BUILDERS = {"hvm": "hvm", "generic": "pv"}


def _read_type(reader: Reader, key: Key) -> None:
    """`type` and `builder` together; xl takes any prefix of a word, so "" is hvm."""
    chosen = _prefixed(reader, "type", dict.fromkeys(_TYPES, "") | {t: t for t in _TYPES})
    builder = _prefixed(reader, "builder", _BUILDERS)
    if chosen and builder and chosen != builder:
        message = 'Contradicting "builder" and "type" options specified.'
        reader.refuse("builder-against-type", message, key="builder")
    reader.domain_type = builder or chosen or "pv"
    reader.put("c_info.type", reader.domain_type, key.name)


def _prefixed(reader: Reader, name: str, words: dict[str, str]) -> str | None:
    text = reader.text(name)
    if text is None:
        return None
    for word, domain_type in words.items():
        if word.startswith(text):
            return domain_type
    reader.refuse("unknown-type", f"Invalid domain type {text}.", key=name)
    return None


def _read_name(reader: Reader, key: Key) -> None:
    name = reader.text(key.name)
    if name is None:
        reader.refuse("no-name", "Domain name must be specified.", key=key.name)
    else:
        reader.put("c_info.name", name, key.name)


def _random_uuid() -> str:
    import uuid

    return str(uuid.uuid4())


def _read_uuid(reader: Reader, key: Key) -> None:
    text = reader.text(key.name)
    try:
        reader.put("c_info.uuid", _random_uuid() if text is None else parse_uuid(text), key.name)
    except ValueError as error:
        reader.refuse("bad-uuid", str(error), key=key.name)


def _read_label(reader: Reader, key: Key) -> None:
    """init_seclabel, when given, is the label of creation, and seclabel that of execution."""
    init = reader.text("init_seclabel")
    if init is not None:
        reader.put("c_info.ssid_label", init, "init_seclabel")
    label = reader.text(key.name)
    if label is not None:
        reader.put("c_info.ssid_label" if init is None else "b_info.exec_ssid_label", label, key.name)


def _write_label(config: DomainConfig) -> str | None:
    execution = config.b_info.exec_ssid_label
    return config.c_info.ssid_label if execution is None else execution


KEYS = (
    Key(
        name="seclabel",
        kind=STRING,
        order=1395,
        read=_read_label,
        absent_too=True,
        write=_write_label,
        since="4.2",
        doc="The XSM label of the domain. Without XSM in the hypervisor it only gives a warning at creation.",
        good=('"system_u:system_r:domU_t"',),
        bad=('["system_u:system_r:domU_t"]',),
    ),
    Key(
        name="init_seclabel",
        kind=STRING,
        order=1395,
        with_key="seclabel",
        write=lambda config: None if config.b_info.exec_ssid_label is None else config.c_info.ssid_label,
        since="4.3",
        doc="The XSM label while the domain is built; `seclabel` then holds from the moment it runs.",
        libvirt=_TWO_LABELS,
        good=('"system_u:system_r:domU_build_t"',),
        bad=("[]",),
    ),
    Key(
        name="type",
        kind=STRING,
        order=1410,
        read=_read_type,
        absent_too=True,
        write=lambda config: config.c_info.type,
        default='"pv" (x86)',
        since="4.10",
        doc='The kind of guest: "pv", "pvh" or "hvm".',
        words=_TYPES,
        empty='xl takes it for the beginning of "hvm"',
        good=('"pv"', '"pvh"', '"hvm"'),
        bad=('"HVM"', '"linux"'),
    ),
    Key(
        name="builder",
        kind=STRING,
        order=1424,
        with_key="type",
        deprecated="type",
        words=tuple(_BUILDERS),
        rewritten={builder: f'type = "{kind}"' for builder, kind in _BUILDERS.items()},
        empty='xl takes it for the beginning of "hvm"',
        doc='The old way to choose the kind of guest: "hvm" or "generic" (PV). It cannot say PVH.',
        good=('"hvm"', '"generic"'),
        bad=('"linux"',),
    ),
    Key(
        name="hap",
        kind=BOOLEAN,
        order=1452,
        field="c_info.hap",
        guests=(HVM, PVH),
        default="on where the host has it",
        doc="Hardware assisted paging. Off means shadow paging, which is slower and may be missing in the hypervisor.",
        good=("0", "1"),
        bad=('"yes"',),
    ),
    Key(
        name="name",
        kind=STRING,
        order=1454,
        read=_read_name,
        absent_too=True,
        field="c_info.name",
        default="(mandatory)",
        empty="the domain has no name",
        doc="The name of the domain, unique on the host. A name of digits alone is shadowed by domids.",
        good=('"web"',),
        bad=('["web"]',),
    ),
    Key(
        name="uuid",
        kind=STRING,
        order=1459,
        read=_read_uuid,
        absent_too=True,
        field="c_info.uuid",
        write=lambda config: config.c_info.uuid or NO_UUID,
        default="a new random one at each start",
        doc="The UUID of the domain. Pin it for guests whose licence or disk labels depend on it.",
        good=('"6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"',),
        bad=('"6a0c3e62"',),
    ),
    Key(
        name="pool",
        kind=STRING,
        order=1470,
        field="c_info.pool_name",
        guests=ALL,
        default='"Pool-0"',
        doc="The cpupool in which the domain is created.",
        libvirt=_POOL,
        good=('"Pool-0"',),
        bad=('["Pool-0"]',),
    ),
)
