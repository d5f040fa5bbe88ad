"""The commands that xlpy adds to xl's verbs: one module each, named as the command is, that defines `command`."""
