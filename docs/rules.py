"""Makes docs/rules.md from the rules of the linter: python docs/rules.py [--check]."""

from __future__ import annotations

import sys
from pathlib import Path

from written import written

from xlpy.lint.rule import all_rules
from xlpy.render.rules import rule_markdown, rules_markdown

PAGE = Path(__file__).parent / "rules.md"
HEAD = """\
# The rules of xlpy lint

Made from `xlpy/lint/rules/` by `make docs`: do not edit.

An **error** is what the real xl refuses. A **warning** is what it takes, but loses, ignores or fails over later.
**Advice** is style, deprecation and practice. `xlpy rule CODE` shows one of these pages, `xlpy rule` the list.

A comment silences rules: `# xlpy: ignore[CODE]` in its line, or in the line below where it has one of its own, and
`# xlpy: ignore-file[CODE]` in the whole file; several codes are parted by commas, and without brackets it is about all.
"""


def page() -> str:
    """The text of the page."""
    return "\n".join([HEAD, rules_markdown(all_rules()), *map(rule_markdown, all_rules())])


if __name__ == "__main__":
    sys.exit(written(PAGE, page()))
