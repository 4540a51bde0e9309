"""The expression language: text to checked syntax tree to value; pure, total, bounded."""
