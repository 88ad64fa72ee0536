"""A key of a dict or a label of a table, as it is written in code and in one line."""

from __future__ import annotations

from nbchat.context.bounded import one_line
from nbchat.context.classes import class_name, is_exactly

NUMBERS = (int, float, complex, bool, type(None))  # which Python itself writes
LONGEST_VALUE = 80  # characters of a text or a number
MOST_LEVELS = 4  # of a label that is a tuple


def key_text(key: object) -> str:
    """The key as code has it; of a class of somebody's own only the name of that class.

    >>> key_text("a"), key_text(("a", 1)), key_text(print)
    ("'a'", "('a', 1)", 'builtin_function_or_method')
    """
    if is_exactly(key, *NUMBERS, str, bytes):
        return one_line(repr(key), LONGEST_VALUE)
    if type(key) is tuple:
        return f"({', '.join(map(key_text, key[:MOST_LEVELS]))})"
    return class_name(key)
