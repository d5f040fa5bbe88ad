"""`xlpy rule`: what the rules of `xlpy lint` are about."""

from __future__ import annotations

import json
import sys
from difflib import get_close_matches

import click

from xlpy.cli.say import say
from xlpy.diagnostic import Severity
from xlpy.lint.rule import Rule, all_rules, rule_of, rules_by_code
from xlpy.render import rules as pages

UNKNOWN = 2


@click.command(short_help="Explain a rule of the linter, or list them all")
@click.argument("code", metavar="[CODE]", required=False)
@click.option("--all", "everything", is_flag=True, help="The pages of all rules.")
@click.option(
    "--format", "layout", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print them."
)
def command(code: str | None, everything: bool, layout: str) -> int:
    """Say what a rule of xlpy lint finds, why that matters, and how it looks.

    CODE is what xlpy lint shows in brackets, a group of rules, or a code that xlpy plan shows. Without it all rules
    are listed. The status is 2 when there is no such rule.
    """
    if code is not None and everything:
        raise click.UsageError("give a CODE or --all, not both")
    named = list(all_rules()) if code is None else rules_named(code)
    if not named and code is not None:
        say(f"rule: there is no rule {code}: {_way_out(code)}", "xlpy")
        return UNKNOWN
    is_group = code not in rules_by_code() and code == named[0].group
    is_list = not everything and (code is None or is_group)
    sys.stdout.write(_listed(named, layout) if is_list else _told(named, layout, as_one=code is not None))
    return 0


def rules_named(name: str) -> list[Rule]:
    """The rule of this code, those of this group, or those that show what the reader tells under this code."""
    if name in rules_by_code():
        return [rules_by_code()[name]]
    group = [rule for rule in all_rules() if rule.group == name]
    told = (rule_of(name, severity) for severity in (Severity.ERROR, Severity.WARNING))
    return group or [rule for rule in told if rule is not None and "*" not in rule.told]


def _way_out(name: str) -> str:
    known = {name for rule in all_rules() for name in (rule.code, rule.group, *rule.told)}
    near = get_close_matches(name, sorted(known), n=1)
    return f"did you mean {near[0]}?" if near else "xlpy rule lists them"


def _listed(rules: list[Rule], layout: str) -> str:
    if layout == "json":
        return json.dumps([pages.brief_dict(rule) for rule in rules], indent=2) + "\n"
    return pages.rules_markdown(rules) if layout == "markdown" else pages.rules_text(rules)


def _told(rules: list[Rule], layout: str, *, as_one: bool) -> str:
    """Their pages; as JSON a single one is no array."""
    if layout == "json":
        dicts = [pages.rule_dict(rule) for rule in rules]
        return json.dumps(dicts[0] if as_one and len(dicts) == 1 else dicts, indent=2) + "\n"
    page = pages.rule_markdown if layout == "markdown" else pages.rule_text
    return ("\n" if layout == "markdown" else "\n\n").join(map(page, rules))
