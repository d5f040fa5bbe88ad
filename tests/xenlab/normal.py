"""What must not be compared: times, ids, uuids and what else is another each time."""

from __future__ import annotations

import re

NULL_UUID = "00000000-0000-0000-0000-000000000000"

_RULES = (
    (rf"(?!{NULL_UUID})\b[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}\b", "<uuid>"),
    (r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b", "<mac>"),
    # a row of xl vcpu-list: where a vCPU runs, whether it is busy, and for how long it was
    (r"(?m)^(.{32} +\d+ +\d+) +\d+   [r-][b-]-  +\d+\.\d  ", r"\1 <cpu> <runs> <time>  "),
    (r"(?m)^(.{32} +\d+ +\d+) +-   --p  +\d+\.\d  ", r"\1 <none> --p <time>  "),
    # a row of xl list: a guest that runs is busy, waits or is between; one that is paused may have waited
    (r"(?<=\s)[r-][b-]----(?=\s)", "<runs>"),
    (r"(?<=\s)-b(?=p[s-]..\s)", "--"),
    (r" +\d+\.\d(?=\s|$)", " <time>"),
    (r"(?:\d+ days?, +)?\b\d{1,3}:\d\d:\d\d\b", "<time>"),
    (r"(?<=up) +(?:\d+ days?, +)?\d{1,2}:\d\d(?=,)", " <time>"),
    # domids: in the tables of list, vcpu-list, uptime and vm-list, in configurations, and in messages
    (r"(?m)^(.{40}) +\d+( +\d+ +\d+     )(?=<|[rbpscd-]{6} )", r"\1 <id>\2"),
    (r"(?m)^(.{32}) +\d+( +\d+ <)", r"\1 <id>\2"),
    (r"(?m)^(.{33}) +\d+(?=  ?<time>$)", r"\1 <id>"),
    (r"(?m)^((?:<uuid>|[0-9a-f-]{36})  )\d+(?= )", r"\1<id>"),
    (r'(?<="domid": )\d+', "<id>"),
    (r"(?m)(?<=[Dd]omain )\d+(?=:| |$)|(?<=domid=)\d+|(?<= dom)\d+(?= )|(?<=/libxl/)\d+", "<id>"),
    (r"(?m)(?<=, )(\S*) \(\d+\)$", r"\1 (<id>)"),
    # a row of xl block-list or network-list: event channel and ring references; the domid in a path of a backend
    (r"(?m)^(\d+ +\d+ +(?:<mac> +)?\d+ +\d) +-?\d+ +-?\d+(?:/-?\d+)? +(?=/local/)", r"\1 <rings> "),
    (r"(?<=/backend/)(\w+)/\d+(?=/)", r"\1/<id>"),
    (r"(?<=bootloader\.)\d+(?=\.log)", "<id>"),
    (r"(?<= )\[\d+\](?= )", "[<pid>]"),
    (r"(?<=: mfn )0x[0-9a-f]+", "<frame>"),
    (r"(?<=fo 0x3/0x0/)\d+(?=\))", "<size>"),  # of the configuration in a saved domain
    (r"(?<=Saving domain )\d+(?=,)", "<id>"),
    (r"(?m)(?<=:Getting infolist: ).*$", "<errno>"),  # that of whatever came last
    (r"(?<=\.c:)\d+(?=:)", "<line>"),
    # a domain that could not be built is destroyed twice: the second time it is gone, or about to be
    (
        r"domain_destroy_domid_cb: (Domain <id>):xc_domain_destroy failed: No such process",
        r"libxl__destroy_domid: \1:Non-existant domain",
    ),
)


def normal(text: str) -> str:
    """Text as it is compared."""
    for pattern, replacement in _RULES:
        text = re.sub(pattern, replacement, text)
    return text
