"""Settings whose way to libvirt is not straight."""

from __future__ import annotations

import pytest

from tests.lower.reading import CAPABILITIES, GUESTS, guest, keys, lowered, root, values
from xlpy.libxl import BuildInfo, CreateInfo, DomainConfig, Hvm
from xlpy.lower import Capabilities, lower
from xlpy.release import Release

VIF = "devices/interface"
DISK = "devices/disk"
SPICE = 'spice = 1\nspiceport = 1\nspicepasswd = "x"\n'
PLAIN = DomainConfig(c_info=CreateInfo(name="web", type="pv"), on_soft_reset="soft_reset")


class TestNetwork:
    @pytest.mark.parametrize(
        ("rate", "kib"),
        [("10240KB/s", "10000"), ("10Mb/s", "1221"), ("1GB/s", "976563"), ("8Kb/s", "1")],
    )
    def test_a_rate_is_in_kib_a_second(self, rate: str, kib: str) -> None:
        made = guest("pv", f'vif = ["rate={rate}"]')
        assert values(made, f"{VIF}/bandwidth/outbound", "average") == [kib]
        assert made.lost == ()

    @pytest.mark.parametrize(
        ("rate", "kib", "lost"),
        [
            ("1b/s", "1", ["rate"]),
            ("100B/s", "1", ["rate"]),
            ("1500B/s", "1", ["rate"]),
            ("50KB/s", "49", []),
            ("4GB/s", "3906250", []),
            ("4398GB/s", "4294921875", []),
            ("5000GB/s", "4294967295", ["rate"]),
        ],
    )
    def test_a_rate_that_becomes_another_is_tuning(self, rate: str, kib: str, lost: list[str]) -> None:
        """The driver lets 51 bytes pass in 50 ms for each KiB a second."""
        made = guest("pv", f'vif = ["rate={rate}"]')
        assert values(made, f"{VIF}/bandwidth/outbound", "average") == [kib]
        assert ([one.what for one in made.lost], made.differs) == (lost, False)

    def test_another_interval_is_tuning(self) -> None:
        made = guest("pv", 'vif = ["rate=10240KB/s@20ms"]')
        assert values(made, f"{VIF}/bandwidth/outbound", "average") == ["10000"]
        assert (keys(made), made.differs) == (["vif"], False)

    @pytest.mark.parametrize(
        ("spec", "source", "tags", "trunk"),
        [
            ("bridge=br0.5,script=vif-bridge", "br0.5", [], []),
            ("bridge=br0.5,script=vif-openvswitch", "br0", ["5"], [None]),
            ("bridge=br0:5:6,script=/opt/vif-openvswitch", "br0", ["5", "6"], ["yes"]),
            ("bridge=br0.5:6,script=vif-openvswitch", "br0.5:6", [], []),
            ("bridge=br0.9999,script=vif-openvswitch", "br0.9999", [], []),
        ],
    )
    def test_tags_of_open_vswitch(self, spec: str, source: str, tags: list[str], trunk: list[str | None]) -> None:
        made = guest("pv", f'vif = ["{spec}"]')
        assert values(made, f"{VIF}/source", "bridge") == [source]
        assert values(made, f"{VIF}/vlan/tag", "id") == tags
        assert values(made, f"{VIF}/vlan", "trunk") == trunk

    @pytest.mark.parametrize(
        "spec",
        ["mac=01:16:3e:00:00:01", "ip=192.0.2.1/24", "vifname=vif7.0", "model=a b", "devid=3", "mtu=9000", "untrusted"],
    )
    def test_what_libvirt_does_not_take_is_left_out(self, spec: str) -> None:
        made = guest("hvm", f'vif = ["{spec}"]')
        assert keys(made) == ["vif"]
        assert root(made).findall(f"{VIF}/*") == []

    @pytest.mark.parametrize(("kind", "model"), [("hvm", ["netfront"]), ("pv", []), ("pvh", [])])
    def test_only_an_hvm_guest_has_a_model(self, kind: str, model: list[str]) -> None:
        assert values(guest(kind, 'vif = ["type=vif,model=e1000"]'), f"{VIF}/model", "type") == model


