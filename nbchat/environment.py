"""A variable of the environment as it was meant: without white space and quotes around it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

# What `%env`, `docker --env-file` and texts that are copied leave around a value.
QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "‘": "’", "«": "»"}
# White space, and what nobody sees: editors begin a file with a mark, pages hold the others.
_UNSEEN = r"[\s\ufeff\u200b\u200e\u200f\u2060]+"
_AROUND = re.compile(rf"^{_UNSEEN}|{_UNSEEN}$")


def unquoted(value: str) -> str:
    """The value without white space around it, and without one pair of quotes.

    >>> unquoted(" 'sk-abc' "), unquoted('"https://host/v1"'), unquoted("it's")
    ('sk-abc', 'https://host/v1', "it's")
    """
    value = _AROUND.sub("", value)
    if len(value) > 1 and QUOTES.get(value[0]) == value[-1]:
        return _AROUND.sub("", value[1:-1])
    return value


def variable_value(name: str) -> str:
    """What a variable says; empty where it is not set, or says nothing."""
    return unquoted(os.environ.get(name, "")) if name else ""


def first_set(names: Iterable[str]) -> tuple[str, str]:
    """The first of these that says something, and what it says; two empty texts for none."""
    for name in names:
        if value := variable_value(name):
            return name, value
    return "", ""
