"""Each error as libvirt 9 words it (seen, or from its source): what the user reads, and the exit status."""

from __future__ import annotations

import pytest

from tests.libvirt.fake import Error
from tests.libvirt.needed import need_libvirt
from xlpy.executors import Failure, UnknownDomain
from xlpy.executors.libvirt import errors

SOCKET = "/var/run/libvirt/libvirt-sock"
_BEHIND_SSH = (
    f"End of file while reading data: virt-ssh-helper: cannot connect to '{SOCKET}': "
    f"Failed to connect socket to '{SOCKET}': No such file or directory: Input/output error"
)
_TRANSPORT = "transport in URL not recognised (should be tls|unix|ssh|ext|tcp|libssh2|libssh)"
LOCAL, SSH, TLS = "xen:///system", "xen+ssh://root@rack7:2222/system", "xen+tls://rack7/system"

OPENING = [
    (LOCAL, 38, "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory", "systemctl"),
    (LOCAL, 38, "Failed to connect socket to '/var/run/libvirt/virtxend-sock': Connection refused", "virtxend"),
    (LOCAL, 38, "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied", "the group libvirt"),
    (
        LOCAL,
        94,
        "authentication unavailable: no polkit agent available to authenticate action 'org.libvirt.unix.manage'",
        "polkit",
    ),
    (LOCAL, 79, "authentication cancelled: user cancelled authentication process", "polkit"),
    (LOCAL, 45, "authentication failed: access denied by policy", "polkit"),
    (LOCAL, 1, "internal error: Unable to get system bus connection: Could not connect: No such file", "be root"),
    (LOCAL, 1, "internal error: libxenlight state driver is not active", "this machine does not run Xen"),
    (SSH, 1, "internal error: libxenlight state driver is not active", "rack7:2222 does not run Xen"),
    (LOCAL, 1, "internal error: unexpected Xen URI path '/session', try xen:///system", "xen:///system"),
    (LOCAL, 5, "no connection driver available for xen:///system", "libvirt-daemon-driver-xen"),
    (
        SSH,
        38,
        "Cannot recv data: ssh: connect to host rack7 port 2222: Connection refused: Connection reset by peer",
        "`ssh -p 2222 root@rack7 true`",
    ),
    (
        "xen+ssh://rack7/system",
        38,
        "Cannot recv data: ssh: Could not resolve hostname rack7: Name or service not known: Connection reset by peer",
        "`ssh rack7 true`",
    ),
    (
        SSH,
        38,
        "Cannot recv data: root@rack7: Permission denied (publickey,password).: Connection reset by peer",
        "ssh -p",
    ),
    (SSH, 38, "Cannot recv data: Host key verification failed.: Connection reset by peer", "ssh -p 2222"),
    (SSH, 38, "End of file while reading data: sh: 1: nc: not found: Input/output error", "virt-ssh-helper, or netcat"),
    (SSH, 38, "End of file while reading data: sh: 1: virt-ssh-helper: not found: Input/output error", "or netcat"),
    (
        SSH,
        38,
        _BEHIND_SSH,
        "is libvirt's daemon running there?",
    ),
    *(
        (SSH, 38, f"Cannot recv data: {said}: Connection reset by peer", "`ssh -p 2222 root@rack7 true`")
        for said in (
            "kex_exchange_identification: Connection closed by remote host",
            "kex_exchange_identification: read: Connection reset by peer",
            "Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures",
            "Connection closed by 10.0.0.1 port 22",
            "Permission denied, please try again.",
            "Connection timed out during banner exchange",
        )
    ),
    (SSH, 38, "Cannot find 'ssh' in path: No such file or directory", "openssh-client"),
    (TLS, 38, "Unable to read TLS confirmation: Input/output error", "tlscerts.html"),
    (TLS, 38, "unable to connect to server at 'rack7:16514': No route to host", "is rack7 up"),
    (TLS, 38, "unable to connect to server at 'rack7:16514': Connection timed out", "firewall"),
    (TLS, 38, "Cannot read CA certificate '/etc/pki/CA/cacert.pem': No such file or directory", "tlscerts.html"),
    (TLS, 39, "Certificate [session] owner does not match the hostname rack7", "tlscerts.html"),
    (TLS, 45, "authentication failed: Failed to verify peer's certificate", "xen+ssh://"),
    (TLS, 38, "unable to connect to server at 'rack7:16514': Connection refused", "virtproxyd-tls.socket"),
    (TLS, 38, "Unable to resolve address 'rack7' service '16514': Name or service not known", "name of the host"),
    (
        "xen+foo:///system",
        8,
        f"invalid argument: remote_open: {_TRANSPORT}",
        "xen+tls://HOST",
    ),
    ("test:///x", 27, "XML error: failed to parse xml document '/x'", "<node>"),
    ("test:///x", 35, "/x:1: Start tag expected, '<' not found\nroot:x:0:0\n^", "<node>"),
    (SSH, 38, "End of file while reading data: Input/output error", "journalctl"),
]
LATER = [
    (38, "End of file while reading data: Input/output error", "broke", 1),
    (38, "Cannot write data: Broken pipe", "broke", 1),
    (38, "Cannot recv data: Connection reset by peer", "broke", 1),
    (38, "Cannot recv data: Input/output error", "broke", 1),
    (38, "Unable to read from socket: Connection reset by peer", "broke", 1),
    (1, "internal error: received error event on socket", "broke", 1),
    (38, "Cannot recv data: Host key verification failed.: Connection reset by peer", "which is root there", 1),
    (38, "Cannot find 'ssh' in path: No such file or directory", "could not reach the other one", 1),
    (38, "unable to connect to server at 'rack8:16514': Connection refused", "could not reach the other one", 1),
    (1, "internal error: client socket is closed", "broke", 1),
    (1, "internal error: connection closed due to keepalive timeout", "broke", 1),
    (1, "internal error: received hangup event on socket", "broke", 1),
    (
        55,
        "Requested operation is not valid: Domain-0 does not support requested operation",
        "Domain-0 runs the host",
        1,
    ),
    (55, "Requested operation is not valid: domain 'web' is already active", 'name="..."', 3),
    (55, "Requested operation is not valid: domain 'web' is already being started", 'name="..."', 3),
    (9, "operation failed: domain 'web' already exists with uuid 4ab4bf7f-ff9f-43e4-a41a-68e1916ff046", "undefine", 3),
    (9, "operation failed: domain 'x' is already defined with uuid 4ab4bf7f-ff9f-43e4-a41a-68e1916ff046", "rename", 3),
    (9, "operation failed: Active console session exists for this domain", "end that session first", 1),
    (55, "Requested operation is not valid: PCI device 0000:00:08.0 is not assignable", "pci-assignable-add", 3),
    (1, "internal error: cannot find character device <null>", 'serial="pty"', 1),
    (1, "internal error: character device serial0 is not using a PTY", 'serial="pty"', 1),
    (53, "Node device not found: no node device with matching name 'pci_0000_00_99_0'", "lspci", 3),
    (1, "internal error: Did not find USB device bus:1 device:99", "lsusb", 3),
    (99, "device not found: no device found at address '' matching MAC address '00:16:3e:00:00:01' and", "no such", 1),
    (9, "operation failed: disk xvdb not found", "network-list", 1),
    (9, "operation failed: host USB device Busnum:   1, Devnum:   2 not found", "usb-list", 1),
    (
        55,
        "Requested operation is not valid: PCI device 0000:00:08.0 is in use by driver xenlight, domain x",
        "detach",
        3,
    ),
    (55, "Requested operation is not valid: USB device 1:2 is already in use", "detach it there", 3),
    (55, "Requested operation is not valid: domain has assigned host devices", "detach them", 1),
    (55, "Requested operation is not valid: Domain is not suspended", "Xen's own xl resumes", 1),
    (
        1,
        "internal error: Unable to reset PCI device 0000:00:08.0: no FLR, PM reset or bus reset available",
        "takes others too",
        3,
    ),
    (
        55,
        "Requested operation is not valid: Domain '1' has to be running because libxenlight will suspend it",
        "unpause",
        1,
    ),
    (1, "internal error: libxenlight failed to attach network device", "libxl-driver.log", 1),
    (68, "Timed out during operation: cannot acquire state change lock", "try again", 1),
    (87, "resource busy: Lockspace resource '/dev/vg0/web' is locked", "another domain holds it", 3),
    (1, "internal error: libxenlight failed to create new domain 'web'", "libxl-driver.log on rack7", 3),
    (1, "internal error: Failed to shutdown domain '16' with libxenlight", "libxl-driver.log", 1),
    (1, "internal error: libxl_domain_info failed for domain '5'", "libxl-driver.log", 1),
    (88, "access denied", "a rule in polkit", 1),
    (29, "operation forbidden: read only access prevents virDomainDestroy", "be root", 1),
    (3, "this function is not supported by the connection driver: virDomainRename", "Xen's own xl has", 1),
    (74, "argument unsupported: xml modification unsupported", "Xen's own xl has", 1),
    (84, "Operation not supported: unsupported disk driver qemu", "Xen's own xl has", 1),
    (67, "unsupported configuration: unsupported audio model usb", "correct what it names", 3),
    (27, "XML error: name web/1 cannot contain '/'", "correct what it names", 3),
    (35, "(domain_definition):1: Extra content at the end of the document\n<domain/><x/>\n---------^", "correct", 3),
    (8, "invalid argument: could not find capabilities for domaintype=xen ", "correct what it names", 3),
    (70, "Hook script execution failed: internal error: Child process unexpected exit status 1", "journalctl", 1),
]


