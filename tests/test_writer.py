"""A configuration written as xl.cfg means the same when it is read again; the same for libxl's JSON."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xlpy
from tests.oracle import fuzz, generate
from xlpy.config import Loaded, load
from xlpy.devices.disk import Disk
from xlpy.devices.vif import Vif
from xlpy.libxl import BuildInfo, CreateInfo, DomainConfig, Hvm, Pvh
from xlpy.libxl_json import to_json
from xlpy.libxl_read import from_json
from xlpy.source import Source
from xlpy.vocabulary import all_keys
from xlpy.writer import literal, to_xl

UUID = "6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"


def _accepted(data: bytes) -> DomainConfig | None:
    loaded: Loaded = load(Source.from_bytes("a.cfg", data))
    return None if any(d.xl_exit is not None for d in loaded.diagnostics) else loaded.config


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([fuzz.generate, generate.generate]))
def test_what_was_read_can_be_written(seed: int, make) -> None:  # type: ignore[no-untyped-def]  # one of two functions
    config = _accepted(make(seed))
    if config is not None:
        text = to_xl(config)
        assert load(Source("b.cfg", text)).config == config
        assert to_xl(load(Source("b.cfg", text)).config) == text
        assert from_json(to_json(config)) == config


@pytest.mark.parametrize("key", [key for key in all_keys() if key.name != "ms_vm_genid"], ids=lambda key: key.name)
def test_every_key_finds_its_way_back(key) -> None:  # type: ignore[no-untyped-def]  # a Key
    for value in key.good:
        for guest in key.guests:
            text = f'name = "a"\ntype = "{guest}"\nuuid = "{UUID}"\nkernel = "k"\n{key.beside}\n{key.name} = {value}\n'
            config = _accepted(text.encode())
            if config is not None:
                assert load(Source("b.cfg", to_xl(config))).config == config


def test_a_configuration_built_in_python() -> None:
    config = DomainConfig(
        c_info=CreateInfo(type="pvh", name="web", uuid=UUID, run_hotplug_scripts=True),
        b_info=BuildInfo(
            max_vcpus=2,
            avail_vcpus=(0, 1),
            max_memkb=524288,
            target_memkb=524288,
            kernel="/k",
            claim_mode=True,
            u=Pvh(),
        ),
        devices=(
            Disk(pdev_path="/dev/vg0/web", vdev="xvda", format="raw", readwrite=1),
            Vif(devid=0, bridge="xenbr0", mac="00:16:3e:00:00:01"),
        ),
        on_reboot="restart",
        on_soft_reset="soft_reset",
    )
    assert to_xl(config) == (
        f'type = "pvh"\nname = "web"\nuuid = "{UUID}"\nmemory = 512\nvcpus = 2\nkernel = "/k"\n'
        'disk = ["format=raw,access=w,vdev=xvda,target=/dev/vg0/web"]\n'
        'vif = ["mac=00:16:3e:00:00:01,bridge=xenbr0"]\n'
    )


def test_what_cannot_be_said_is_named() -> None:
    config = DomainConfig(c_info=CreateInfo(name="a", ssidref=7))
    with pytest.raises(ValueError, match=r"c_info\.ssidref"):
        to_xl(config)


@given(st.text().filter(lambda text: "\0" not in text))
def test_any_text_can_be_quoted(text: str) -> None:
    loaded = load(Source("a.cfg", f'name = {literal(text)}\nkernel = "k"\n'))
    assert loaded.config.name == text


def test_libxl_json_is_read_as_libxl_reads_it() -> None:
    config = from_json(
        '{"c_info": {"type": "HVM", "name": 7, "hap": "True!", "unknown": 1}, '
        '"b_info": {"type.hvm": {"bios": "ovmf", "vnc": {"enable": "False"}}}}'
    )
    assert config.c_info.type == "hvm"
    assert config.c_info.name is None
    assert config.c_info.hap is True
    assert isinstance(config.b_info.u, Hvm)
    assert (config.b_info.u.bios, config.b_info.u.vnc.enable) == ("ovmf", False)


@pytest.mark.parametrize(
    "b_info",
    [
        '"bootloader_args": {"a": 1}',
        '"ioports": {"a": 1}',
        '"vnuma_nodes": {"a": []}',
    ],
)
def test_json_of_the_wrong_shape_counts_for_nothing(b_info: str) -> None:
    assert from_json(f'{{"b_info": {{{b_info}}}}}') == DomainConfig()


@pytest.mark.parametrize(
    "text",
    [
        'vnc = 1\nvncpasswd = "a,b"\nvncdisplay = 3\nkernel = "/k"\n',
        'vnc = 1\ndisplay = "a,b"\nkernel = "/k"\n',
        'type = "hvm"\nserial = ""\nusbdevice = ""\n',
    ],
)
def test_odd_texts_find_their_way_back(text: str) -> None:
    config = load(Source("a.cfg", f'name = "a"\nuuid = "{UUID}"\n{text}')).config
    assert load(Source("b.cfg", to_xl(config))).config == config


def test_numbers_without_a_word_are_named() -> None:
    hvm = Hvm(viridian_enable=(0, 2**63), viridian_disable=(13,))
    config = DomainConfig(c_info=CreateInfo(type="hvm", name="a", uuid=UUID), b_info=BuildInfo(u=hvm))
    with pytest.raises(ValueError, match=r"viridian_disable, b_info\.u\.viridian_enable"):
        to_xl(config)


def test_pairs_are_an_object_in_json() -> None:
    config = DomainConfig(c_info=CreateInfo(platformdata=(("a", "b"),)))
    assert '"platformdata": {\n            "a": "b"\n' in to_json(config)
    assert from_json(to_json(config)) == config


@pytest.mark.parametrize("text", ["", "[]", "{", '{"c_info": {"type": "xen"}}', "[" * 100_000])
def test_what_is_no_configuration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not JSON|not libxl's JSON|does not know"):
        from_json(text)


def test_the_library_has_three_doors(tmp_path) -> None:  # type: ignore[no-untyped-def]  # a path
    (tmp_path / "a.cfg").write_text('name = "a"\nkernel = "k"\nmemory = "64M"\n')
    loaded = xlpy.load(tmp_path / "a.cfg")
    assert [d.code for d in loaded.diagnostics] == ["not-a-number"]
    assert xlpy.loads(loaded.config.to_xl()).config == loaded.config
    assert loaded.config.to_json() == to_json(loaded.config)
