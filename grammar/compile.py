"""Compiles grammar/*.lark into xlpy/tables.py: python grammar/compile.py [--check].

Lark reads the grammars and makes the LALR tables. They are compiled ahead, because importing Lark and building
them takes several times as long as all the rest of `xl create -n`. A test holds that the tables are up to date.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from lark import Lark
from lark.parsers.lalr_analysis import Shift

HERE = Path(__file__).parent
TABLES = HERE.parent / "xlpy" / "tables.py"
TOKENS = ("$END", "IDENT", "STRING", "NUMBER", "_NL", "APPEND", "ASSIGN", "_SEMICOLON", "OPEN", "CLOSE", "_COMMA")
GRAMMARS = ("xlcfg", "disk", "keyvalue")
HEAD = '''"""The tables of the grammars. Made by grammar/compile.py: do not edit."""

from xlpy.lalr import Tables

'''


def compile_grammar(name: str) -> dict[str, Any]:
    """The tables of one grammar, as plain data."""
    lark = Lark((HERE / f"{name}.lark").read_text(encoding="utf-8"), parser="lalr", lexer="basic")
    table: Any = lark.parser.parser._parse_table  # Lark has no public way to its tables
    terminals = {t.name for t in lark.terminals} | {"$END", "ERROR"}
    order = _state_order(table.states, table.start_states["start"])
    states = {state: number for number, state in enumerate(order)}
    reduced = {argument for row in table.states.values() for kind, argument in row.values() if kind is not Shift}
    rules = {rule: number for number, rule in enumerate(sorted(reduced, key=str))}
    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    for state in order:
        row = table.states[state]
        actions.append({t: _action(row[t], states, rules) for t in sorted(row, key=_token_order) if t in terminals})
        gotos.append({str(rule): states[row[rule][1]] for rule in sorted(row) if rule not in terminals})
    end = states[table.end_states["start"]]
    actions[end]["$END"] = end
    return {
        "pattern": "|".join(f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in _by_priority(lark)),
        "ignored": tuple(sorted(set(lark.ignore_tokens) - {"BAD"})),
        "end": end,
        "rules": tuple((str(rule.origin.name), len(rule.expansion)) for rule in rules),
        "actions": tuple(actions),
        "gotos": tuple(gotos),
        "defaults": tuple(_default(row) for row in actions),
    }


def _state_order(states: dict[Any, Any], start: Any) -> list[Any]:
    """The states breadth first, so that their numbers do not change from run to run."""
    order = [start]
    for state in order:
        row = states[state]
        following = (row[symbol][1] for symbol in sorted(row) if row[symbol][0] is Shift)
        order += [new for new in dict.fromkeys(following) if new not in order]
    return order


def _token_order(name: str) -> tuple[int, str]:
    """The order in which xl's parser lists what it expects."""
    return (TOKENS.index(name) if name in TOKENS else len(TOKENS), name)


def _action(action: Any, states: dict[Any, int], rules: dict[Any, int]) -> int:
    """Shift to state N as N, reduce by rule N as -1 - N."""
    kind, argument = action
    return states[argument] if kind is Shift else -1 - rules[argument]


def _default(row: dict[str, int]) -> int:
    """Bison's default reduction: the commonest of the state, none where an error can be shifted; 0 for none."""
    reductions = Counter(action for action in row.values() if action < 0)
    if not reductions or row.get("ERROR", -1) >= 0:
        return 0
    return max(reductions, key=lambda action: (reductions[action], action))


def _by_priority(lark: Lark) -> list[Any]:
    """The terminals in the order in which Lark's own lexer tries them."""
    key = lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name)  # noqa: E731 - a name for the sort key
    return sorted((t for t in lark.terminals if t.pattern is not None), key=key)


def main() -> int:
    """Write the tables, or with --check say whether they are up to date."""
    parts = []
    for name in GRAMMARS:
        fields = "".join(f"    {field}={value!r},\n" for field, value in compile_grammar(name).items())
        parts.append(f"{name.upper()} = Tables(\n{fields})\n")
    text = HEAD + "\n".join(parts)
    if "--check" in sys.argv[1:]:
        return 0 if TABLES.read_text(encoding="utf-8") == text else 1
    TABLES.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
