#!/usr/bin/env python
# At the top.
import os   # for nothing


# Above the name.
name = "web"  # the name
#memory = 64
memory = 128; vcpus = 2   # on one line
disk = [
    # inside the list
    'phy:/dev/vg0/a,xvda,w',  # the first
    'phy:/dev/vg0/b,xvdb,w'   # the second
]   # behind it
if True:
    # in a branch
    kernel = '/boot/vmlinuz'
else:
    # in the other
    kernel = '/boot/other'
# At the end.