class TestDisks:
    @pytest.mark.parametrize(
        ("vdev", "name", "bus"),
        [
            ("xvda1", "xvda1", "xen"),
            ("hdd", "hdd", "ide"),
            ("sdb", "sdb", "scsi"),
            ("d26p0", "xvdaa", "xen"),
            ("51713", "xvda1", "xen"),
            ("5696", "hdd", "ide"),
            ("2064", "sdb", "scsi"),
            ("268439552", "xvdq", "xen"),
        ],
    )
    def test_the_names_of_virtual_devices(self, vdev: str, name: str, bus: str) -> None:
        made = guest("hvm", f'disk = ["/dev/vg0/a,raw,{vdev},w"]')
        assert values(made, f"{DISK}/target", "dev") == [name]
        assert values(made, f"{DISK}/target", "bus") == [bus]

    @pytest.mark.parametrize("spec", ["/dev/vg0/a,raw,12,w", "/dev/vg0/a,raw,sdzz,w", "vg0/a,raw,xvda,w"])
    def test_a_disk_that_libvirt_cannot_have(self, spec: str) -> None:
        made = guest("pv", f'disk = ["{spec}"]')
        assert (root(made).findall(DISK), keys(made), made.differs) == ([], ["disk"], True)

    @pytest.mark.parametrize(("first", "lost"), [("xvda", []), ("xvdc", ["disk"])])
    def test_a_bootloader_looks_into_the_first_disk(self, first: str, lost: list[str]) -> None:
        text = f'name = "web"\nbootloader = "pygrub"\ndisk = ["/a,raw,{first},w", "/b,raw,xvdb,w"]\n'
        assert keys(lowered(text)) == lost
        assert keys(lowered(text.replace("bootloader = ", "kernel = "))) == (["kernel"])

    @pytest.mark.parametrize(
        ("options", "inside"),
        [
            ("", []),
            (
                r":mon_host=ceph1\\:6789\\;10.0.0.2\\;[2001:db8::1]\\:3300",
                ["ceph1 6789", "10.0.0.2 None", "2001:db8::1 3300"],
            ),
            (":conf=/etc/ceph/web.conf", ["/etc/ceph/web.conf"]),
            (":conf=/c:mon_host=a", ["a None", "/c"]),
        ],
    )
    def test_ceph(self, options: str, inside: list[str]) -> None:
        options = options.replace("[2001:db8::1]", r"[2001\\:db8\\:\\:1]")
        made = guest(
            "pv", f'disk = ["vdev=xvda,backendtype=qdisk,target=rbd:pool/web@new:auth_supported=none{options}"]'
        )
        assert keys(made) == []
        assert values(made, DISK, "type") == ["network"]
        (source,) = root(made).findall(f"{DISK}/source")
        assert (source.get("protocol"), source.get("name")) == ("rbd", "pool/web@new")
        assert [one.get("file") or f"{one.get('name')} {one.get('port')}" for one in source] == inside
        assert values(made, f"{DISK}/driver", "name") == ["qemu"]

    @pytest.mark.parametrize(
        ("spec", "shown", "why"),
        [
            ("target=rbd:pool/web", "rbd:pool/web", "backendtype=qdisk"),
            ("backendtype=qdisk,target=rbd:pool/web", "rbd:pool/web", "auth_supported=none"),
            ("backendtype=qdisk,target=rbd:pool/web:id=a:key=s3cret", "rbd:pool/web", "auth_supported=none"),
            ("backendtype=qdisk,target=rbd:pool/web:auth_supported=none:id=a", "rbd:pool/web", "auth_supported=none"),
            ("backendtype=qdisk,target=rbd:web:auth_supported=none", "rbd:web", "POOL/IMAGE"),
            (r"backendtype=qdisk,target=rbd:p/a\\:b:auth_supported=none", "rbd:p/a\\:b", "POOL/IMAGE"),
            ("backendtype=qdisk,target=rbd:p/a:auth_supported=none:conf=c", "rbd:p/a", "from the root"),
            ("backendtype=qdisk,target=rbd:p/a:auth_supported=none:mon_host=_", "rbd:p/a", "mon_host"),
            ("backendtype=qdisk,target=rbd:", "rbd", "auth_supported=none"),
            ("backendtype=qdisk,target=nbd:host:10809", "nbd:host", "those of Ceph"),
            ("backendtype=qdisk,target=https://host/a.iso", "https://host/a.iso", "those of Ceph"),
            ("backendtype=qdisk,target=gluster+tcp://host/a", "gluster+tcp://host/a", "those of Ceph"),
        ],
    )
    def test_an_image_over_the_network_that_libvirt_cannot_have(self, spec: str, shown: str, why: str) -> None:
        made = guest("pv", f'disk = ["vdev=xvda,{spec}"]')
        (lost,) = made.lost
        assert (root(made).findall(DISK), lost.what, made.differs) == ([], f"target={shown}", True)
        assert why in lost.why
        assert "s3cret" not in repr(made)

    def test_a_relative_target_of_a_drive_leaves_it_out(self) -> None:
        made = guest("hvm", 'disk = ["a.iso,raw,hdc,cdrom"]')
        assert root(made).findall(DISK) == []


