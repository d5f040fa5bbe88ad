"""Linting of many files."""
