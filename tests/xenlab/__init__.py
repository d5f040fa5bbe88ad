"""A lab with real Xen: a small Dom0 under QEMU's software emulation, frozen once and resumed in seconds."""
