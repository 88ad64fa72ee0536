"""The conversation remembers: what was asked and answered, what of it is sent, and files of it."""
