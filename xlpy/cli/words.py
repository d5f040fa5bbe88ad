"""The words of the verbs that read a configuration: a file, options, NAME=VALUE."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.cli.call import Call


def file_first(call: Call) -> tuple[str | None, dict[str, str]]:
    """The file that stands before the options, or behind -f; and the options."""
    filename = None
    if call.words and not call.words[0].startswith("-") and "=" not in call.words[0]:
        filename = call.words.pop(0)
    options = call.options()
    return options.get("f", filename), options


def file_and_settings(call: Call, filename: str | None, excess: Callable[[], None]) -> tuple[str | None, list[str]]:
    """What follows the options: the file, if there is none yet, and settings; EXCESS ends the run at a second file."""
    settings: list[str] = []
    for word in call.words:
        if "=" in word:
            settings.append(word)
        elif filename is None:
            filename = word
        else:
            excess()
    return filename, settings