class TestDisplay:
    @pytest.mark.parametrize(
        ("text", "port", "listen", "lost"),
        [
            ("", "-1", "127.0.0.1", []),
            ("vncunused = 0", "5900", "127.0.0.1", []),
            ('vnclisten = "0.0.0.0:3"', "5903", "0.0.0.0", []),
            ('vnclisten = ":3"', "5903", "127.0.0.1", []),
            ('vnclisten = "[::1]:3"\nvncunused = 0', "5903", "::1", ["vnclisten"]),
            ("vncdisplay = 5", "5905", "127.0.0.1", ["vncunused"]),
            ("vncdisplay = 70000\nvncunused = 0", "-1", "127.0.0.1", ["vncdisplay"]),
            ('vnclisten = "no host"', "-1", "127.0.0.1", ["vnclisten"]),
        ],
    )
    def test_vnc(self, text: str, port: str, listen: str, lost: list[str]) -> None:
        made = guest("hvm", text)
        assert values(made, "devices/graphics", "port") == [port]
        assert values(made, "devices/graphics", "listen") == [listen]
        assert keys(made) == lost

    @pytest.mark.parametrize(
        ("text", "kinds", "lost"),
        [
            ("vnc = 1\nsdl = 1", ["vnc"], ["sdl"]),
            ("vnc = 0\nsdl = 1", ["sdl"], []),
            ('spice = 1\nspiceport = 1\nspicepasswd = "x"\nvnc = 1', ["spice"], ["vnc"]),
            ("spice = 1\nspiceport = 1\nspicedisable_ticketing = 1", ["spice"], []),
            ("spice = 1\nspiceport = 1", ["spice"], ["spicedisable_ticketing"]),
            ("spice = 1\nspiceport = 99999\nspicedisable_ticketing = 1", ["spice"], ["spiceport"]),
            (f'{SPICE}vncpasswd = "x"', ["spice"], ["vnc"]),
            (f'{SPICE}vncpasswd = "x"\nvnc = 0', ["spice"], []),
            ("vncdisplay = 1\nvncunused = 0\nvnc = 0", [], []),
            ("vnc = 0\nsdl = 1\nkeymap = 'de'", ["sdl"], ["keymap"]),
            ("vnc = 0", [], []),
        ],
    )
    def test_an_hvm_guest_has_one_display(self, text: str, kinds: list[str], lost: list[str]) -> None:
        made = guest("hvm", text)
        assert (values(made, "devices/graphics", "type"), keys(made)) == (kinds, lost)

    @pytest.mark.parametrize(
        ("text", "lost", "differs"),
        [
            ("", [], False),
            ("vnc = 0", [], False),
            ("keymap = 'de'", ["keymap"], False),
            ("vnc = 0\nkeymap = 'de'", [], False),
            ("vnc = 1", ["vnc"], True),
            ("vncpasswd = 'x'", ["vnc"], True),
            ("vnclisten = '0.0.0.0'\nvnc = 0", [], False),
            (SPICE, ["spice"], True),
            (f"{SPICE}keymap = 'de'\nvnc = 1", ["keymap", "spice", "vnc"], True),
            ("vnc = 0\nsdl = 1", ["sdl"], True),
        ],
    )
    def test_a_guest_without_a_card_has_no_display(self, text: str, lost: list[str], differs: bool) -> None:
        made = guest("hvm", f'vga = "none"\n{text}')
        assert root(made).findall("devices/graphics") + root(made).findall("devices/video") == []
        assert (keys(made), made.differs) == (lost, differs)

    @pytest.mark.parametrize(
        ("text", "listen"),
        [("", "0.0.0.0"), ('spicehost = "127.0.0.1"', "127.0.0.1"), ('spicehost = "[::1]"', "::1")],
    )
    def test_spice_listens_everywhere_where_nothing_is_said(self, text: str, listen: str) -> None:
        made = guest("hvm", SPICE + text)
        assert values(made, "devices/graphics/listen", "address") == [listen]

    @pytest.mark.parametrize(
        ("agent", "clipboard", "copies"), [(0, 0, "no"), (1, 1, "yes"), (1, 0, "no"), (0, 1, "no")]
    )
    def test_the_clipboard_is_shared_only_where_it_may_be(self, agent: int, clipboard: int, copies: str) -> None:
        text = f'spice=1\nspiceport=1\nspicepasswd="x"\nspicevdagent={agent}\nspice_clipboard_sharing={clipboard}'
        made = guest("hvm", text)
        assert values(made, "devices/graphics/clipboard", "copypaste") == [copies]
        assert keys(made) == (["spicevdagent"] if agent and not clipboard else [])

    def test_a_video_memory_that_is_too_large(self) -> None:
        assert keys(guest("hvm", "videoram = 4194304")) == ["videoram"]


