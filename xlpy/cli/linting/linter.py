"""Linting the files of a chunk, by the cache where it knows them."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

from xlpy.cli.files.paths import MOST_BYTES, STANDARD_INPUT
from xlpy.cli.files.plainfile import NOT_PLAIN, TOO_LARGE, read_plain
from xlpy.cli.linting.packed import Packed, pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.cli.linting.cache import Cache
    from xlpy.lint.engine import Chosen
    from xlpy.lint.settings import LintSettings

SHOWN_AS = "<stdin>"
_MOST_AT_ONCE = 1 << 22
"""How many bytes of files are kept while the cache is asked for all of them together."""


class Linter:
    """Lints files one by one, always by the same rules. The rules are loaded when a file needs them."""

    def __init__(self, settings: LintSettings, cache: Cache | None) -> None:
        self._settings = settings
        self._cache = cache
        self._chosen: dict[tuple[str, ...], Chosen] = {}

    def lint(self, paths: Sequence[str]) -> list[Packed]:
        """What is to say of each of these files."""
        found: list[Packed] = []
        waiting: list[tuple[str, bytes]] = []
        for path in paths:
            try:
                data = read(path)
            except (OSError, ValueError, MemoryError) as error:
                found += [*self._linted(waiting), Packed(path, trouble=trouble(error))]
                waiting.clear()
                continue
            waiting.append((path, data))
            if sum(len(data) for _, data in waiting) > _MOST_AT_ONCE:
                found += self._linted(waiting)
                waiting.clear()
        return [*found, *self._linted(waiting)]

    def _linted(self, files: list[tuple[str, bytes]]) -> Iterator[Packed]:
        if self._cache is None:
            for path, data in files:
                yield self._fresh(path, data, b"")
            return
        keys = [self._cache.key(path, data) for path, data in files]
        known = self._cache.get(keys)
        for key, (path, data) in zip(keys, files, strict=True):
            yield Packed(shown(path), known[key]) if key in known else self._fresh(path, data, key)

    def _fresh(self, path: str, data: bytes, key: bytes) -> Packed:
        """Lint a file; what goes wrong with it does not keep others from being linted."""
        from xlpy.lint.run import report

        try:
            return Packed(shown(path), pack(report(shown(path), data, self._settings, self._rules(path))), key=key)
        except MemoryError:
            return Packed(shown(path), trouble="there is not enough memory for so large a file")
        except Exception as error:
            if os.environ.get("XLPY_DEBUG"):
                raise
            what = f"internal error: {type(error).__name__}: {error} (XLPY_DEBUG=1 shows where)"
            return Packed(shown(path), trouble=what)

    def _rules(self, path: str) -> Chosen:
        """The rules for a file."""
        from xlpy.lint.engine import Chosen

        names = self._settings.ignored_for(path)
        if names not in self._chosen:
            self._chosen[names] = Chosen(self._settings.rules_for(path, self._settings.rules()))
        return self._chosen[names]


def shown(path: str) -> str:
    """What a file is called in reports."""
    return SHOWN_AS if path == STANDARD_INPUT else path


def read(path: str) -> bytes:
    """The contents of a file, or of standard input (-); raises OSError, or ValueError for a path that cannot be one."""
    if path != STANDARD_INPUT:
        return read_plain(path, MOST_BYTES)
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise OSError(TOO_LARGE, os.strerror(TOO_LARGE), path)
    return data


def trouble(error: OSError | ValueError | MemoryError) -> str:
    """Why a file could not be read."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for so large a file"
    if not isinstance(error, OSError):
        return str(error)
    if error.errno == TOO_LARGE:
        return f"it is longer than {MOST_BYTES >> 20} MiB: too long to be a configuration"
    if error.errno == NOT_PLAIN:
        return "it is not a plain file"
    return os.strerror(error.errno or errno.EIO)
