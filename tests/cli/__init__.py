"""The command line: texts and statuses as the real xl has them, tables, the console on a terminal."""
