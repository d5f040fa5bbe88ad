"""Coverage-guided fuzzing of text -> Config with atheris (https://github.com/google/atheris), run by hand:

    .venv/bin/pip install atheris
    .venv/bin/python -m tests.fuzz.fuzz_config FOLDER -max_total_time=1800

The folder gets the seeds, the dictionary, the corpus that grows, and what went wrong (crash-*, timeout-*, oom-*).
Options after it are libFuzzer's. Give the name of such a file in place of the folder to run that one input again.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["xlpy"]):
    from tests.fuzz import target

    SEEDS = [*target.seeds()]
    target.examine(SEEDS[0])  # what is imported only by need is instrumented too

LIMITS = ("-timeout=5", "-rss_limit_mb=2048", "-max_len=8192")


def _quoted(word: str) -> str:
    """A word as libFuzzer's dictionaries have it."""
    data = word.encode("utf-8", "surrogateescape")
    plain = (chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\' else f"\\x{byte:02x}" for byte in data)
    return f'"{"".join(plain)}"'


def _prepared(folder: Path) -> list[str]:
    """Libfuzzer's arguments for a folder, which is filled first."""
    for name in ("corpus", "seeds"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for index, seed in enumerate(SEEDS):
        (folder / "seeds" / f"{index:04}").write_bytes(seed)
    dictionary = dict.fromkeys(_quoted(word) for word in target.words() if word)
    (folder / "dictionary").write_text("".join(f"{word}\n" for word in dictionary), encoding="ascii")
    return [
        f"-dict={folder / 'dictionary'}",
        f"-artifact_prefix={folder}/",
        str(folder / "corpus"),
        str(folder / "seeds"),
    ]


def main(argv: list[str]) -> None:
    """Fuzz, or run one input."""
    place, options = Path(argv[1]), argv[2:]
    given: list[Any] = [str(place)] if place.is_file() else _prepared(place)
    atheris.Setup([argv[0], *LIMITS, *options, *given], target.examine)
    atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv)
