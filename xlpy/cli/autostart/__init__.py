"""Starting guests with the machine and stopping them with it, as Xen's xendomains does."""
