"""The text: mistakes of the syntax, each with what was meant."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.lint.rule import Rule
from xlpy.lint.torn.lines import HALF_READ
from xlpy.lint.torn.walk import mistakes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.lint.rule import Finding

_FOLLOWING = ("syntax", "unknown-key", "duplicate-key", "xend-key")
"""What the parser says about the rest of a value that goes on over lines."""

_OF_A_LINE = ("smart-quotes", "odd-blank")
"""The rules of which one finding for a line is enough."""


def _by_line(guest: Guest, findings: list[Finding]) -> Iterator[Finding]:
    """The first finding of each line, with the fixes of the others in it."""
    for _, group in groupby(findings, lambda one: guest.source.line(one.span.start)):
        first, *others = group
        edits = tuple(edit for one in (first, *others) if one.fix for edit in one.fix.edits)
        yield first._replace(fix=first.fix.replace(edits=edits)) if first.fix else first


def _rule(
    code: str, summary: str, why: str, bad: str, good: str, fixed: str = "", explains: tuple[str, ...] = ("syntax",)
) -> Rule:
    def check(guest: Guest) -> Iterator[Finding]:
        if guest.loaded.broken:
            found = [mistake.finding for mistake in mistakes(guest.text) if mistake.code == code]
            yield from _by_line(guest, found) if code in _OF_A_LINE else found

    return Rule(
        code=code,
        group="text",
        severity=Severity.ERROR,
        summary=summary,
        why=why,
        bad=bad,
        good=good,
        fixed=fixed,
        check=check,
        explains=(*explains, *HALF_READ),
        broken_too=True,
        broken_only=True,
    )


_DISK = 'disk = ["/dev/vg0/web,raw,xvda,rw"]'

RULES = (
    _rule(
        "unquoted-text",
        "a text without quotes around it",
        "A value is a text in quotes, a number or a list. xl takes a bare word for a key, and refuses the file. True "
        "and False are such words, too: xl knows 1 and 0.",
        "kernel = «/boot/vmlinuz»",
        'kernel = "/boot/vmlinuz"',
        'kernel = "/boot/vmlinuz"',
    ),
    _rule(
        "number-with-unit",
        "a number with a unit behind it",
        "xl takes no unit behind a number, and refuses the file. Each key has a fixed unit: memory and maxmem count "
        "MiB.",
        "memory = «2g»",
        "memory = 2048",
        "memory = 2048",
    ),
    _rule(
        "negative-number",
        "a number with a sign",
        "For xl a number consists of digits alone, so that a minus in front of it makes xl refuse the file. In quotes "
        "the same number is read with its sign.",
        "vncdisplay = «-1»",
        'vncdisplay = "-1"',
        'vncdisplay = "-1"',
    ),
    _rule(
        "upper-case-hex",
        "a hexadecimal number in capitals",
        "Without quotes xl takes the digits 0 to 9, the small letters a to f and a small x for a number. A capital "
        "makes it refuse the file.",
        "mmio_hole = «0xC00»",
        "mmio_hole = 0xc00",
        "mmio_hole = 0xc00",
    ),
    _rule(
        "smart-quotes",
        "typographic quotes",
        "Word processors and web pages turn plain quotes into typographic ones. xl does not know them, and refuses "
        "the file.",
        "kernel = «\u201c/boot/vmlinuz\u201d»",
        'kernel = "/boot/vmlinuz"',
        'kernel = "/boot/vmlinuz"',
    ),
    _rule(
        "unclosed-quote",
        "a text whose quote is not closed",
        "A text must end on the line where it begins, with the same quote. xl refuses the file for one that does not; "
        "a long text can be put together with +=.",
        'kernel = «"/boot/vmlinuz»',
        'kernel = "/boot/vmlinuz"',
        'kernel = "/boot/vmlinuz"',
        _FOLLOWING,
    ),
    _rule(
        "bad-escape",
        "a backslash before a character that needs none",
        "In a text a backslash begins an escape such as \\n; xl refuses the file for one that it does not know. "
        "Windows paths and regular expressions need two backslashes for each.",
        'extra = "domain=CORP«\\w»eb"',
        'extra = "domain=CORP\\\\web"',
        'extra = "domain=CORP\\\\web"',
    ),
    _rule(
        "unclosed-list",
        "a list whose bracket is not closed",
        "A list goes on over lines until its bracket is closed. xl refuses the file for one that is not, and names the "
        "line where it noticed, which may be far behind.",
        "disk = «['/dev/vg0/web,raw,xvda,rw',»\nmemory = 512",
        f"{_DISK}\nmemory = 512",
        "disk = ['/dev/vg0/web,raw,xvda,rw',]\nmemory = 512",
        _FOLLOWING,
    ),
    _rule(
        "missing-comma",
        "two items of a list without a comma between them",
        "Items of a list are separated by commas, also where each stands on a line of its own. xl refuses a file in "
        "which one is missing.",
        "disk = ['/dev/vg0/a,raw,xvda,rw'\n    «'/dev/vg0/b,raw,xvdb,rw'»]",
        "disk = ['/dev/vg0/a,raw,xvda,rw',\n    '/dev/vg0/b,raw,xvdb,rw']",
        "disk = ['/dev/vg0/a,raw,xvda,rw',\n    '/dev/vg0/b,raw,xvdb,rw']",
        _FOLLOWING,
    ),
    _rule(
        "missing-value",
        "a key, or a comma, without a value",
        "Each key and each comma needs its value on the same line. xl refuses the file where there is none.",
        "«memory =»",
        "memory = 512",
    ),
    _rule(
        "upper-case-key",
        "a key with capitals",
        "Keys consist of small letters, digits, dots and underscores. xl refuses a file with a capital in one.",
        "«Memory» = 512\nvcpus = 2",
        "memory = 512\nvcpus = 2",
        "memory = 512\nvcpus = 2",
    ),
    _rule(
        "bad-key",
        "a key with characters that none may have",
        "A key begins with a letter from a to z, behind which come small letters, digits, dots and underscores. xl "
        "refuses a file with any other character in one: a hyphen, a quote, a letter that only looks like a plain one.",
        '«on-crash» = "destroy"\nvcpus = 2',
        'on_crash = "destroy"\nvcpus = 2',
        'on_crash = "destroy"\nvcpus = 2',
        _FOLLOWING,
    ),
    _rule(
        "wrong-operator",
        "something other than = behind a key",
        "xl knows KEY = VALUE and KEY += VALUE. It refuses a file with a colon, with == or with nothing between them.",
        "memory«:» 512\nvcpus = 2",
        "memory = 512\nvcpus = 2",
        "memory = 512\nvcpus = 2",
    ),
    _rule(
        "text-after-value",
        "something behind the value of a key",
        "Behind its value a setting ends with its line, with a semicolon or with a comment. xl refuses a file with "
        "anything else there.",
        "memory = 512 «in MiB»",
        "memory = 512 # in MiB",
        "memory = 512 # in MiB",
        _FOLLOWING,
    ),
    _rule(
        "wrong-comment",
        "a comment that does not begin with #",
        "Comments begin with #. xl takes any other mark for a part of a setting, and refuses the file.",
        "«// the web server»\nmemory = 512",
        "# the web server\nmemory = 512",
        "# the web server\nmemory = 512",
    ),
    _rule(
        "include-line",
        "a line that is to include another file",
        "A file of xl stands alone: nothing in it takes in another file, and xl refuses the line that tries. What "
        "guests have in common must be in each file, or be put there by the program that writes them.",
        "«include 'common.cfg'»\nmemory = 512",
        "# with the settings of common.cfg\nmemory = 512",
    ),
    _rule(
        "stray-bracket",
        "a closing bracket with none to close",
        "A bracket that closes nothing makes xl refuse the file.",
        f"{_DISK}«]»",
        _DISK,
        _DISK,
    ),
    _rule(
        "line-continuation",
        "a backslash at the end of a line",
        "A list may go on over lines by itself, any other value may not. xl knows no backslash at the end of a line, "
        "as shells and Python have it, and refuses the file.",
        "disk = ['/dev/vg0/a,raw,xvda,rw', «\\»\n    '/dev/vg0/b,raw,xvdb,rw']",
        "disk = ['/dev/vg0/a,raw,xvda,rw',\n    '/dev/vg0/b,raw,xvdb,rw']",
        "disk = ['/dev/vg0/a,raw,xvda,rw', \n    '/dev/vg0/b,raw,xvdb,rw']",
        _FOLLOWING,
    ),
    _rule(
        "template-text",
        "a placeholder of a template outside of quotes",
        "The file is a template, or was made from one without filling it in. xl expands nothing: it refuses a file "
        "with a placeholder where a value must stand.",
        "memory = «{{ memory }}»",
        "memory = 512",
    ),
    _rule(
        "odd-blank",
        "a character that only looks like a blank",
        "Between the parts of a setting xl takes spaces and tabs alone. No-break spaces and characters without a "
        "width come along when text is copied from web pages; xl refuses the file, and nothing is to be seen.",
        "memory =«\u00a0»512",
        "memory = 512",
        "memory = 512",
    ),
)
