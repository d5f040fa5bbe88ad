# Keys that xl does not have.
name = 'old'
builder = 'netbsd'
kernel = '/boot/netbsd'
bootloader = '/usr/bin/pygrub'
bootargs = '--quiet "--args=ro quiet"'
cpu = 3            # the fourth
cpu_cap = 50
cpu_weight = 512
irq = [ 7, 10 ]
restart = 'onreboot'
on_crash = 'preserve'
dhcp = 'off'
ip = '10.0.0.2'
netmask = '255.255.255.0'
gateway = '10.0.0.1'
hostname = name
nfs_server = '10.0.0.9'
nfs_root = '/export/old'
root = 'root=/dev/nfs'
extra = '4'
blkif = 'yes'
netif = 'no'
nics = 1
vif = [ 'type=netfront, mac=00:16:3e:00:00:01, accel=solarflare' ]
vfb = [ 'type=vnc,vncunused=1,serial=pty' ]
vtpm = [ 'instance=1,backend=0' ]
access_control = [ 'policy=,label=system_u:system_r:domU_t' ]
vscsi = [ '/dev/sdx, 0:0:0:0' ]
on_xend_start = 'start'
vncconsole = 1
pae = None
tsc_mode = 1
maxcpus = 4
image = '/boot/other'
