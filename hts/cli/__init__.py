"""The command line: each command converts, calls one function and prints."""
