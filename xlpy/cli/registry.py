"""How the verbs and the added commands are found: by the names of the modules that declare them."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from xlpy.cli.verb import Verb


def find_verb(name: str) -> Verb | None:
    """The declaration of a verb of xl; None where there is none yet."""
    module = load(f"xlpy.cli.verbs.{name.replace('-', '_')}")
    verb: Verb | None = module.VERB if module else None
    return verb


def load(name: str) -> ModuleType | None:
    """A module, or None where there is none of this name."""
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        if error.name == name:
            return None
        raise
    return sys.modules[name]
