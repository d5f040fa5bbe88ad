kernel = "/usr/lib/xen/boot/hvmloader"
builder = "hvm"
name = "a"
memory = 128
extra = "2"
disk = ["phy:/dev/vg0/a,hda,w"]