@pytest.mark.parametrize(("uri", "code", "message", "way"), OPENING, ids=lambda value: str(value)[:60])
def test_a_connection_that_fails(uri: str, code: int, message: str, way: str) -> None:
    failure = errors.failure(Error(code, message), uri, stage=errors.OPENING)
    assert failure.lines == (f"libvirt: error: {message}".replace("\n", " | "),)
    assert failure.advice.startswith(f"{uri}: ")
    assert way in failure.advice
    assert failure.status == 1


@pytest.mark.parametrize(("code", "message", "way", "status"), LATER, ids=lambda value: str(value)[:60])
def test_what_fails_later(code: int, message: str, way: str, status: int) -> None:
    failure = errors.failure(Error(code, message), "xen+tls://rack7/system", stage=errors.BUILDING)
    assert failure.lines == (f"libvirt: error: {message}".replace("\n", " | "),)
    assert way in failure.advice
    assert failure.status == status


TO_A_DOMAIN = [
    (
        8,
        "invalid argument: requested vcpus is greater than max allowable vcpus for the domain: 9 > 2",
        "does not take that",
    ),
    (8, "invalid argument: device not present in domain configuration", "no such device"),
    (67, "unsupported configuration: unsupported usb model", "does not take that"),
    (27, "XML error: missing source", "does not take that"),
    (35, "(device_definition):1: Extra content", "does not take that"),
    (55, "Requested operation is not valid: PCI device 0000:00:08.0 is not assignable", "pci-assignable-add"),
]


