"""The formatter: what it makes of a text, what it leaves alone, and that the real xl sees no difference."""
