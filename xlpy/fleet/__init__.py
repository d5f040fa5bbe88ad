"""Guests that should run, guests that run, and several hosts: changes, their order, and what fits where."""
