import sys
name = "web"
if not name.startswith('x'):
    print "wrong name"
    sys.exit(1)
