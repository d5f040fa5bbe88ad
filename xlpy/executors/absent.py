"""What libxl's functions say of a domain that is not there, or not in the state for them, each in its own way."""

from __future__ import annotations

from xlpy.executors import LibxlMessage

GONE = "No such process"


def no_info(domid: int) -> LibxlMessage:
    """Where libxl asks for the domain as such; up to Xen 4.17 it says nothing."""
    text = f"Domain {domid}:Getting domain info: {GONE}"
    return LibxlMessage(place="libxl_domain.c:libxl_domain_info", lines=(-1, 354), text=text)


def no_userdata(domid: int) -> tuple[LibxlMessage, ...]:
    """Where libxl wants to lock what it keeps of the domain."""
    text = f"unable to find domain info for domain {domid}: {GONE}"
    place = "libxl_dom.c:libxl__userdata_path"
    return no_info(domid), LibxlMessage(place=place, lines=(1216, 1244), text=text)


def no_vcpus(domid: int) -> tuple[LibxlMessage, ...]:
    """Where libxl wants to plug vCPUs."""
    text = f"Domain {domid}:Getting domain info list: {GONE}"
    place = "libxl_domain.c:libxl_set_vcpuonline"
    return no_info(domid), LibxlMessage(place=place, lines=(1856, 1858), text=text)


def no_scheduler(domid: int, function: str, lines: tuple[int, int]) -> tuple[LibxlMessage, ...]:
    """Where a FUNCTION of libxl_sched.c wants the scheduler of the domain's cpupool."""
    place = "libxl_dom.c:libxl__domain_cpupool"
    old, new = f"getinfolist failed 0: {GONE}", f"Domain {domid}:get domaininfo failed: {GONE}"
    unknown = LibxlMessage(place=f"libxl_sched.c:{function}", lines=lines, text=f"Domain {domid}:Unknown scheduler")
    return (
        LibxlMessage(place=place, lines=(76, -1), text=old),
        LibxlMessage(place=place, lines=(-1, 76), text=new),
        unknown,
    )


def not_paused(domid: int) -> LibxlMessage:
    """Nothing holds a domain that is to be unpaused."""
    text = f"Domain {domid}:Unpausing domain: Invalid argument"
    return LibxlMessage(place="libxl_domain.c:domain_unpause_done", lines=(688, 684), text=text)
