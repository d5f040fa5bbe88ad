#  -*- mode: python; -*-
import os, re
arch = os.uname()[4]
if re.search('64', arch):
    arch_libdir = 'lib64'
else:
    arch_libdir = 'lib'

# The firmware.
kernel = "/usr/" + arch_libdir + "/xen/boot/hvmloader"
builder='hvm'
memory = 1.5*1024           # MiB
shadow_memory = 8
name = "windows"
vif = [ 'type=ioemu, bridge=xenbr0' ]
disk = [ 'phy:vg0/windows,ioemu:hda,w', ',hdc:cdrom,r' ]
device_model = '/usr/' + arch_libdir + '/xen/bin/qemu-dm'
timer_mode = 2
boot="dc"
sdl=False
vnc=True
vncconsole=0
vncpasswd=''
serial='pty'
usbdevice='tablet'
