"""The device classes of xl.cfg, one module each: record, spec, key."""
