"""Which files a command is to read: those that are named, and those in the folders that are named."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
import sys
from typing import TYPE_CHECKING

from xlpy.cli.files.configfile import read_config
from xlpy.executors import Failure
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from xlpy.release import Release

DEFAULT_INCLUDE = ("*.cfg", "*.xl", "*.xlcfg", "*.hvm", "*.pv", "*.pvh")
STANDARD_INPUT = "-"
MOST_BYTES = 1 << 26
"""No configuration is larger, and standard input may be endless."""


def find_files(
    paths: Sequence[str], include: Sequence[str] = DEFAULT_INCLUDE, exclude: Sequence[str] = ()
) -> Iterator[str]:
    """The files at some paths, each once, found one by one while they are asked for.

    A file that is named is taken whatever its name. A folder is walked in the order of names: files are taken whose
    names match INCLUDE; what is hidden or has a name that matches EXCLUDE is not looked at, be it file or folder. What
    is reached by a link and by its own name is taken by its own name. A path that cannot be looked at, such as one
    that does not exist, is taken too: reading it then fails, and says why.
    """
    walk = _Walk(include, exclude)
    for path in paths:
        yield from walk.named(path)


def read_source(path: str, release: Release) -> Source:
    """The text of a file, or of standard input (-); raises Failure as xl fails."""
    if path != STANDARD_INPUT:
        return read_config(path, [], release, quiet=True)
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Failure(advice=f"standard input is longer than {MOST_BYTES >> 20} MiB: too long to be a configuration")
    return Source.from_bytes("<stdin>", data)


class _Walk:
    """What was found so far; of files only those are remembered that may be met again."""

    def __init__(self, include: Sequence[str], exclude: Sequence[str]) -> None:
        self._included = _matcher(include)
        self._excluded = _matcher((".*", *exclude))
        self._roots: set[str] = set()  # the real paths of the folders where a walk began
        self._folders: set[tuple[int, int]] = set()  # the same folders
        self._files: set[tuple[int, int]] = set()

    def named(self, path: str) -> Iterator[str]:
        """The files at a path that the user named."""
        try:
            status = os.stat(path)  # noqa: PTH116 - pathlib is slow
        except (OSError, ValueError):
            yield path
            return
        if not stat.S_ISDIR(status.st_mode):
            if self._is_new_file(path, status, again=True):
                yield path
        elif self._is_new_root(path, status):
            yield from self._below(path)

    def _below(self, root: str) -> Iterator[str]:
        """The files in a folder and in those inside; a stack, as these may nest deeper than functions may."""
        levels: list[Iterator[os.DirEntry[str]]] = []
        inner: str | None = root
        while levels or inner is not None:
            if inner is not None:
                try:
                    levels.append(self._entries(inner))
                except OSError:
                    yield inner
                inner = None
            elif (entry := next(levels[-1], None)) is None:
                levels.pop()
            elif _is_folder(entry):
                inner = entry.path if self._is_new_folder(entry) else None
            elif self._is_taken(entry):
                yield entry.path

    def _entries(self, folder: str) -> Iterator[os.DirEntry[str]]:
        """What may matter in a folder, sorted; OSError where it cannot be listed."""
        with os.scandir(folder) as entries:
            return iter(sorted(filter(self._matters, entries), key=lambda entry: entry.name))

    def _matters(self, entry: os.DirEntry[str]) -> bool:
        return not self._excluded(entry.name) and (bool(self._included(entry.name)) or _is_folder(entry))

    def _is_taken(self, entry: os.DirEntry[str]) -> bool:
        try:
            status = entry.stat()
        except OSError:
            return True  # such as a link that leads nowhere: the reader says so
        return stat.S_ISREG(status.st_mode) and self._is_new_file(entry.path, status, again=entry.is_symlink())

    def _is_new_file(self, path: str, status: os.stat_result, *, again: bool) -> bool:
        """Whether a file is met for the first time; AGAIN tells that it may be met by another path."""
        identity = (status.st_dev, status.st_ino)
        if identity in self._files:
            return False
        if again:
            folder, _, name = os.path.realpath(path).rpartition("/")
            if self._included(name) and not self._excluded(name) and self._is_walked(folder):
                return False
        if again or status.st_nlink > 1:
            self._files.add(identity)
        return True

    def _is_new_folder(self, entry: os.DirEntry[str]) -> bool:
        try:
            status = entry.stat()
        except OSError:
            return True  # it is gone: listing it will say so
        if entry.is_symlink():
            return self._is_new_root(entry.path, status)
        return (status.st_dev, status.st_ino) not in self._folders

    def _is_new_root(self, path: str, status: os.stat_result) -> bool:
        """Whether a walk is to begin at a folder, as no other one comes along there."""
        identity = (status.st_dev, status.st_ino)
        real = os.path.realpath(path).rstrip("/")
        if identity in self._folders or self._is_walked(real):
            return False
        self._roots.add(real)
        self._folders.add(identity)
        return True

    def _is_walked(self, folder: str) -> bool:
        """Whether one of the walks comes along at a folder, or did; FOLDER is a real path without a slash behind."""
        while folder not in self._roots:
            folder, slash, name = folder.rpartition("/")
            if not slash or self._excluded(name):
                return False
        return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _matcher(patterns: Iterable[str]) -> Callable[[str], re.Match[str] | None]:
    """What says whether a name matches one of the patterns."""
    return re.compile("|".join(map(fnmatch.translate, patterns)) or "(?!)").match
