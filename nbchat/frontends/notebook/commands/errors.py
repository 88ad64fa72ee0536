"""Commands for what has failed: fix, explain."""
