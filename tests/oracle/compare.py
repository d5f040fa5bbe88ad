"""Shows where xlpy and the real xl differ: python -m tests.oracle.compare --help."""

from __future__ import annotations

import argparse
import collections
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.oracle import casefile, generate
from tests.oracle.real import RELEASES, Case, OracleUnavailableError, Outcome, compare, config_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CASES = Path(__file__).parent / "cases"
NOT_CONFIGS = {".xml", ".md", ".json", ".tsv"}


def corpus(folder: Path) -> list[Case]:
    """The configuration files of a corpus: all files below its sub-folders that can be configurations."""
    paths = sorted(path for path in folder.glob("*/*") if path.is_file() and path.suffix not in NOT_CONFIGS)
    return [config_case(str(path.relative_to(folder)), path.read_bytes()) for path in paths]


def generated(seeds: Iterable[int]) -> list[Case]:
    """One case for each seed."""
    return [config_case(f"generated {seed}", generate.generate(seed)) for seed in seeds]


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.compare", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="configurations, or case files (.cases)")
    parser.add_argument("--release", action="append", choices=RELEASES, help="only this release (default: both)")
    parser.add_argument("--cases", action="store_true", help="all cases of tests/oracle/cases")
    parser.add_argument("--generated", type=int, metavar="N", help="the generated configurations 0 .. N-1")
    parser.add_argument("--seed", type=int, action="append", default=[], help="one generated configuration")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="a folder of folders of real configurations")
    parser.add_argument("--only", default="", metavar="TEXT", help="only cases with TEXT in their name")
    parser.add_argument("--no-stderr", action="store_true", help="do not look at stderr")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="print N differences in full (default 5)")
    parser.add_argument("--as-process", action="store_true", help="run xlpy as a process for each case (slow)")
    return parser.parse_args(argv)


def _chosen(args: argparse.Namespace) -> list[Case]:
    cases: list[Case] = []
    for path in [*(sorted(CASES.glob("*.cases")) if args.cases else ()), *args.files]:
        if path.suffix == ".cases":
            cases += [written.case for written in casefile.read(path)]
        else:
            cases.append(config_case(str(path), path.read_bytes()))
    if args.corpus:
        cases += corpus(args.corpus)
    cases += generated([*range(args.generated or 0), *args.seed])
    return [case for case in cases if args.only in case.name]


def _print(release: str, outcomes: Sequence[Outcome], different: Sequence[Outcome], show: int) -> None:
    for outcome in different[:show]:
        print(outcome.report())
    for outcome in different[show:]:
        print(f"differs: {outcome.case.name}: {', '.join(outcome.differing)}")
    accepted = sum(outcome.real.status == 0 for outcome in outcomes)
    parts = collections.Counter(part for outcome in outcomes for part in outcome.differing)
    print(
        f"Xen {release}: {len(outcomes)} cases, {accepted} accepted by the real xl, "
        f"{len(outcomes) - len(different)} equal, {len(different)} differ {dict(parts) or ''}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Compare what was asked for; 0 when nothing differs, 1 otherwise, 3 without the real xl."""
    args = _parse(argv)
    ignored = {"stderr"} if args.no_stderr else set()
    cases = _chosen(args)
    status = 0
    try:
        for release in args.release or RELEASES:
            outcomes = compare(release, cases, as_process=args.as_process)
            different = [outcome for outcome in outcomes if set(outcome.differing) - ignored]
            _print(release, outcomes, different, args.show)
            status |= bool(different)
    except OracleUnavailableError as error:
        print(error, file=sys.stderr)
        return 3
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # The reader (head, less) has seen enough: nothing more may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
