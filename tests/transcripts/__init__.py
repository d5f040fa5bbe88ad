"""What the real xl said on a real Xen, section by section, replayed on a simulated host."""
