"""Our getopt against the one of the C library, on random options and words."""

from __future__ import annotations

import ctypes
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpy.cli.getopt import LONG, BadOptionError, Getopt
from xlpy.cli.verb import Option


class _COption(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("has_arg", ctypes.c_int), ("flag", ctypes.c_void_p), ("val", ctypes.c_int))


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "gnu_get_libc_version"):
        pytest.skip("the C library here is not glibc")
    return libc


def _c_getopt(words: list[str], options: tuple[Option, ...]) -> tuple[list[tuple[str, str]], list[str] | str]:
    """What glibc reads: the options, then the words behind them, or the letter that it rejects."""
    libc = _libc()
    optind, opterr, optopt = (ctypes.c_int.in_dll(libc, name) for name in ("optind", "opterr", "optopt"))
    optarg = ctypes.c_char_p.in_dll(libc, "optarg")
    argv = (ctypes.c_char_p * (len(words) + 2))(b"xl", *(os.fsencode(word) for word in words), None)
    letters = "+" + "".join(option.letter + ":" * option.value for option in options if option.short)
    named = [option for option in options if option.name]
    table = (_COption * (len(named) + 1))()
    for index, option in enumerate(named):
        table[index] = _COption(option.name.encode(), int(option.value), None, ord(option.letter))
    optind.value, opterr.value = 0, 0
    found: list[tuple[str, str]] = []
    while True:
        if named:
            got = libc.getopt_long(len(words) + 1, argv, letters.encode(), table, None)
        else:
            got = libc.getopt(len(words) + 1, argv, letters.encode())
        if got == -1:
            return found, words[optind.value - 1 :]
        if chr(got) == "?":
            return found, chr(optopt.value)
        found.append((chr(got), os.fsdecode(optarg.value or b"")))


def _our_getopt(words: list[str], options: tuple[Option, ...]) -> tuple[list[tuple[str, str]], list[str] | str]:
    scan = Getopt(words, options)
    found: list[tuple[str, str]] = []
    try:
        for letter, value in scan:
            found.append((letter, value))
    except BadOptionError as bad:
        return found, bad.letter
    return found, scan.rest


NAMES = ("vncviewer", "vncviewer-autopass", "quiet", "query", "")
OPTIONS = st.lists(
    st.builds(
        lambda letter, name, value, short: Option(letter=letter, name=name, value=value, short=short),
        st.sampled_from("abcd"),
        st.sampled_from(NAMES),
        st.booleans(),
        st.booleans(),
    ),
    max_size=4,
    unique_by=(lambda option: option.letter, lambda option: option.name or option.letter),
).map(tuple)
WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            ["-", "--", "-a", "-ab", "-cd", "--quiet", "--q", "--vnc", "--vncviewer", "--query=", "--v=1", "x", ""]
        ),
        st.text("-abcdx=", max_size=4),
    ),
    max_size=5,
)


@given(WORDS, OPTIONS)
def test_as_glibc(words: list[str], options: tuple[Option, ...]) -> None:
    assert _our_getopt(words, options) == _c_getopt(words, options)


def test_a_long_option_that_nobody_knows_has_no_letter() -> None:
    with pytest.raises(BadOptionError) as caught:
        list(Getopt(["--nosuch"], (Option(letter="a", name="all"),)))
    assert caught.value.letter == LONG


def test_the_words_that_are_given_stay_as_they_are() -> None:
    words = ["-a", "rest"]
    assert list(Getopt(words, (Option(letter="a"),))) == [("a", "")]
    assert words == ["-a", "rest"]
