import os, socket
from commands import getoutput

host = os.environ['HOST']     # set by the operator
name = 'web-%s' % host
memory = 512
if os.path.exists('/boot/new'):
    # the new kernel
    kernel = '/boot/new'
    extra = 'quiet'
elif socket.gethostname() == 'rack7':
    kernel = '/boot/old'
    extra = 'quiet'
else:
    kernel = '/boot/other'
    extra = 'quiet'
vcpus = 2
disk = ['phy:/dev/vg0/%s,xvda,w' % getoutput('hostname'),
        'phy:/dev/vg0/swap,xvdb,w']
vif = []
def add(spec):
    vif.append(spec)
add('bridge=xenbr0')
maxmem = memory / 3.0
on_reboot = 'restart'
