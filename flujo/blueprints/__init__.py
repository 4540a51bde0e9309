"""Blueprint text to a Graph or diagnostics; does no I/O."""
