"""Saving, restoring, suspending and migrating domains."""