class TestSerial:
    @pytest.mark.parametrize(
        ("spec", "kind"),
        [
            ("pty", "pty"),
            ("null", "null"),
            ("file:/var/log/a,b", None),
            ("file:/var/log/a", "file"),
            ("pipe:/run/a", "pipe"),
            ("/dev/ttyS0", "dev"),
            ("tcp:192.0.2.1:4444", "tcp"),
            ("tcp::4444,server=on,wait=off", "tcp"),
            ("tcp::4444,server", None),
            ("telnet:127.0.0.1:4445,server,nowait", "tcp"),
            ("unix:/run/a", "unix"),
            ("file:a.log", None),
            ("pipe:run/a", None),
            ("unix:a.sock,server,nowait", None),
            ("udp:192.0.2.1:514@:515", "udp"),
            ("mon:stdio", None),
        ],
    )
    def test_one_port(self, spec: str, kind: str | None) -> None:
        made = guest("hvm", f'serial = "{spec}"')
        assert values(made, "devices/serial", "type") == ([] if kind is None else [kind])
        assert keys(made) == (["serial"] if kind is None else [])

    @pytest.mark.parametrize("spec", ["file:a.log", "pipe:run/a", "unix:a.sock,server,nowait"])
    def test_a_relative_path_is_why(self, spec: str) -> None:
        (lost,) = guest("hvm", f'serial = "{spec}"').lost
        assert (lost.what, lost.why.split(":")[0]) == (
            f'serial = "{spec}"',
            "libvirt needs a file's path from the root",
        )

    @pytest.mark.parametrize(
        ("specs", "kinds", "lost"),
        [
            ('["pty", "none"]', ["pty"], []),
            ('["pty", "null"]', ["pty"], ["serial"]),
            ('["none", "pty"]', [], ["serial"]),
            ('["none"]', [], []),
        ],
    )
    def test_more_than_one_port_is_never_sent(self, specs: str, kinds: list[str], lost: list[str]) -> None:
        made = guest("hvm", f"serial = {specs}")
        assert (values(made, "devices/serial", "type"), keys(made)) == (kinds, lost)