@pytest.mark.parametrize(("code", "message", "way"), TO_A_DOMAIN, ids=lambda value: str(value)[:60])
def test_what_is_done_to_a_domain_is_no_configuration(code: int, message: str, way: str) -> None:
    failure = errors.failure(Error(code, message), LOCAL)
    assert way in failure.advice
    assert "configuration" not in failure.advice
    assert failure.status == 1


def test_every_row_has_its_example() -> None:
    used = {
        next((known for known in errors.TABLE if errors._fits(known, code, text, stage)), None)
        for code, text, stage in [
            *((code, text, errors.OPENING) for _, code, text, _ in OPENING),
            *((code, text, errors.BUILDING) for code, text, _, _ in LATER),
            *((code, text, errors.LATER) for code, text, _ in TO_A_DOMAIN),
        ]
    }
    assert set(errors.TABLE) <= used


@pytest.mark.parametrize(
    ("code", "message"), [(42, "Domain not found"), (55, "Requested operation is not valid: domain is not running")]
)
def test_a_domain_that_is_gone(code: int, message: str) -> None:
    assert isinstance(errors.failure(Error(code, message), LOCAL), UnknownDomain)


def test_the_codes_are_those_of_libvirt() -> None:
    libvirt = need_libvirt()
    names = [name for name in dir(errors) if name.isupper() and hasattr(libvirt, f"VIR_ERR_{name}")]
    assert len(names) >= 20
    for name in names:
        assert getattr(errors, name) == getattr(libvirt, f"VIR_ERR_{name}"), name


def test_a_password_is_not_shown() -> None:
    uri = "xen+ssh://root:hunter2@rack7/system"
    message = "Cannot recv data: root:hunter2@rack7: Permission denied (publickey).: Connection reset by peer"
    shown = "\n".join(
        [*(failure := errors.failure(Error(38, message), uri, stage=errors.OPENING)).lines, failure.advice]
    )
    assert "hunter2" not in shown
    assert "`ssh root@rack7 true`" in shown
    assert "hunter2" not in errors.timeout(uri, 5).advice


def test_lines_of_ssh_are_joined() -> None:
    message = "Cannot recv data: kex_exchange_identification: closed\r\nConnection closed by 10.0.0.1 port 22: x"
    failure = errors.failure(Error(38, message), SSH, stage=errors.OPENING)
    assert failure.lines == (f"libvirt: error: {message}".replace("\r\n", " | "),)


def test_control_characters_are_shown_as_such() -> None:
    failure: Failure = errors.failure(Error(1, "internal error: \x1b[2J\x9b"), LOCAL)
    assert failure.lines == ("libvirt: error: internal error: \\x1b[2J\\x9b",)
