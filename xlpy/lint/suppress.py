"""Comments that silence findings: `# xlpy: ignore[CODE]` for a line, `# xlpy: ignore-file[CODE]` for the file."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from xlpy.diagnostic import Diagnostic, Edit, Fix
from xlpy.lint.helpers.words import nearest
from xlpy.lint.rule import rules_by_code
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.lint.guest import Guest
    from xlpy.lint.rule import Rule

UNUSED = "unused-ignore"
_WORDS = ("ignore", "ignore-file")
_MARK = re.compile(r"xlpy:[ \t]*(ignore(?:-file)?)(?![\w-])[ \t]*(?:\[([^\]\n]*)\])?")
_BEGUN = re.compile(r"#+[ \t]*(xlpy[ \t]*:[ \t]*(?:([\w-]*)[ \t]*)?([^\n]*))")
_CODES = re.compile(r"[\[(:=]?[ \t]*([\w*-]+(?:[ \t]*,[ \t]*[\w*-]+)*)[ \t]*[\])]?[ \t]*$")


class Ignore(NamedTuple):
    """One comment: the codes that it silences (none: all), in which line (0: in the whole file), and its place."""

    codes: tuple[str, ...]
    line: int
    span: Span

    def silences(self, code: str, line: int) -> bool:
        """Whether it is about a finding of this code that begins in this line."""
        return self.line in (0, line) and (not self.codes or code in self.codes)


def ignores(guest: Guest) -> Iterator[Ignore]:
    """The comments of a text that silence something; one on a line of its own is about the line below it."""
    if "xlpy:" not in guest.text:
        return
    source = guest.source
    for comment in guest.comments:
        match = _silencer(guest.text, comment)
        if match is None:
            continue
        line = source.line(comment.start)
        alone = not source.line_text(line)[: source.column(comment.start) - 1].strip(" \t")
        codes = tuple(filter(None, re.split(r"[ \t,]+", match[2] or "")))
        yield Ignore(codes, 0 if match[1] == "ignore-file" else line + alone, Span(*match.span()))


class Failed(NamedTuple):
    """A comment that looks as if it should silence something, and does not; `meant` may be empty."""

    span: Span
    meant: str


def failures(guest: Guest) -> Iterator[Failed]:
    """The comments that begin with xlpy: and silence nothing, as their words are misspelt or have no brackets."""
    if "xlpy" not in guest.text:
        return
    for comment in guest.comments:
        match = _BEGUN.match(guest.text, *comment)
        if match is None or _silencer(guest.text, comment) is not None:
            continue
        word = match[2] if match[2] in _WORDS else nearest(match[2], _WORDS)
        codes = _CODES.fullmatch(match[3])
        bare = not match[3].strip()
        meant = f"xlpy: {word}" + (f"[{codes[1]}]" if codes else "") if word and (codes or bare) else ""
        yield Failed(Span(match.start(1), match.start(1) + len(match[1].rstrip())), meant)


def _silencer(text: str, comment: Span) -> re.Match[str] | None:
    """What silences findings in a comment; not where codes stand behind it without brackets."""
    match = _MARK.search(text, *comment)
    if match is None or (match[2] is None and _named_behind(text[match.end() : comment.end])):
        return None
    return match


def _named_behind(rest: str) -> bool:
    """Whether codes of rules stand where they should be in brackets; other words say why."""
    codes = _CODES.fullmatch(rest)
    known = rules_by_code()
    return codes is not None and all(code in known for code in re.split(r"[ \t]*,[ \t]*", codes[1]))


def is_mark(comment: str) -> bool:
    """Whether a comment silences something, or was to do so."""
    return _MARK.search(comment) is not None or _BEGUN.match(comment) is not None


def unsuppressed(guest: Guest, findings: list[Diagnostic], rules: Sequence[Rule]) -> list[Diagnostic]:
    """The findings that no comment silences, and the comments that silence nothing."""
    comments = list(ignores(guest))
    if not comments:
        return findings
    about: defaultdict[int, list[Ignore]] = defaultdict(list)
    for comment in comments:
        about[comment.line].append(comment)
    used: set[Ignore] = set()
    kept = []
    for finding in findings:
        assert finding.span is not None
        line = guest.source.line(finding.span.start)
        by = [one for one in (*about[0], *about[line]) if one.silences(finding.code, line)]
        used.update(by)
        if not by:
            kept.append(finding)
    if any(rule.code == UNUSED for rule in rules):
        kept += [_unused(guest, one) for one in comments if one not in used and _checked(guest, one, rules)]
    return kept


def _checked(guest: Guest, ignore: Ignore, rules: Sequence[Rule]) -> bool:
    """Whether the rules that it names have run; of a broken text few have, and those over several files never."""
    known = rules_by_code()
    if guest.loaded.broken:
        return any(code not in known for code in ignore.codes)
    ran = {rule.code for rule in rules}
    return all(code not in known or (code in ran and known[code].claims is None) for code in ignore.codes)


def _unused(guest: Guest, ignore: Ignore) -> Diagnostic:
    known = rules_by_code()
    unknown = [code for code in ignore.codes if code not in known]
    summary = f"there is no rule {unknown[0]}" if unknown else "this comment ignores nothing"
    rule = known[UNUSED]
    return Diagnostic(
        code=UNUSED,
        severity=rule.severity,
        summary=summary,
        advice="" if unknown else "remove it: what it was for is gone",
        source=guest.source,
        span=ignore.span,
        fix=None if unknown else Fix(title="remove the comment", edits=(Edit(_removable(guest, ignore.span), ""),)),
    )


def _removable(guest: Guest, mark: Span) -> Span:
    """The mark, or all of its comment with the blanks in front where nothing else is said there."""
    comment = next(one for one in guest.comments if one.start <= mark.start < one.end)
    rest = guest.text[comment.start : mark.start] + guest.text[mark.end : comment.end]
    if rest.strip("# \t"):
        return mark
    line_start = guest.text.rfind("\n", 0, comment.start) + 1
    before = guest.text[line_start : comment.start]
    return Span(line_start + len(before.rstrip(" \t")), comment.end + (not before.strip(" \t")))


def is_ignored(guest: Guest, code: str, at: int) -> bool:
    """Whether a comment silences a rule at an offset; for what is only known when other files are."""
    line = guest.source.line(at)
    return any(one.silences(code, line) for one in ignores(guest))
