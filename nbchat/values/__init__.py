"""Answers as values: what `schema=` may be, how a value is read from an answer, and what is wrong.

value_type       what is asked for: its JSON schema, and the check of an answer
"""
