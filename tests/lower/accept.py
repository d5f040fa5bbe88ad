"""`python -m tests.lower.accept` writes the goldens of tests/cases/lower anew; look at what it changed."""

from __future__ import annotations

from tests.lower.reading import CASES, lowered


def main() -> None:
    """Each guest.cfg gets its domain.xml."""
    for case in CASES:
        made = lowered((case / "guest.cfg").read_text(encoding="utf-8"))
        (case / "domain.xml").write_text(made.xml, encoding="utf-8")


if __name__ == "__main__":
    main()
