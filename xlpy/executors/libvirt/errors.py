"""What libvirt says when something fails -> Failure: its words, the way out, the exit status."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from xlpy.executors import Failure, UnknownDomain
from xlpy.planner.steps import PRINTABLE

INTERNAL_ERROR, NO_SUPPORT, NO_CONNECT, INVALID_ARG, OPERATION_FAILED = 1, 3, 5, 8, 9
XML_ERROR, OPERATION_DENIED, XML_DETAIL, SYSTEM_ERROR, RPC = 27, 29, 35, 38, 39
NO_DOMAIN, AUTH_FAILED, NO_NODE_DEVICE, OPERATION_INVALID, CONFIG_UNSUPPORTED, OPERATION_TIMEOUT = (
    42,
    45,
    53,
    55,
    67,
    68,
)
ARGUMENT_UNSUPPORTED, AUTH_CANCELLED, OPERATION_UNSUPPORTED, RESOURCE_BUSY, ACCESS_DENIED = 74, 79, 84, 87, 88
AUTH_UNAVAILABLE, DEVICE_MISSING = 94, 99
"""Codes of libvirt (VIR_ERR_*)."""

FAILED = 3
"""The exit status of `xl create` for libxl's ERROR_FAIL; other verbs end with 1."""

OPENING, BUILDING, LATER = "opening", "building", "later"
"""When it fails: while the connection is opened, a configuration is carried out, or something is done to a domain."""
CONNECTED = "connected"
"""One of the last two."""


class Known(NamedTuple):
    """Errors that are told alike: those of a code whose words hold a pattern (re)."""

    code: int
    words: str
    advice: str
    """The way out; `{host}` and `{ssh}` stand for where the connection leads."""
    stage: str = ""
    """When alone it can be this; empty for always."""
    status: int = 1
    """The exit status of what builds a domain."""


_DAEMON = "is libvirt's daemon running there? systemctl start libvirtd (or virtxend, where libvirt is in parts)"
_GONE = "the connection to {host} broke; what was asked may still be done: look with `list` when it is back"
_RIGHTS = "libvirt does not let you: be root, or a member of the group libvirt, or ask for a rule in polkit"
_SSH = "ssh has to reach it without questions: try `ssh {ssh} true`"
_SSH_FAILED = (
    r"ssh: |Permission denied[,. (]+(publickey|password|please|keyboard)|Host key verification failed"
    r"|kex_exchange_identification|Too many authentication failures|banner exchange"
    r"|Connection (closed|reset) by .* port \d"
)
"""What ssh says; the other end it has not reached."""
_NO_SSH = "Cannot find 'ssh' in path"
_OTHER = (
    "libvirt's daemon on {host}, which is root there, could not reach the other one: it needs a way without questions"
)
_TLS = "TLS needs certificates here and on {host}, see https://libvirt.org/kbase/tlscerts.html; or use xen+ssh://"
_FILE = "test:///FILE is for libvirt's test driver: FILE is XML, and holds its <node>"
_LOG = "/var/log/libvirt/libxl/libxl-driver.log on {host} has what libxl said"
_NAME = 'give it another name (name="..."), or rename or destroy that one'
_BUSY = "something else is being done with this domain: try again in a moment"
_UNABLE = "libvirt's driver for this host has no way to do that; on a Xen host Xen's own xl has"
_CONFIG = "libvirt does not take this configuration: correct what it names, or use Xen's own xl on {host}"
_TAKE = "libvirt does not take that: correct what it names, or use Xen's own xl on {host}"
_MISSING = "the domain has no such device: block-list, network-list, pci-list and usb-list show what it has"
_IN_USE = "another domain has it: detach it there first"

_EMPTY = r"libxenlight failed to |[Ff]ailed to .* domain|with libxenlight|libxl_\w+ failed"
"""What libvirt says where only libxl knows why."""

