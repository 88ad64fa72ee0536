"""`%%chat` and `%chat` in a notebook cell or a terminal."""
