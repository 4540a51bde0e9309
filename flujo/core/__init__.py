"""The vocabulary every other room speaks: no I/O, no YAML, no concrete classes of other rooms."""