TABLE = (
    # ---- opening a connection
    Known(SYSTEM_ERROR, "Failed to connect socket to .*: Permission denied", _RIGHTS),
    Known(SYSTEM_ERROR, "Failed to connect socket to ", f"{_DAEMON}; or use sim:///, the simulated host"),
    Known(AUTH_FAILED, "certificate|TLS handshake", _TLS),
    Known(AUTH_FAILED, "", _RIGHTS),
    Known(AUTH_CANCELLED, "", _RIGHTS),
    Known(AUTH_UNAVAILABLE, "", _RIGHTS),
    Known(INTERNAL_ERROR, "Unable to get system bus connection", _RIGHTS, stage=OPENING),
    Known(
        INTERNAL_ERROR,
        "libxenlight state driver is not active",
        "{host} does not run Xen, or libvirt was started before Xen's tools: boot Xen there, then restart libvirtd",
    ),
    Known(INTERNAL_ERROR, "unexpected Xen URI path", "the path of a Xen host is /system, as in xen:///system"),
    Known(
        NO_CONNECT,
        "",
        "libvirt on {host} has no driver for Xen: install it (Debian: libvirt-daemon-driver-xen; others: "
        "libvirt-daemon-driver-libxl), then restart libvirtd",
    ),
    Known(SYSTEM_ERROR, "certificate|private key", _TLS, stage=OPENING),
    Known(RPC, "[Cc]ertificate", _TLS, stage=OPENING),
    Known(
        SYSTEM_ERROR,
        "(nc|virt-ssh-helper): (command )?not found",
        "libvirt on {host} needs its own virt-ssh-helper, or netcat",
        stage=OPENING,
    ),
    Known(SYSTEM_ERROR, _NO_SSH, "ssh is not here: install it (openssh-client), or use xen+tls://", stage=OPENING),
    Known(SYSTEM_ERROR, _SSH_FAILED, _SSH, stage=OPENING),
    Known(SYSTEM_ERROR, "TLS", _TLS, stage=OPENING),
    Known(
        SYSTEM_ERROR,
        "^unable to connect to server at .*: (No route to host|Connection timed out|Network is unreachable)",
        "nothing answers there: is {host} up, is that its name, and does a firewall let port 16514 through?",
        stage=OPENING,
    ),
    Known(
        SYSTEM_ERROR,
        "^unable to connect to server at ",
        "libvirt on {host} does not listen for TLS: systemctl start libvirtd-tls.socket (or virtproxyd-tls.socket); "
        "or use xen+ssh://",
        stage=OPENING,
    ),
    Known(SYSTEM_ERROR, "^[Uu]nable to resolve address ", "check the name of the host", stage=OPENING),
    Known(
        INVALID_ARG,
        "",
        "use xen:///system, xen+ssh://HOST/system, xen+tls://HOST/system or test:///default",
        stage=OPENING,
    ),
    Known(XML_ERROR, "", _FILE, stage=OPENING),
    Known(XML_DETAIL, "", _FILE, stage=OPENING),
    # ---- the daemon itself opens one, to migrate
    Known(SYSTEM_ERROR, f"{_SSH_FAILED}|{_NO_SSH}|not found: Input/output error", _OTHER, stage=CONNECTED),
    Known(SYSTEM_ERROR, "^[Uu]nable to (connect to server at|resolve address) ", _OTHER, stage=CONNECTED),
    # ---- the connection is gone
    Known(
        SYSTEM_ERROR,
        "End of file while (reading|writing) data|Cannot (recv|write) data|Connection reset by peer",
        _GONE,
        stage=CONNECTED,
    ),
    Known(INTERNAL_ERROR, "client socket is closed|keepalive timeout|received (hangup|error) event", _GONE),
    # ---- what a host would not do
    Known(OPERATION_INVALID, "Domain-0 does not support", "Domain-0 runs the host"),
    Known(OPERATION_INVALID, "is already active|is already being started", _NAME, status=FAILED),
    Known(
        OPERATION_FAILED,
        "already exists with uuid|is already defined with uuid",
        f"{_NAME}; libvirt may keep it stopped: `virsh list --all` shows it, `virsh undefine` removes it",
        status=FAILED,
    ),
    Known(OPERATION_INVALID, "(PCI|USB) device .* is (already )?in use", _IN_USE, status=FAILED),
    Known(
        OPERATION_INVALID,
        "PCI device",
        "it has to be free, and taken from its driver: `xl pci-assignable-add BDF` on {host}, or seize=1",
        status=FAILED,
    ),
    Known(
        OPERATION_FAILED, "Active console session exists", "somebody else is on this console: end that session first"
    ),
    Known(
        INTERNAL_ERROR,
        "cannot find character device|is not using a PTY",
        'it has no console that libvirt opens: an HVM guest has one where it was created with serial="pty"',
    ),
    Known(
        NO_NODE_DEVICE, "", "there is no such device: `lspci -D` on {host} shows those that are there", status=FAILED
    ),
    Known(INTERNAL_ERROR, "Did not find USB device", "`lsusb` on {host} shows those that are there", status=FAILED),
    Known(DEVICE_MISSING, "", _MISSING),
    Known(
        OPERATION_FAILED, "^operation failed: (disk|host pci device|controller|host USB device) .*not found", _MISSING
    ),
    Known(INVALID_ARG, "no target device|device not present in domain configuration", _MISSING, stage=LATER),
    Known(OPERATION_INVALID, "has assigned host devices", "a domain cannot move with devices of its host: detach them"),
    Known(OPERATION_INVALID, "Domain is not suspended", "what libvirt has not suspended, Xen's own xl resumes"),
    Known(
        INTERNAL_ERROR,
        "Unable to reset PCI device",
        "libvirt passes only devices through that can be reset; Xen's own xl takes others too",
        status=FAILED,
    ),
    Known(OPERATION_INVALID, "has to be running because libxenlight will suspend", "unpause it first"),
    Known(OPERATION_TIMEOUT, "", _BUSY),
    Known(RESOURCE_BUSY, "", "another domain holds it: shut that one down first", status=FAILED),
    Known(INTERNAL_ERROR, "libxenlight failed to create new domain", _LOG, status=FAILED),
    Known(INTERNAL_ERROR, _EMPTY, _LOG),
    Known(ACCESS_DENIED, "", _RIGHTS),
    Known(OPERATION_DENIED, "", _RIGHTS),
    Known(NO_SUPPORT, "", _UNABLE),
    Known(ARGUMENT_UNSUPPORTED, "", _UNABLE),
    Known(OPERATION_UNSUPPORTED, "", _UNABLE),
    *(
        Known(code, "", advice, stage, FAILED)
        for stage, advice in ((BUILDING, _CONFIG), (LATER, _TAKE))
        for code in (CONFIG_UNSUPPORTED, XML_ERROR, XML_DETAIL, INVALID_ARG)
    ),
)
"""The first that fits counts."""

