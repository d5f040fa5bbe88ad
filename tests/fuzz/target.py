"""What is fuzzed, text -> Config and all that follows from it, and what to begin with: the declarations' examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlpy import vocabulary
from xlpy.config import Loaded, load
from xlpy.convert import convert
from xlpy.diagnostic import xl_output
from xlpy.host import BUILT_IN
from xlpy.libxl import BuildInfo, CreateInfo, DomainConfig, Hvm, Struct
from xlpy.libxl_json import to_json
from xlpy.libxl_read import device_classes, from_json
from xlpy.planner.plan import check, make_plan
from xlpy.release import COMPARED, Release
from xlpy.render.plan import plan_dict, plan_text
from xlpy.source import Source
from xlpy.writer import to_xl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.vocabulary import Key

RELEASES = (*COMPARED, Release(4, 22), Release(4, 10))
EXAMPLES = Path(__file__).parents[2] / "examples" / "etc-xen"
GUESTS = {"pv": 'kernel = "/k"', "pvh": 'type = "pvh"\nkernel = "/k"', "hvm": 'type = "hvm"'}
JSON = 0x80
"""First bytes from here on: libxl's JSON follows, not xl.cfg."""
PUNCTUATION = ("=", "+=", "[", "]", "', '", "\\n", "\\x41", "0x", "-1", "2147483648", "\r\n", "#", "\0", "\udcff")


def examine(data: bytes) -> None:
    """Read DATA, which begins with a byte for the release and the form; anything that must not be raises."""
    kind = data[0] if data else 0
    release = RELEASES[kind % len(RELEASES)]
    if kind >= JSON:
        converted = convert(Source.from_bytes("c.json", data[1:]), "json", "xl", release)
        assert converted.text is not None or converted.said.startswith("c.json: ")
        return
    loaded = load(Source.from_bytes("c.cfg", data[1:]), release=release)
    _, status = xl_output(loaded.diagnostics)
    _check_diagnostics(loaded)
    if status is not None:
        assert status > 0
        return
    config = loaded.config
    assert from_json(to_json(config, release)) == config
    try:
        written = to_xl(config, release=release)
    except ValueError as error:
        assert str(error).startswith("xl.cfg has no way to say: ")  # noqa: PT017 - no test of pytest
    else:
        assert load(Source("again.cfg", written), release=release).config == config
    plan = make_plan(config, BUILT_IN)
    assert all(problem.line and problem.status for problem in check(plan, BUILT_IN))
    assert all(char >= " " or char == "\n" for char in plan_text(plan))
    plan_dict(plan)


def _check_diagnostics(loaded: Loaded) -> None:
    for diagnostic in loaded.diagnostics:
        assert diagnostic.summary
        assert diagnostic.place.startswith("c.cfg")
        if diagnostic.span is not None:
            assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(loaded.source.text)
    for span in loaded.where.values():
        assert 0 <= span.start <= span.end <= len(loaded.source.text)


def seeds() -> Iterator[bytes]:
    """Every good and bad example of every key and token, and the example files."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.cfg"))]
    for key in vocabulary.all_keys():
        texts += [_guest(key, value) for value in (*key.good, *key.bad)]
    for module in vocabulary.modules():
        for token in getattr(module, "TOKENS", ()):
            texts += [_guest(module.KEYS[-1], f"['{spec}']") for spec in (token.good, token.bad) if spec]
    for index, text in enumerate(dict.fromkeys(texts)):
        release = index % len(RELEASES)
        data = text.encode("utf-8", "surrogateescape")
        yield bytes([release]) + data
        if index % 4 == 0:
            printed = to_json(load(Source.from_bytes("c.cfg", data), release=RELEASES[release]).config)
            yield bytes([JSON + release]) + printed.encode("utf-8", "surrogateescape")


def _guest(key: Key, value: str) -> str:
    return f'name = "a"\n{GUESTS[key.guests[-1]]}\n{key.beside}\n{key.name} = {value}\n'


def words() -> Iterator[str]:
    """What the fuzzer may put in: names of keys and tokens, words that they know, punctuation."""
    yield from PUNCTUATION
    for key in vocabulary.all_keys():
        yield f"\n{key.name} = "
        yield from key.good
    for module in vocabulary.modules():
        for token in getattr(module, "TOKENS", ()):
            yield token.name if token.form == "flag" else f"{token.name}="
            yield from token.values
    structs: list[type[Struct]] = [DomainConfig, CreateInfo, BuildInfo, Hvm, *device_classes()]
    for record in structs:
        yield from (f'"{name}": ' for name in record.FIELDS)
