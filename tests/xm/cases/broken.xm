name = "web"
disk = [ 'phy:/dev/vg0/web,xvda,w' 'x', ]
memory = 64 MB
