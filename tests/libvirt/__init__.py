"""The executor that talks to libvirt."""
