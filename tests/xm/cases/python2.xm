# What Python 3 reads in another way, or not at all.
import sys
def usage():
	print >>sys.stderr, """
This file wants %s
""" % 'vmid'
        print "tabs are eight columns"

try:
	vmid = int(vmid)
except:
	vmid = 0755L

if vmid <> 493:
    raise ValueError, "vmid is %s" % `vmid`
try:
    import nosuchmodule
except ImportError, e:
    pass
print "name is", 'a', ; name = ur'web-' + `vmid`
kernel = '/boot/vmlinuz\u0041'
memory = 0400 + 0x10L + 1/2
vcpus = 7 / 2
exec "maxmem = 1024"
