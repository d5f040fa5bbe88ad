"""The translation of a configuration to libvirt's XML."""
