"""`xlpy xenstore`: what the xenstore tools do, on the host that xlpy talks to."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from xlpy.cli.command import host_options
from xlpy.cli.connection import connect
from xlpy.cli.say import say
from xlpy.executors.xenstore import XenstoreError
from xlpy.render.xenstore import WIDTH, escaped, listing, unescaped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlpy.cli.call import Settings
    from xlpy.executors.xenstore import Xenstore

POLL_SECONDS = 0.2


@click.group(short_help="Look at xenstore, and change it")
@click.option("--domid", metavar="DOMID", type=int, default=0, help="Look and change with the rights of this domain.")
@host_options
@click.pass_context
def command(context: click.Context, domid: int) -> None:
    """Do what xenstore-ls and its kin do; a path that is not absolute is below /local/domain/DOMID."""
    settings: Settings = context.obj
    store = connect(settings.connect).xenstore
    context.obj = store.seen_by(domid) if domid else store


def _each(paths: Sequence[str], failure: str, act: Callable[[str], None]) -> int:
    """Do it for each path, up to the first for which it fails."""
    for path in paths:
        try:
            act(path)
        except XenstoreError as error:
            return _refused(f"{failure} {path}", error)
    return 0


def _refused(what: str, error: XenstoreError) -> int:
    import errno

    number = getattr(errno, error.name, None)
    say(f"{what}: {os.strerror(number) if number else error.name}", "xlpy xenstore")
    return 1


_paths = click.argument("paths", metavar="PATH...", nargs=-1, required=True)


@command.command("ls", short_help="Show what is below a path")
@click.option("-f", "--flat", is_flag=True, help="Whole paths, and values that are not cut.")
@click.option("-p", "--permissions", is_flag=True, help="The permissions of each node, too.")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.pass_obj
def ls(store: Xenstore, flat: bool, permissions: bool, paths: tuple[str, ...]) -> int:
    """Show all that is below the paths, or the whole tree."""
    import gc

    gc.disable()  # what is made here lives until the end
    width = os.get_terminal_size().columns - 2 if sys.stdout.isatty() else WIDTH

    def show(path: str) -> None:
        lines = [*listing(store.tree(path), flat=flat, permissions=permissions, width=width), ""]
        sys.stdout.write("\n".join(lines))

    return _each(paths or ("/",), "cannot list", show)


@command.command("list", short_help="Show the names below a path")
@click.option("-p", "--prefix", is_flag=True, help="With the path.")
@_paths
@click.pass_obj
def names(store: Xenstore, prefix: bool, paths: tuple[str, ...]) -> int:
    """Show the names of what is directly below the paths."""

    def show(path: str) -> None:
        head = f"{path.rstrip('/')}/" if prefix else ""
        for name in store.children(path):
            print(f"{head}{name}")

    return _each(paths, "could not list path", show)


@command.command("read", short_help="Show the values of nodes")
@click.option("-p", "--prefix", is_flag=True, help="With the path.")
@click.option("-R", "--raw", is_flag=True, help="As it is, without escapes or a new line.")
@_paths
@click.pass_obj
def read(store: Xenstore, prefix: bool, raw: bool, paths: tuple[str, ...]) -> int:
    """Show the values of the nodes."""

    def show(path: str) -> None:
        value = store.node(path).value
        sys.stdout.write((f"{path}: " if prefix else "") + (value if raw else f"{escaped(value)}\n"))

    return _each(paths, "couldn't read path", show)


@command.command("exists", short_help="Tell by the status whether nodes are there")
@_paths
@click.pass_obj
def exists(store: Xenstore, paths: tuple[str, ...]) -> int:
    """Give the status 0 when all nodes are there and may be read, else 1."""
    try:
        for path in paths:
            store.node(path)
    except XenstoreError:
        return 1
    return 0


@command.command("write", short_help="Set the values of nodes")
@click.option("-R", "--raw", is_flag=True, help="Values are written as they are, without escapes.")
@click.argument("words", metavar="PATH VALUE [PATH VALUE]...", nargs=-1, required=True)
@click.pass_obj
def write(store: Xenstore, raw: bool, words: tuple[str, ...]) -> int:
    """Set the values of nodes; those that are not there are made."""
    if len(words) % 2:
        raise click.UsageError("each PATH needs a VALUE")
    values = dict(zip(words[::2], words[1::2], strict=True))
    wanted = values if raw else {path: unescaped(value) for path, value in values.items()}
    return _each(list(wanted), "could not write path", lambda path: store.write(path, wanted[path]))


@command.command("rm", short_help="Remove nodes")
@click.option("-t", "--tidy", is_flag=True, help="Also those above that are then empty and without a value.")
@_paths
@click.pass_obj
def remove(store: Xenstore, tidy: bool, paths: tuple[str, ...]) -> int:
    """Remove nodes with all that is below them."""

    def take_away(path: str) -> None:
        store.remove(path)
        above = path.rpartition("/")[0]
        while tidy and above and not store.children(above) and not store.node(above).value:
            store.remove(above)
            above = above.rpartition("/")[0]

    return _each(paths, "could not remove path", take_away)


@command.command("chmod", short_help="Set the permissions of a node")
@click.option("-r", "--recurse", is_flag=True, help="Also of all nodes below it.")
@click.option("-u", "--upto", is_flag=True, help="Also of all nodes above it.")
@click.argument("path")
@click.argument("modes", metavar="MODE...", nargs=-1, required=True)
@click.pass_obj
def chmod(store: Xenstore, recurse: bool, upto: bool, path: str, modes: tuple[str, ...]) -> int:
    """Set the permissions of a node: the owner with what others may, then who may what.

    A MODE is a letter and a domid: n for nothing, r to read, w to write, b for both.
    """
    parts = path.split("/")
    above = ["/".join(parts[:end]) for end in range(2, len(parts))] if upto else []
    below = [node.path for node in store.tree(path)] if recurse else []
    wanted = ",".join(modes)
    return _each([*above, path, *below], "cannot set permissions on", lambda one: store.set_permissions(one, wanted))


@command.command("watch", short_help="Tell of changes")
@click.option("-n", "--number", metavar="NUMBER", type=int, default=-1, help="End after this many lines.")
@_paths
@click.pass_obj
def watch(store: Xenstore, number: int, paths: tuple[str, ...]) -> int:
    """Print the paths that change at or below the given ones, which come first themselves, until Ctrl-C."""
    moments = dict.fromkeys(paths, -1)
    told = 0
    while True:
        for path, since in moments.items():
            moments[path], changed = store.changes(path, since)
            for one in (path,) if since < 0 else changed:
                print(one, flush=True)
                told += 1
                if told == number:
                    return 0
        time.sleep(POLL_SECONDS)
