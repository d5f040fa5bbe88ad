# Decided, but nothing that xl takes.
name = 'web-%d' % 1
kernel = '/boot/' + 'vmlinuz'
uuid = 'not' + 'one'
vif = [ 'mac=' + 'zz' ]
vcpus = 'two' + ''
features = {}
extra = { 'a': 1 }
