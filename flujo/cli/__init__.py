"""The command line: one file per verb, one file per output format in `render/`, over `App` only."""
