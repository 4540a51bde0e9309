"""Graph and store in, outcome out: the runner, the journal it writes, and the folds that read it."""