_ELSE = "libvirt's log on {host} may say more: journalctl -u libvirtd (or -u virtxend)"
_SAID = "libvirt: error: "
_HERE, _THERE = "this machine", "the host"
_USER = re.compile(r"//(?P<name>[^/@:]*):(?P<password>[^/@]+)@")


def failure(error: Any, uri: str, *, stage: str = LATER) -> Failure:
    """A libvirtError of a stage in these terms; UnknownDomain, of no name, where the domain is gone."""
    code, message = error.get_error_code(), str(error.get_error_message() or error)
    if code == NO_DOMAIN or (code == OPERATION_INVALID and "domain is not running" in message):
        return UnknownDomain("")
    found = next((known for known in TABLE if _fits(known, code, message, stage)), None)
    advice = (found.advice if found else _ELSE).format(host=host_of(uri), ssh=_for_ssh(uri))
    return Failure(
        f"{_SAID}{_without_password(printable(message), uri)}",
        advice=f"{shown(uri)}: {advice}" if stage == OPENING else advice,
        status=found.status if found and stage == BUILDING else 1,
    )


def is_empty(failure: Failure) -> bool:
    """Whether it says no more than that libxl failed."""
    return re.match(f"{_SAID}internal error: .*({_EMPTY})", str(failure)) is not None


def timeout(uri: str, limit: float) -> Failure:
    """Nobody answers."""
    return Failure(
        advice=f"{shown(uri)}: no answer within {limit:.0f} seconds: the host, the way to it or its libvirt hangs; "
        "what was asked may still be done"
    )


def not_text(uri: str) -> Failure:
    """Libvirt takes UTF-8 only."""
    return Failure(advice=f"{shown(uri)}: libvirt takes names in UTF-8 only")


def printable(message: str) -> str:
    """What others say, fit for a terminal, in one line."""
    return message.replace("\r\n", "\n").rstrip("\n").replace("\n", " | ").translate(PRINTABLE)


def shown(uri: str) -> str:
    """A URI without the password in it."""
    return _without_password(printable(uri), uri)


def host_of(uri: str) -> str:
    """Where the URI leads, in a few words."""
    return _place(uri).rpartition("@")[2] or (_THERE if "socket=" in uri else _HERE)


def is_broken(failure: Failure) -> bool:
    """Whether it says that a connection broke."""
    return failure.advice.endswith(_GONE.partition("{host}")[2])


def ssh_advice(uri: str) -> str:
    """The way out where ssh does not reach the host of a URI."""
    return _SSH.format(ssh=_for_ssh(uri))


def _for_ssh(uri: str) -> str:
    """The same as arguments of ssh."""
    host, _, port = _place(uri).rpartition(":")
    return f"-p {port} {host}" if host and port.isdecimal() else _place(uri)


def _place(uri: str) -> str:
    return shown(uri).partition("//")[2].partition("/")[0]


def _without_password(text: str, uri: str) -> str:
    found = _USER.search(uri)
    return text.replace(f"{found['name']}:{found['password']}@", f"{found['name']}@") if found else text


def _fits(known: Known, code: int, message: str, stage: str) -> bool:
    wanted = known.stage in ("", stage) or (known.stage == CONNECTED and stage != OPENING)
    return wanted and known.code == code and re.search(known.words, message) is not None
