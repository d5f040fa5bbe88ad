"""`xl psr-cmt-attach`."""

from __future__ import annotations

from xlpy.cli.shared.psr import NO_LIBVIRT, without_monitoring
from xlpy.cli.verb import Verb

VERB = Verb(
    name="psr-cmt-attach",
    summary="Attach Cache Monitoring Technology service to a domain",
    run=without_monitoring,
    usage="<Domain>",
    min_words=1,
    modifies=True,
    no_libvirt=NO_LIBVIRT,
)
