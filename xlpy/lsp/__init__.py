"""The language server: what an editor asks about a configuration; only server.py speaks the protocol."""
