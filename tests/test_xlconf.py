"""The declarations of xl.conf and xlcpupool.cfg are complete, and mean what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlpy import cpupool, xlconf
from xlpy.defaults import BUILT_IN, XlConf
from xlpy.host import HostFacts
from xlpy.source import Source
from xlpy.xlconf.keys import KEYS

if TYPE_CHECKING:
    from xlpy.vocabulary import Key

HOST = HostFacts(name="h", free_cpus=(4, 5, 6, 7))


@pytest.mark.parametrize("keys", [KEYS, cpupool.KEYS])
def test_each_key_is_declared_once_and_in_xls_order(keys: tuple[Key, ...]) -> None:
    names = [key.name for key in keys]
    assert len(set(names)) == len(names)
    assert [key.order for key in keys] == sorted(key.order for key in keys)
    for key in keys:
        assert key.doc.endswith(".")
        assert key.good
        assert key.bad


def test_there_are_all_keys() -> None:
    assert len(KEYS) == 22
    assert len(cpupool.KEYS) == 4


def test_each_setting_has_a_key() -> None:
    assert {key.field for key in KEYS} == set(XlConf.FIELDS)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_values_of_xl_conf(key: Key) -> None:
    for value in key.good:
        loaded = xlconf.load_conf(Source("xl.conf", f"{key.name} = {value}\n"))
        assert [found.code for found in loaded.diagnostics] == (["old-key"] if key.deprecated else [])
    for value in key.bad:
        loaded = xlconf.load_conf(Source("xl.conf", f"{key.name} = {value}\n"))
        assert loaded.diagnostics
    assert any(_differs(key, value) for value in key.good)


def _differs(key: Key, value: str) -> bool:
    conf = xlconf.load_conf(Source("xl.conf", f"{key.name} = {value}\n")).conf
    return bool(getattr(conf, key.field) != getattr(BUILT_IN, key.field))


@pytest.mark.parametrize("key", cpupool.KEYS, ids=lambda key: key.name)
def test_values_of_a_pool(key: Key) -> None:
    for value in key.good:
        loaded = cpupool.load_pool(Source("p", f"{key.name} = {value}\n"), "p", host=HOST)
        assert not loaded.diagnostics
        assert getattr(loaded.pool, key.field)
    for value in key.bad:
        assert cpupool.load_pool(Source("p", f"{key.name} = {value}\n"), "p", host=HOST).diagnostics


def test_a_wrong_mask_counts_up_to_the_mistake() -> None:
    conf, (found,) = xlconf.load_conf(Source("xl.conf", 'vm.cpumask = "2,x,3"\n'))
    assert conf.vm_cpumask == "2"
    assert found.summary == "Invalid pcpu range: x."


def test_the_new_name_of_a_key_wins() -> None:
    conf, _ = xlconf.load_conf(Source("xl.conf", 'vif.default.bridge = "new"\ndefaultbridge = "old"\n'))
    assert conf.vif_default_bridge == "new"
