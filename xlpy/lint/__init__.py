"""The linter: rules over one guest's configuration, and over several together."""
