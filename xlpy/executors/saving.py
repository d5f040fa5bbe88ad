"""Saving: a domain's whole state in a file, on its way to another host, asleep, or as a core dump.

Hosts differ: one gives the state as a stream of bytes that xl's own files and protocol wrap (`Streams`), another one
writes files and talks to other hosts by itself (`OwnSaving`). A host has one of them.
"""

from __future__ import annotations

from xlpy.executors import LibxlError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal, Protocol

    from xlpy.libxl import DomainConfig

    Then = Literal["destroy", "resume", "pause"]
    """What becomes of a domain that was saved: xl save, save -c, save -p."""
else:
    Protocol = object  # typing is slow to import


GUEST_TIMEDOUT = -8
"""The `rc` of a guest that did not suspend itself when it was asked to."""


class SaveFailed(LibxlError):
    """The state was not sent."""


class Streams(Protocol):
    """The state of a domain as a stream of bytes, as libxl_domain_suspend and libxl_domain_create_restore have it."""

    def send(self, domid: int, write: Callable[[bytes], None], tell: Callable[[str], None], *, live: bool) -> None:
        """Write the state, then the guest is suspended (shut down with reason 2); `live` sends most while it runs.

        TELL gets the lines of progress, as xl prints them. Raises SaveFailed; a guest that was suspended stays so.
        """

    def replicate(
        self, domid: int, write: Callable[[bytes], None], tell: Callable[[str], None], seconds: float
    ) -> None:
        """Write the state again and again, with so many seconds between, while the guest runs (Remus).

        Returns when the domain is gone; raises SaveFailed where nobody takes the state any more.
        """

    def receive(
        self,
        config: DomainConfig,
        read: Callable[[int], bytes],
        tell: Callable[[str], None],
        *,
        watched: bool,
        checkpointed: bool = False,
    ) -> int:
        """Build a paused domain of a configuration (with its name) and the state that READ gives, exactly N bytes each.

        Of a stream that is CHECKPOINTED the last whole state counts, when it ends. Gives the domid. Raises Failure
        (SaveFailed where the state is to blame); then nothing is left of the domain.
        """


class OwnSaving(Protocol):
    """A host that has files of its own format, at paths on the host, and talks to other hosts by itself."""

    def save(self, domid: int, path: str, *, then: Then) -> None:
        """Write the state of a domain to a file."""

    def restore(self, path: str, *, config: DomainConfig | None, paused: bool) -> int:
        """A domain from a file, with another configuration where one is given; gives the domid."""

    def migrate(self, domid: int, host: str, *, config: DomainConfig | None, paused: bool) -> None:
        """Move a running domain to HOST: the word of the command line, a host's name or its URI."""


class Saving(Protocol):
    """What a host can do with the whole state of a domain. All take a domid; they raise UnknownDomain or a Failure."""

    @property
    def streams(self) -> Streams | None:
        """The state as a stream; None where the host saves by itself."""

    @property
    def own(self) -> OwnSaving | None:
        """The host's own way; None where there are streams."""

    def suspend(self, domid: int) -> None:
        """The guest suspends itself to RAM: its domain is there, shut down with reason 2."""

    def resume(self, domid: int) -> None:
        """A suspended guest goes on."""

    def dump_core(self, domid: int, path: str) -> None:
        """Write the memory to a file, an ELF core in Xen's layout; the guest stands still meanwhile."""
