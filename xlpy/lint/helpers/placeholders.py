"""What templates leave in a file that nobody filled in."""

from __future__ import annotations

import re

_FORMS = (
    r"\{\{[^{}\n]*\}\}",  # Jinja, Mustache, Ansible
    r"\{%[^{}\n]*%\}|<%[^<\n]*%>",  # their statements; ERB
    r"\$\{[A-Za-z_][^{}\n]*\}|\$\([A-Za-z_][^()\n]*\)|\$[A-Z][A-Z0-9_]+\b",  # shell, make
    r"@@?[A-Z][A-Z0-9_]*@@?",  # autoconf
    r"%%?[A-Z][A-Z0-9_]+%%?",
    r"<[A-Za-z][A-Za-z0-9_ -]*>",
    r"\b(?:CHANGE_?ME|REPLACE_?ME|FIX_?ME|FILL_?ME_?IN|TODO|TBD|PLACEHOLDER)\b",
    r"\b(?:[xX]{2}:){2,}[xX]{2}\b|\b(?:[0-9a-fA-F]{2}:){2,4}(?:[xX]{2}:)*[xX]{2}\b",  # a MAC with xx in it
    r"\b(?:your|YOUR)[-_][A-Za-z0-9_-]+",
)
_ANY = re.compile("|".join(_FORMS))
_QUICK = ("{", "$", "@", "%", "<", "ME", "TODO", "TBD", "PLACEHOLDER", "xx", "XX", "your", "YOUR")


def may_hold(text: str) -> bool:
    """Whether a text is worth a search."""
    return any(one in text for one in _QUICK)


def find(text: str, start: int = 0) -> re.Match[str] | None:
    """The first placeholder in a text."""
    return _ANY.search(text, start)


def fills(text: str) -> bool:
    """Whether the text begins with a placeholder."""
    return _ANY.match(text) is not None
