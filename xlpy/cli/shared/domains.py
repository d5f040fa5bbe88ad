"""Which domain a word of the command line means, and what libxl says of one that is not there."""

from __future__ import annotations

from xlpy.cli.say import say_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import DomainInfo, Executor
    from xlpy.release import Release

GONE = "No such process"
DOMAIN_NOTFOUND = -21
"""Libxl's ERROR_DOMAIN_NOTFOUND."""


def find_domid(executor: Executor, word: str) -> int:
    """A domid as it stands, whether it exists or not; or that of the domain with this name (else UnknownDomain)."""
    return _as_domid(word) if word.isascii() and word.isdigit() else executor.find(word).domid


def _as_domid(digits: str) -> int:
    """As C reads it: the greatest unsigned long where it is too large, and 32 bits of that."""
    return min(int(digits.lstrip("0")[:20] or "0"), 2**64 - 1) % 2**32


def find_by_name(executor: Executor, name: str) -> DomainInfo | None:
    """The domain with exactly this name."""
    return next((domain for domain in executor.domains() if domain.name == name), None)


def libxl_error(release: Release, place: str, lines: tuple[int, int], text: str) -> None:
    """Print an error of libxl; PLACE is FILE:FUNCTION, LINES its line there up to Xen 4.17 and in later ones."""
    file, function = place.split(":")
    line = lines[0] if release < (4, 18) else lines[1]
    say_whole(f"libxl: error: {file}:{line}:{function}: {text}")


def say_no_type(release: Release, domid: int) -> None:
    """What libxl says when it asks for the type of a domain that is not there."""
    new, old = f"Domain {domid}:unable to get dominfo: {GONE}", f"unable to get domain type for domid={domid}"
    libxl_error(release, "libxl_dom.c:libxl__domain_type", (37, 37), old if release < (4, 18) else new)


def say_no_info(release: Release, domid: int) -> None:
    """What libxl says when it asks for a domain that is not there: nothing up to Xen 4.17."""
    if release >= (4, 18):
        text = f"Domain {domid}:Getting domain info: {GONE}"
        libxl_error(release, "libxl_domain.c:libxl_domain_info", (-1, 354), text)
