"""Makes the manual pages: python man/generate.py [--check].

The prose stands in man/*.in; what can be listed comes from the declarations. A line of a page's prose may be

    @keys MODULE            the keys of a module of declarations
    @words MODULE           the words of its spec; xl.cfg(5) then refers to this page
    @sections PACKAGE: A B  a section for each module of a package, A and B first, the others as xl reads them
    @about NAME ... @end    prose that the section of a module begins with, or the entry of a key ends with
    @list MODULE NAME       the words in a tuple of a module
    @cpuid                  the names of CPUID features
    @example FILE           a file of examples/etc-xen
    @verbs                  all verbs of xl
    @listing                the options that every listing has
    @command NAME           the section of a command that xlpy adds
    @commands               all of them: short where another page has such a section, else in full

A test holds that the pages are up to date and complete.
"""

from __future__ import annotations

import importlib
import re
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import commands
from roff import WIDTH, bold, filled, literal, new_line, prose

from xlpy import __version__, vocabulary
from xlpy.cpuid_features import features
from xlpy.kinds import Choice
from xlpy.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.vocabulary import Key, Token

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples" / "etc-xen"
OLDEST = "4.1"
"""What came with it or before is not said to have come."""
MOST_EXAMPLES = 3
HEAD = """\
.\\" Made by man/generate.py: do not edit.
.nr HY 0
"""
_FORMS = {
    **dict.fromkeys(("integer", "unsigned", "count"), "number"),
    **dict.fromkeys(("boolean", "switch"), "0|1"),
}


# ---- entries


def key_entry(key: Key) -> list[str]:
    """The entry of a key."""
    unit = f" ({key.unit})" if key.unit else ""
    return [
        ".TP",
        f"{bold(key.name)} = \\fI{key.kind.name}\\fR{unit}",
        *prose(key.doc),
        *new_line(_words(key)),
        *new_line(" ".join(filter(None, (_default(key), *_scope(key.guests, key.since))))),
        *new_line(f"Deprecated in favour of {key.deprecated}." if key.deprecated else ""),
        *(line for example in _examples(key) for line in (".br", *filled(bold(example)))),
    ]


def _words(key: Key) -> str:
    if not isinstance(key.kind, Choice):
        return ""
    kind = key.kind
    notes = {word: f" (since {release})" for word, release in kind.since.items()}
    notes |= {word: f" (until {release})" for word, release in kind.until.items()}
    words = (f'`"{word}"`{notes.get(word, "")}' for word in kind.values)
    return f"One of {', '.join(words)}."


def _default(key: Key) -> str:
    if key.default.startswith("("):
        return f"{key.default.strip('()').capitalize()}."
    return f"Default: {key.default}." if key.default != "unset" else ""


def _scope(guests: tuple[str, ...], since: str) -> list[str]:
    only = f"Only {' and '.join(guest.upper() for guest in guests)}." if guests != vocabulary.ALL else ""
    return [only, f"Since Xen {since}." if since != OLDEST else ""]


def _examples(key: Key) -> list[str]:
    """For a word one example is enough, since the others are listed: one that is not the default."""
    good = key.good[:MOST_EXAMPLES]
    if isinstance(key.kind, Choice):
        good = (*(value for value in key.good if value != key.default), *key.good)[:1]
    return [f"{key.name} = {value}" for value in good] + ([key.beside] if key.beside else [])


def token_entries(module: Any) -> Iterator[str]:
    """The entries of the words of a module's specs; those that differ in nothing but their names have one together.

    The words belong to the key of the module's name.
    """
    known = next(Release.parse(key.since) for key in module.KEYS if key.name == short_name(module))
    for _, group in groupby(module.TOKENS, key=lambda token: (token.doc, token.since, token.form)):
        for number, token in enumerate(same := list(group)):
            yield ".TQ" if number else ".TP"
            yield _written(token)
        yield from prose(same[0].doc)
        if Release.parse(same[0].since) > known:
            yield from new_line(f"Since Xen {same[0].since}.")
        if len(same) == 1 and same[0].good not in (same[0].name, ""):
            yield from (".br", *filled(bold(f'"{same[0].good}"')))


def _written(token: Token) -> str:
    if token.form == "flag":
        return bold(token.name)
    value = "|".join(filter(None, token.values)) or _FORMS.get(token.form, token.form)
    return f"{bold(token.name + '=')}\\fI{literal(value)}\\fR"


# ---- sections


def short_name(module: Any) -> str:
    """`disk` for xlpy.devices.disk."""
    return str(module.__name__).rpartition(".")[2]


