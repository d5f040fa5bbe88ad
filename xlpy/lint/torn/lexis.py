"""The pieces of a text that xl refuses, as patterns that take what was meant."""

from __future__ import annotations

import re

BLANK = "[ \\t\\r\\f\\v\u00a0\u1680\u180e\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]"
BLANKS = re.compile(f"{BLANK}*")
ODD_BLANKS = re.compile("[\\f\\v\u00a0\u1680\u180e\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]+")
INVISIBLE = re.compile("[\u180e\u200b-\u200f\u2060\ufeff]+")
"""Those without a width, in place of which nothing is meant."""

HEAD = re.compile(
    "(?P<key>(?:\"[^\"\\n=]+\"|'[^'\\n=]+'|[^\\s=:;#\"'\\[\\](){},+<>\u201c\u201d\u2018\u2019]+))"
    f"{BLANK}*(?P<op>\\+=|===?|=>|:=|\\?=|-=|=\\+|=|:(?=\\s|\\Z))?"
)
"""The key of a setting and what assigns; no operator where there is none."""
IDENT = re.compile(r"[a-z][a-z0-9._]*")
NUMBER = re.compile(f"[0-9][0-9a-fx]*(?={BLANK}|[\\n,\\]);}}#]|\\Z)")
STRING = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|' + r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'")
SMART_QUOTES = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00b4`\u2033"
SMART_STRING = re.compile(
    f"[{SMART_QUOTES}]((?:[^{SMART_QUOTES}\"'\\n]|[\"'](?![ \\t]*[,\\]]))*)[{SMART_QUOTES}]{{1,2}}"
    f"|[{SMART_QUOTES}]([^{SMART_QUOTES}\"'\\n]*)[\"']"
)
HALF_SMART_STRING = re.compile(f"[\"']([^{SMART_QUOTES}\"'\\n]*)[{SMART_QUOTES}](?={BLANK}*[\\],;#\\n]|{BLANK}*\\Z)")
DELIMITED = re.compile(f"{BLANK}*(?:[\\],;#\\n]|\\Z)")
"""What follows on a value that stands for itself."""
ENDED = re.compile(r"[\n;#]|\Z")
"""What may stand behind a value."""
NO_CONTENT = re.compile(f"(?:{BLANK}|\\n|#[^\\n]*)*")
PROSE = re.compile(r"[A-Za-z][^=\"'\[\]\n]*[ \t][^=\"'\[\]\n]*[A-Za-z][^=\"'\[\]\n]*|[=*~_-]{3,}")
"""A line of words, or one that is drawn."""
ASSIGNED = re.compile(r"^[ \t]*([A-Za-z_]\w*)[ \t]*=(?!=)", re.MULTILINE)
NAME_ALONE = re.compile(r"([A-Za-z_]\w*)[ \t\r]*(?=[\n#,\]]|\Z)")
BROKEN_KEY = re.compile(
    f"([^=\\n#;\"'\\[\\]]*[^=\\n#;\"'\\[\\]\\s+]){BLANK}*(\\+?)({BLANK}*)=(?!=){BLANK}*(?=[\"'\\[0-9])"
)
"""The left side of a setting, whatever it is, before its operator and a value."""
SETTING = re.compile(r"([a-z][a-z0-9._]*)[ \t]*\+?=(?!=)[ \t]*")
INCLUDE = re.compile(r"((?:[#.%@]?(?:include|import|source)|\.)(?:\b|(?<=\.)))[ \t]+[\"'</~.][^=\n]*$")
OTHER_COMMENT = re.compile(r"//|/\*|\*/|--(?= )|<!--|;;|rem |REM ")
CLOSING = re.compile(f"[\\])}}]+{BLANK}*(?=[\\n;#,]|\\Z)")
CONTINUED = re.compile(r"\\[ \t\r]*(?=\n|\Z)")
ESCAPE = re.compile(r"\\(.)")

PYTHON_LINE = re.compile(
    r"(?:import\s+\w|from\s+\S+\s+import\b|def\s+\w+\s*\(|class\s+\w+.*:|(?:if|elif|while|for|with)\b[^\n=].*:"
    r"|(?:else|try|finally|except\b[^\n:]*):|(?:print|return|raise|assert|global|del|exec)\b(?![ \t]*\+?=)"
    r"|[\w.]+\s*\([^\n]*\)\s*(?:#|\n|\Z)|[\w.]+\([\w\"']|[\w.]+\[[^\]\n]*\]\s*=)"
)
"""A statement of Python that is no setting."""
PYTHON_VALUE = re.compile(
    r"[\w.]+\([^\n]*|lambda\b|[\w.]+\[[^\]\n]+\]|[^\n]{1,99}\bif\b[^\n]{1,99}\belse\b"
    r"|[\w.\"')]+[ \t]*[%*][ \t]*[\w(\"']"
    r"|[\w.]+(?:[ \t]*\+[ \t]*[\"'(]|[ \t]+\+[ \t]+\w)|[ru]?\"\"\"|[ru]?'''"
)
"""An expression of Python."""
PYTHON_OPERATOR = re.compile(r"[%*+][ \t]*[\w\"'(]|\.[a-z]+\(|\[[0-9:-]+\]|(?:if|for|and|or)\b")
"""What goes on with an expression behind a value."""
PYTHON_PREFIX = re.compile(r"[rubRUB]{1,2}(?=[\"'])")
PYTHON_BRACKET = re.compile(r"\(|\{[^%{]")
