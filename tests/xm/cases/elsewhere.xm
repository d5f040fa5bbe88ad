from site_settings import *
import os
execfile('/etc/xen/common')
os.system('touch /tmp/started')
name = 'web'
kernel = common_kernel
memory = 256
