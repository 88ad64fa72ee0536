"""Commands for the code of an answer: insert, copy."""
