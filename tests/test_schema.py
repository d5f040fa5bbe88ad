"""The schemas: right by the metaschema, complete, and true of what is declared, of the examples and of xl's output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from tests.oracle import fuzz, generate
from xlpy import vocabulary
from xlpy.cli.main import run
from xlpy.config import load
from xlpy.libxl_json import to_json
from xlpy.libxl_schema import libxl_schema
from xlpy.release import COMPARED, DEFAULT, Release
from xlpy.schema import as_data, config_schema, value_of
from xlpy.source import Source

if TYPE_CHECKING:
    from xlpy.vocabulary import Key

EXAMPLES = sorted((Path(__file__).parents[1] / "examples" / "etc-xen").glob("*.cfg"))
NEWEST = Release(4, 22)
RELEASES = (Release(4, 10), *COMPARED, NEWEST)
KEYS = vocabulary.all_keys()
NEWEST_SCHEMA = config_schema(NEWEST)
WRONG_KIND: dict[str, list[Any]] = {
    "boolean": ["yes", [1]],
    "integer": ["512M", ["5"], 0.5],
    "list": ["one", 1],
    "word": [["a"], "no-word"],
}
WRONG_CONFIGURATIONS: tuple[dict[str, Any], ...] = (
    {"c_info": {"type": "xen"}},
    {"b_info": {"max_vcpus": 2**31}},
    {"b_info": {"kernel": 1}},
    {"disk": []},
)


def the(key: Key) -> Draft202012Validator:
    return Draft202012Validator(NEWEST_SCHEMA["properties"][key.name])


def problems(schema: dict[str, Any], instance: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(instance)]


def words(schema: Any) -> dict[str, Any]:
    """The words of a spec, wherever a property has them."""
    if not isinstance(schema, dict):
        return {}
    found: dict[str, Any] = schema.get("x-tokens") or words(schema.get("items"))
    return found


class TestConfig:
    @pytest.mark.parametrize("release", RELEASES, ids=str)
    def test_it_is_a_schema(self, release: Release) -> None:
        Draft202012Validator.check_schema(config_schema(release))

    @pytest.mark.parametrize("release", RELEASES, ids=str)
    def test_it_has_the_keys_of_the_release_and_no_others(self, release: Release) -> None:
        known = {key.name for key in KEYS if Release.parse(key.since) <= release}
        assert set(config_schema(release)["properties"]) == known

    @pytest.mark.parametrize("release", RELEASES, ids=str)
    def test_it_has_the_words_of_specs(self, release: Release) -> None:
        properties = config_schema(release)["properties"]
        for module in vocabulary.modules():
            name = module.__name__.rpartition(".")[2]
            if hasattr(module, "TOKENS") and name in properties:
                known = {token.name for token in module.TOKENS if token.known_to(release)}
                assert set(words(properties[name])) == known, name

    @pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
    def test_a_key_is_told_in_full(self, key: Key) -> None:
        told = NEWEST_SCHEMA["properties"][key.name]
        assert (told["description"], told["x-since"]) == (key.doc, key.since)
        assert told["examples"] == [value_of(value) for value in key.good]
        assert ("deprecated" in told) == bool(key.deprecated)

    @pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
    def test_examples_and_defaults_are_valid(self, key: Key) -> None:
        told = NEWEST_SCHEMA["properties"][key.name]
        values = told["examples"] + [value for name, value in told.items() if name == "default"]
        assert [value for value in values if not the(key).is_valid(value)] == []

    @pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
    def test_values_of_the_wrong_kind_are_not(self, key: Key) -> None:
        wrong = [{}, None, *WRONG_KIND.get(key.kind.name, [])]
        assert [value for value in wrong if the(key).is_valid(value)] == []

    @pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
    def test_the_examples_are_valid(self, path: Path) -> None:
        loaded = load(Source.from_bytes(path.name, path.read_bytes()))
        assert problems(config_schema(), as_data(loaded.entries)) == []

    def test_a_misspelt_key_is_not(self) -> None:
        assert problems(config_schema(), {"name": "web", "memroy": 512}) != []
        assert problems(config_schema(), {"memory": 512}) != []

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("5", 5),
            ("010", "010"),
            ("0x10", "0x10"),
            ('"5"', "5"),
            ('["a", 1, ["b"]]', ["a", 1, ["b"]]),
            ("12abc", "12abc"),
        ],
    )
    def test_values_as_data(self, text: str, value: Any) -> None:
        assert value_of(text) == value

    def test_what_is_no_value(self) -> None:
        with pytest.raises(ValueError, match="not a value: yes"):
            value_of("yes")


class TestLibxl:
    @pytest.mark.parametrize("release", RELEASES, ids=str)
    def test_it_is_a_schema(self, release: Release) -> None:
        Draft202012Validator.check_schema(libxl_schema(release))

    @pytest.mark.parametrize("release", COMPARED, ids=str)
    @pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
    def test_the_examples_are_valid(self, path: Path, release: Release) -> None:
        self._accepts(path.read_bytes(), release)

    @pytest.mark.parametrize("release", RELEASES[1:], ids=str)
    def test_generated_configurations_are_valid(self, release: Release) -> None:
        schema = libxl_schema(release)
        for seed in range(150):
            self._accepts(generate.generate(seed), release, schema)
            self._accepts(fuzz.generate(seed), release, schema)

    @pytest.mark.parametrize("kind", ["pv", "pvh", "hvm"])
    def test_every_key_gives_what_is_valid(self, kind: str) -> None:
        schema = libxl_schema(NEWEST)
        for key in KEYS:
            for value in key.good:
                text = f'name = "web"\nkernel = "/k"\ntype = "{kind}"\n{key.name} = {value}\n{key.beside}\n'
                self._accepts(text.encode(), NEWEST, schema)

    def _accepts(self, data: bytes, release: Release, schema: dict[str, Any] | None = None) -> None:
        loaded = load(Source.from_bytes("guest.cfg", data), release=release)
        if all(diagnostic.xl_exit is None for diagnostic in loaded.diagnostics):
            printed = json.loads(to_json(loaded.config, release))
            assert problems(schema or libxl_schema(release), printed) == [], data

    def test_what_libxl_would_not_print_is_not(self) -> None:
        schema = libxl_schema()
        assert problems(schema, {"b_info": {"type.hvm": {"pae": "True"}}, "disks": [{"readwrite": 1}]}) == []
        for wrong in WRONG_CONFIGURATIONS:
            assert problems(schema, wrong) != [], wrong

    def test_younger_fields_are_left_out(self) -> None:
        assert "vlan" in libxl_schema(Release(4, 19))["$defs"]["vif"]["properties"]
        assert "vlan" not in libxl_schema(Release(4, 18))["$defs"]["vif"]["properties"]


class TestCommand:
    def test_it_prints_the_schema(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["schema"], "xlpy") == 0
        assert json.loads(capsys.readouterr().out) == config_schema(DEFAULT)

    def test_it_prints_that_of_libxl(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["schema", "--libxl", "--xen", "4.17"], "xlpy") == 0
        assert json.loads(capsys.readouterr().out) == libxl_schema(Release(4, 17))

    def test_it_refuses_what_is_no_release(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["schema", "--xen", "new"], "xlpy") == 2
        assert "not a Xen release" in capsys.readouterr().err
