"""What boots in the lab: Dom0's first steps, and the guests."""

from __future__ import annotations

DOM0_MODULES = ("virtio_pci", "virtio_blk", "ext4")
GUEST_MODULES = ("xen_blkfront", "xen_netfront")

DOM0_INIT = """\
#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in /modules/*; do insmod "$module" 2>/dev/null; done  # some are for processors of another kind
until mount -t ext4 /dev/vda /root; do sleep 0.1; done
for place in proc sys dev; do mount -o move "/$place" "/root/$place"; done
exec switch_root /root /bin/busybox init
"""

DOM0_INITTAB = """\
::sysinit:/lab/start
::respawn:/usr/sbin/sshd -D -e
hvc0::respawn:-/bin/sh
"""

# Without udev nobody makes /dev/fd, which the block script needs. devtmpfs makes the devices themselves.
DOM0_START = """\
#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -o remount,rw /
mount -t tmpfs run /run
mkdir -p /run/sshd /run/lock /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
ln -s /proc/self/fd /dev/fd
ln -s fd/0 /dev/stdin; ln -s fd/1 /dev/stdout; ln -s fd/2 /dev/stderr
hostname dom0
for module in virtio_net bridge tun loop xen-privcmd xen-gntalloc xen-netback xen-blkback xen-pciback; do
    modprobe "$module"
done
ip link set lo up
ip link add xenbr0 type bridge
ip link set eth0 master xenbr0 up
ip address add 10.0.2.15/24 dev xenbr0
ip link set xenbr0 up
/etc/init.d/xen start
mkdir -p /var/log/libvirt/libxl
libvirtd --daemon
"""

# A guest's name is in the kernel's command line, for its prompt: name=web.
GUEST_INIT = """\
#!/bin/busybox sh
export PATH=/sbin:/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in /modules/*; do insmod "$module" 2>/dev/null; done
hostname "$(sed -n 's/.*name=\\([^ ]*\\).*/\\1/p' /proc/cmdline)"
while true; do setsid cttyhack /bin/session; done
"""

GUEST_SESSION = """\
#!/bin/busybox sh
printf '\\n%s login: ' "$(hostname)"
read -r name || exit
export HOME=/root USER="$name" PS1="$(hostname):~# " ENV=/bin/words
cd /root && exec sh
"""

# busybox's shell takes its own programs before those in PATH, and its poweroff would ask an init that is not there.
GUEST_WORDS = """\
alias poweroff=/sbin/poweroff
alias reboot=/sbin/reboot
"""

GUEST_PROGRAMS = {
    # What the kernel runs when Xen asks it to go down.
    "sbin/poweroff": "#!/bin/busybox sh\nexec /bin/busybox poweroff -f\n",
    "sbin/reboot": "#!/bin/busybox sh\nexec /bin/busybox reboot -f\n",
    "sbin/crash": "#!/bin/busybox sh\necho c > /proc/sysrq-trigger\n",
}


def boot_sector(greeting: str = "a boot sector is up\r\n") -> bytes:
    """A disk of one sector for HVM guests: greets on COM1 about once a second, and echoes what it hears there."""
    code = bytes.fromhex(
        "31c0"  # xor ax, ax
        "8ed8"  # mov ds, ax
        "fc fb"  # cld; sti
        "be297c"  # greet: mov si, greeting
        "b91200"  # mov cx, 18: ticks of the clock, 18.2 a second
        "baf803"  # mov dx, 0x3f8: COM1
        "ac 84c0 7403"  # print: lodsb; test al, al; jz poll
        "ee ebf8"  # out dx, al; jmp print
        "b2fd ec a801 7406"  # poll: mov dl, 0xfd; in al, dx; test al, 1; jz idle
        "b2f8 ec ee ebf3"  # mov dl, 0xf8; in al, dx; out dx, al; jmp poll
        "f4 e2f0 ebdd"  # idle: hlt; loop poll; jmp greet
    )
    data = code + greeting.encode() + b"\0"
    return data.ljust(510, b"\0") + b"\x55\xaa"
