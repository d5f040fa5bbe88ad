"""The plain keys of xl.cfg, one module for each section of the manual."""
