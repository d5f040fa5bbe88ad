# define: vmid=3

def vmid_check(var, val):
    # it must be a number
    val = int(val)
    if val <= 0:
        raise ValueError
    return val

xm_vars.var('vmid',
            use="Virtual machine id. Integer greater than 0.",
            check=vmid_check)
xm_vars.check()

kernel = "/boot/vmlinuz-xen"
memory = 64
name = "VM%d" % vmid

# All guests share sda6.
disk = [ 'phy:sda%d,sda1,w' % (7+vmid),
         'phy:sda6,sda6,r' ]      # read only
vif = ['']
root = "/dev/sda1 ro"
