"""Values -> text: pure functions, one module for each kind of thing that is shown."""
