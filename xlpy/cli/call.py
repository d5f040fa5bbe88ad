"""Call: one run of one verb, with what the command line said."""

from __future__ import annotations

import sys

from xlpy.cli.getopt import BadOptionError, Getopt
from xlpy.cli.verb import HELP_OPTION, added_help, no_libvirt, options_of, verb_help
from xlpy.defaults import BUILT_IN
from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.cli.verb import Verb
    from xlpy.defaults import XlConf
    from xlpy.executors import Executor
    from xlpy.release import Release


class Leave(BaseException):
    """All is said: end with this status. Like SystemExit it is no error, so that nobody catches it as one."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Settings(Record):
    """What the global options and the environment say."""

    release: Release
    release_given: bool = False
    """Whether an option or the environment names it; settings of a project may say another otherwise."""
    connect: str | None = None
    """The URI of the host, where one is given."""
    dry_run: bool = False
    verbosity: int = 0
    added: bool = False
    """Whether this is xlpy, which may say more than xl does."""
    best_effort: bool = False
    """Whether a guest may be built without what libvirt has no words for."""
    xl_conf: str | None = None
    """The file to read as xl.conf, where another one is named; empty for none."""
    conf: XlConf = BUILT_IN
    """What it says."""


class Call:
    """One run of a verb. `words` is what follows the options, once these are read."""

    def __init__(self, verb: Verb, words: list[str], settings: Settings) -> None:
        """WORDS is all that follows the verb."""
        self.verb = verb
        self.words = words
        self.settings = settings
        self._given: set[str] = set()

    @property
    def release(self) -> Release:
        """The Xen release whose xl this is."""
        return self.settings.release

    def each_option(self) -> Iterator[tuple[str, str]]:
        """Each option as (letter, value), as met; ends the run at -h, a bad option or too few words."""
        added = self.verb.added if self.settings.added else ()
        scan = Getopt(self.words, (*options_of(self.verb, self.release), *added, HELP_OPTION))
        try:
            for letter, value in scan:
                if letter == HELP_OPTION.letter:
                    self.help(0)
                self._given.add(letter)
                yield letter, value
        except BadOptionError as bad:
            if bad.letter == HELP_OPTION.letter:
                self.help(0)
            print(f"option `{bad.letter[:1]}' not supported.", file=sys.stderr)
            raise Leave(2) from None
        self.words = scan.rest
        needed = self.verb.min_words
        if len(self.words) < needed:
            plural = "s" if needed > 1 else ""
            print(f"'xl {self.verb.name}' requires at least {needed} argument{plural}.\n", file=sys.stderr)
            self.help(2)

    def options(self) -> dict[str, str]:
        """All options with their values; a later one wins."""
        return dict(self.each_option())

    def help(self, status: int) -> None:
        """Show the verb's help and end the run."""
        sys.stdout.write(verb_help(self.verb, self.release))
        if self.settings.added:
            sys.stdout.write(added_help(self.verb))
        raise Leave(status)

    def executor(self) -> Executor:
        """The host; what libvirt has no way for ends here where the host is libvirt's."""
        from xlpy.cli.connection import connect

        settings = self.settings
        return connect(settings.connect, no_libvirt(self.verb, self._given), best_effort=settings.best_effort)
