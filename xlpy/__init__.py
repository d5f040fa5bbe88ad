"""xlpy: Xen's xl as a library, a linter, a planner and a simulated host."""

__version__ = "0.1.0"