class TestCpu:
    def test_the_switch_of_nested_guests_is_the_feature_of_the_host(self) -> None:
        made = lowered(GUESTS["hvm"] + "nestedhvm = 1\n", capabilities=Capabilities(virtualization="svm"))
        assert values(made, "cpu/feature", "name") == ["svm"]
        assert values(made, "cpu/feature", "policy") == ["require"]
        made = lowered(GUESTS["hvm"] + "nestedhvm = 1\n", capabilities=Capabilities(virtualization=""))
        assert (keys(made), values(made, "cpu")) == (["nestedhvm"], [])

    @pytest.mark.parametrize(
        ("value", "names", "lost"),
        [
            ('"host,sse3=0"', ["pni"], []),
            ('"host,cmpxchg16=1,tm=0"', ["cx16", "tm"], []),
            ('"host,aes=x"', [], []),
            ('"host,aes=k"', [], ["cpuid"]),
            ('"host,family=6"', [], ["cpuid"]),
            ('["1:ecx=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0"]', ["pni"], []),
            ('["5:eax=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0"]', [], ["cpuid"]),
        ],
    )
    def test_bits_that_have_names(self, value: str, names: list[str], lost: list[str]) -> None:
        made = guest("hvm", f"cpuid = {value}")
        assert sorted(name or "" for name in values(made, "cpu/feature", "name")) == names
        assert keys(made) == lost
        assert keys(guest("pv", f"cpuid = {value}")) == ["cpuid"]

    @pytest.mark.parametrize("release", ["4.17", "4.20"])
    def test_a_name_is_one_that_libxl_of_the_release_knows(self, release: str) -> None:
        made = lowered(GUESTS["hvm"] + 'cpuid = "host,sse4_1=0"\n', Release.parse(release))
        assert values(made, "cpu/feature", "name") == ["sse4_1"]

    @pytest.mark.parametrize(("nodes", "lost"), [(1, ["vnuma"]), (2, [])])
    def test_the_driver_chooses_the_nodes_of_the_host(self, nodes: int, lost: list[str]) -> None:
        text = 'vnuma = [["pnode=0", "size=32", "vcpus=0"], ["pnode=1", "size=32", "vcpus=1"]]\n'
        made = lowered(GUESTS["hvm"] + text, capabilities=CAPABILITIES.replace(nodes=nodes))
        assert ([one.key for one in made.lost if one.field.endswith("pnode")], made.differs) == (lost, False)
        assert values(made, "cpu", "mode") == [None]

    @pytest.mark.parametrize(
        ("text", "lost"),
        [
            ('cpus = "0-1"\nvcpus = 2', []),
            ('cpus = ["0", "1"]\nvcpus = 2', []),
            ('cpus = ["0", "1"]', ["cpus"]),
            ('cpus_soft = "0"', ["cpus"]),
            ('cpus_soft = "0"\nvcpus = 1', ["cpus_soft"]),
            ('cpus_soft = "0"\ncpus = "0"\nvcpus = 1', []),
            ('vnuma = [["pnode=0", "size=32", "vcpus=0"]]', ["vnuma"]),
            ('vnuma = [["pnode=0", "size=32", "vcpus=0"]]\ncpus = "0"', []),
        ],
    )
    def test_libxl_places_a_guest_that_is_not_pinned(self, text: str, lost: list[str]) -> None:
        found = {}
        for nodes in (1, 2):
            made = lowered(GUESTS["pv"] + text + "\n", capabilities=CAPABILITIES.replace(nodes=nodes))
            found[nodes] = [one.key for one in made.lost if one.field == "b_info.numa_placement"]
            assert not made.differs
        assert found == {1: [], 2: lost}

    def test_distances_that_libvirt_refuses(self) -> None:
        made = guest("hvm", 'vnuma = [["size=32", "vcpus=0", "vdistances=9"]]')
        assert keys(made) == ["vnuma"]
        assert root(made).findall("cpu/numa/cell/distances") == []


