# Values that the text tells.
from os.path import join
import os.path as path, string
VG = '/dev/vg0'
base = name = 'web'
name += '-%02d' % 7
kernel = join('/boot', 'xen', "vmlinuz")
ramdisk = path.join(path.dirname(kernel), 'initrd.img') if True else None
memory = { 'small': 256, 'big': 2048 }['big']
macs = ["00:16:3e:00:00:%02x" % n for n in range(10, 13) if n != 11]
vif = ['mac=' + mac + ',bridge=' + bridge for mac, bridge in zip(macs, ('br0', 'br1'))]
disk = []
for letter, volume in [('a', 'root'), ('b', 'swap')]:
    if volume == 'swap' and not memory < 512:
        disk.append('phy:%(VG)s/%(base)s-%(volume)s,xvd%(letter)s,w' % globals())
    else:
        disk += ["phy:{0}/{base}-{1},xvd{2},w".format(VG, volume, letter, base=base)]
def address(n):
    """Addresses of guests."""
    net = '10.0.0.'
    if n < 10:
        return net + str(n)
    return net + '1' + str(n)[-1:]
twice = lambda text: text * 2
extra = ' '.join(['console=hvc0', "addr=%s" % address(7), string.upper('quiet'), twice('x')])
on_crash = ('destroy', 'restart')[len(macs) > 1]
(vcpus, maxvcpus) = map(int, '2,4'.split(','))
acpi = not 0; apic = memory > 1024 and 1 or 0   # both
while vcpus < 4:
    vcpus += 1
    if vcpus == 3:
        break
uuid = '6A0C3E625F1D4E2E9C550A5D1C3B7F10'
