"""`xl psr-cmt-detach`."""

from __future__ import annotations

from xlpy.cli.shared.psr import NO_LIBVIRT, without_monitoring
from xlpy.cli.verb import Verb

VERB = Verb(
    name="psr-cmt-detach",
    summary="Detach Cache Monitoring Technology service from a domain",
    run=without_monitoring,
    usage="<Domain>",
    min_words=1,
    modifies=True,
    no_libvirt=NO_LIBVIRT,
)
