"""What the cpupool verbs and the schedulers' have in common."""

from __future__ import annotations

import sys

from xlpy.cli.call import Leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.cli.call import Call
    from xlpy.executors import Executor
    from xlpy.executors.pools import Pool


def find_pool(executor: Executor, word: str) -> Pool:
    """The cpupool of this name, the first where several have it; digits are its number. Ends the run without one."""
    from xlpy.executors.pools import chosen

    pool = chosen(executor.pools.pools(), word)
    if pool is None:
        print(f"unknown cpupool '{word}'", file=sys.stderr)
        raise Leave(1)
    return pool


def attempt(call: Call, act: Callable[..., object], *arguments: object) -> bool:
    """Whether it was done with these arguments; what libxl says against it is told."""
    from xlpy.cli.say import say_libxl
    from xlpy.executors import LibxlError

    try:
        act(*arguments)
    except LibxlError as error:
        say_libxl(error, call.release)
        return False
    return True


def change_cpus(call: Call, *, add: bool) -> tuple[str, bool]:
    """Give pCPUs to a pool, or take them; tells the word for the pool, and whether all went well."""
    from xlpy.values import parse_cpus

    call.options()
    executor = call.executor()
    word, text = call.words[:2]
    try:
        cpus = parse_cpus(text, executor.info().facts)
    except ValueError as error:
        print(error, file=sys.stderr)
        raise Leave(1) from None
    number = find_pool(executor, word).number
    change = executor.pools.add_cpu if add else executor.pools.remove_cpu
    done = [attempt(call, change, number, cpu) for cpu in cpus]
    return word, all(done)
