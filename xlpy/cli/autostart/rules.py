"""What autostart goes by: the variables of xendomains, as its settings file has them."""

from __future__ import annotations

import shlex
from pathlib import Path

from xlpy.executors import Failure
from xlpy.record import Record

FILES = ("/etc/default/xendomains", "/etc/sysconfig/xendomains")
"""Where distributions have them; the first that is there is read."""
DEFAULT_AUTO = "/etc/xen/auto"
DEFAULT_SAVE = "/var/lib/xen/save"
_YES = ("true", "yes", "1", "on")


class Rules(Record):
    """How guests are started and stopped; times in seconds."""

    auto: str = DEFAULT_AUTO
    """The folder of the configurations; empty for none."""
    save: str = DEFAULT_SAVE
    """Where running guests are saved; empty: they are shut down."""
    restore: bool = True
    """Whether saved guests are restored."""
    migrate: str = ""
    """The words behind `xl migrate DOMAIN`; empty: no guest is moved away."""
    only_auto: bool = False
    """Whether only guests that have a configuration in `auto` are stopped."""
    parallel: int = 4
    """How many guests of one group are dealt with at once."""
    delay: float = 0.0
    """Between the starts of two guests."""
    timeout: float = 300.0
    """For each of migrating, saving, shutting down, starting; 0 for none."""
    destroy: bool = False
    """Whether a guest that is still there afterwards is destroyed."""


def read_rules(filename: str | None) -> Rules:
    """The rules of a settings file, or of the machine's; those that are built in where there is none."""
    found = filename or next((name for name in FILES if Path(name).exists()), None)
    if found is None:
        return Rules()
    try:
        return rules_of(variables(Path(found).read_text(encoding="utf-8", errors="replace")))
    except (OSError, ValueError) as error:
        raise Failure(advice=f"{found}: {error}") from None


def variables(text: str) -> dict[str, str]:
    """The assignments of a shell file; ValueError for a line that is none. Nothing is run or expanded."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = [word for word in _words(line, number) if word != "export"]
        for word in words:
            name, equals, value = word.partition("=")
            if not (equals and name.isidentifier()):
                raise ValueError(f"line {number}: {word} is no NAME=VALUE")
            found[name] = value
    return found


def _words(line: str, number: int) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from None


def rules_of(found: dict[str, str]) -> Rules:
    """The rules that variables say; what they leave out is built in, what they leave empty is off."""
    rules = Rules()
    return Rules(
        auto=found.get("XENDOMAINS_AUTO", rules.auto),
        save=found.get("XENDOMAINS_SAVE", rules.save),
        restore=_is_yes(found.get("XENDOMAINS_RESTORE", "true")),
        migrate=found.get("XENDOMAINS_MIGRATE", rules.migrate),
        only_auto=_is_yes(found.get("XENDOMAINS_AUTO_ONLY", "")),
        parallel=int(_number(found, "XENDOMAINS_PARALLEL", rules.parallel)) or 1,
        delay=_number(found, "XENDOMAINS_CREATE_USLEEP", 0) / 1_000_000,
        timeout=_number(found, "XENDOMAINS_STOP_MAXWAIT", rules.timeout),
        destroy=_is_yes(found.get("XENDOMAINS_DESTROY", "")),
    )


def _is_yes(text: str) -> bool:
    return text.lower() in _YES


def _number(found: dict[str, str], name: str, default: float) -> float:
    text = found.get(name) or str(default)
    if not text.replace(".", "", 1).isdecimal():
        raise ValueError(f"{name}={text} is no number")
    return float(text)
