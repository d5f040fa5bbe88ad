"""The command line: `xl`, the strict drop-in, and `xlpy`, the same verbs and what is added to them."""