class TestBoot:
    def test_arguments_of_a_bootloader_are_joined_as_the_driver_cuts_them(self) -> None:
        text = 'name = "web"\nbootloader = "pygrub"\nbootloader_args = ["a b", "c"]\n'
        assert values(lowered(text), "bootloader_args") == ["a b \t\nc"]
        info = BuildInfo(bootloader="pygrub", bootloader_args=("a \t\nb", "c"))
        made = lower(PLAIN.replace(b_info=info))
        assert (values(made, "bootloader_args"), keys(made)) == ([], ["bootloader_args"])

    @pytest.mark.parametrize(
        ("boot", "devices", "lost"),
        [
            ("dc", ["cdrom", "hd"], []),
            ("cc", ["hd"], ["boot"]),
            ("x", [], ["boot"]),
            ("nda", ["network", "cdrom", "fd"], []),
        ],
    )
    def test_boot_order(self, boot: str, devices: list[str], lost: list[str]) -> None:
        made = guest("hvm", f'boot = "{boot}"')
        assert (values(made, "os/boot", "dev"), keys(made)) == (devices, lost)

    @pytest.mark.parametrize("key", ["kernel", "ramdisk", "acpi_firmware", "device_model_override"])
    def test_a_relative_path_is_not_sent(self, key: str) -> None:
        made = guest("hvm", f'{key} = "relative"')
        assert (keys(made), "relative" in made.xml) == ([key], False)


@pytest.mark.parametrize(
    ("text", "words", "lost"),
    [
        ('on_poweroff = "coredump-destroy"', ["destroy", "restart", "destroy"], ["on_poweroff"]),
        ('on_reboot = "rename-restart"', ["destroy", "rename-restart", "destroy"], ["on_reboot"]),
        ('on_crash = "coredump-restart"', ["destroy", "restart", "coredump-restart"], []),
        ('on_crash = "soft-reset"', ["destroy", "restart", "destroy"], ["on_crash"]),
    ],
)
def test_actions(text: str, words: list[str], lost: list[str]) -> None:
    made = guest("pv", text)
    assert [values(made, name)[0] for name in ("on_poweroff", "on_reboot", "on_crash")] == words
    assert keys(made) == lost


@pytest.mark.parametrize("name", ["", "a/b", "a\nb"])
def test_a_name_that_libvirt_refuses(name: str) -> None:
    made = lower(PLAIN.replace(c_info=CreateInfo(name=name, type="pv")))
    assert (values(made, "name"), keys(made)) == ([None], ["name"])


def test_the_older_places_of_some_switches() -> None:
    """Libxl's JSON may have them inside the union."""
    hvm = Hvm(acpi=False, apic=False, nested_hvm=True)
    made = lower(PLAIN.replace(c_info=CreateInfo(name="web", type="hvm"), b_info=BuildInfo(u=hvm)))
    assert [element.tag for element in root(made).findall("features/*")] == ["pae"]
    assert values(made, "cpu/feature", "policy") == ["require"]


def test_passwords_are_masked_for_logs() -> None:
    made = guest("hvm", """vncpasswd = 'se"cret'""")
    assert values(made, "devices/graphics", "passwd") == ['se"cret']
    assert "cret" not in made.masked() + repr(made)
    assert 'passwd="*****"' in made.masked()
