"""A variable of the environment as it was meant: without white space and quotes around it."""

from __future__ import annotations

import os
from collections.abc import Iterable

# What `%env`, `docker --env-file` and texts that are copied leave around a value.
QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’"}


def unquoted(value: str) -> str:
    """The value without white space around it, and without one pair of quotes.

    >>> unquoted(" 'sk-abc' "), unquoted('"https://host/v1"'), unquoted("it's")
    ('sk-abc', 'https://host/v1', "it's")
    """
    value = value.strip()
    if len(value) > 1 and QUOTES.get(value[0]) == value[-1]:
        return value[1:-1].strip()
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
