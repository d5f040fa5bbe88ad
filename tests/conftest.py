"""What all tests have in common."""

from __future__ import annotations

import os

os.environ["XLPY_XL_CONF"] = ""  # the machine's own xl.conf must not change what is tested
