name = 'disks'
kernel = '/boot/vmlinuz'
disk = [
    'phy:sda1,sda1,w',                    # relative to /dev
    'phy:/dev/vg0/shared,xvdb,w!',
    'file:/srv/image.img,xvdc,r',
    'tap:aio:/srv/raw.img,xvdd,w',
    'tap:qcow2:/srv/a b.qcow2,xvde,w',
    'tap2:tapdisk:vhd:/srv/x.vhd,/dev/xvdf,w',
    'file:/srv/install.iso,hdc:cdrom,r',
    'phy:/dev/vg0/remote,xvdg,w,storage',
    'drbd:mirror,xvdh,w',
    'tap:vmdk:/srv/x.vmdk,xvdi,w',
]
