"""What xentop shows: domains with their use of CPUs, memory, networks and disks, from any host."""
