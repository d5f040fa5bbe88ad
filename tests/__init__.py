"""The tests of xlpy."""
