"""What building guests on a host would do: the steps, what they rest on, and what would fail."""