def section(module: Any, about: dict[str, list[str]], page: str) -> list[str]:
    """The section of a module; PAGE is where its words are, if they have a page of their own."""
    name = short_name(module)
    title = str(module.__doc__).splitlines()[0]
    lines = [
        f".SH {name.upper().replace('_', ' ')}",
        *prose(re.sub(r" \(Xen: .*\)(?=\.$)", "", title)),
        *about.get(name, []),
    ]
    for key in module.KEYS:
        lines += key_entry(key)
        if key.name in about and key.name != name:
            lines += [".IP", *about[key.name]]
    if hasattr(module, "TOKENS"):
        lines.append(f".SS Words of {name}")
        lines += [f"See {page}."] if page else token_entries(module)
    return lines


def sections(package: str, first: list[str], about: dict[str, list[str]], pages: dict[str, str]) -> list[str]:
    """The sections of all modules of a package that have keys."""
    modules = [m for m in vocabulary.modules() if m.__name__.split(".")[1] == package and getattr(m, "KEYS", ())]
    rank = {name: number for number, name in enumerate(first)}
    modules.sort(key=lambda m: (rank.get(short_name(m), len(rank)), min(key.order for key in m.KEYS)))
    return [line for module in modules for line in section(module, about, pages.get(short_name(module), ""))]


def cpuid_names() -> list[str]:
    """The names of CPUID features by the release in which they came."""
    lines = []
    ordered = sorted(features().values(), key=lambda feature: (Release.parse(feature.since), feature.name))
    for since, group in groupby(ordered, key=lambda feature: feature.since):
        names = ", ".join(literal(feature.name) for feature in group)
        lines += [".TP", f"Xen {since}", *filled(f"{names}.")]
    return lines


# ---- pages


def pages() -> dict[Path, str]:
    """Every page: where it goes, and its text."""
    templates = {path.with_suffix(""): path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.in"))}
    homes = {
        module: f"\\fB{literal(path.stem)}\\fR({path.suffix[1:]})"
        for path, text in templates.items()
        for module in re.findall(r"^@words (\w+)$", text, re.MULTILINE)
    }
    return {path: _page(text, homes) for path, text in templates.items()}


def _page(template: str, homes: dict[str, str]) -> str:
    about: dict[str, list[str]] = {}

    def take(match: re.Match[str]) -> str:
        about[match[1]] = [line for written in match[2].splitlines() for line in _expand(written, about, homes)]
        return ""

    body = re.sub(r"^@about (\w+)\n(.*?)^@end\n", take, template, flags=re.MULTILINE | re.DOTALL)
    lines = [line for written in body.splitlines() for line in _expand(written, about, homes)]
    return HEAD + "\n".join(_short(lines)).replace("@VERSION@", __version__) + "\n"


def _short(lines: list[str]) -> Iterator[str]:
    """The lines of a page, long ones of its text broken."""
    shown_as_written = False
    for line in lines:
        shown_as_written = line == ".EX" or (shown_as_written and line != ".EE")
        yield from [line] if shown_as_written or len(line) <= WIDTH or line.startswith(".") else filled(line)


def _expand(written: str, about: dict[str, list[str]], homes: dict[str, str]) -> list[str]:
    """What a line of a template stands for."""
    command, _, rest = written.partition(" ")
    match command:
        case "@keys":
            return [made for key in _module(rest).KEYS for made in key_entry(key)]
        case "@words":
            return [*token_entries(_module(rest))]
        case "@sections":
            package, _, first = rest.partition(":")
            return sections(package, first.split(), about, homes)
        case "@list":
            module, _, name = rest.partition(" ")
            return filled(f"{', '.join(map(bold, getattr(_module(module), name)))}.")
        case "@cpuid":
            return cpuid_names()
        case "@example":
            text = (EXAMPLES / rest).read_text(encoding="utf-8")
            return [".EX", *(f"\\&{literal(shown)}" for shown in text.rstrip("\n").split("\n")), ".EE"]
    made = commands.expand(command, rest, about, _with_page()) if command.startswith("@") else None
    return [written] if made is None else made


def _with_page() -> set[str]:
    """The added commands that some page has a section for."""
    texts = (path.read_text(encoding="utf-8") for path in HERE.glob("*.in"))
    return {name for text in texts for name in re.findall(r"^@command ([\w-]+)$", text, re.MULTILINE)}


def _module(name: str) -> Any:
    """A module of declarations by its short name, or any other by its full one."""
    found = [module for module in vocabulary.modules() if short_name(module) == name]
    return found[0] if found else importlib.import_module(name)


def main(arguments: list[str]) -> int:
    """Write the pages; with --check only say which are out of date."""
    stale = [(path, text) for path, text in pages().items() if not path.exists() or path.read_text() != text]
    for path, text in stale:
        if "--check" in arguments:
            print(f"{path.name} is out of date: make man", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
    return int("--check" in arguments and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
