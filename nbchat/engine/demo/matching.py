"""A text that a regular expression matches, for the patterns that schemas have."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from importlib import import_module
from typing import Any

# `re` reads an expression with it; nothing else in the library tells what one is made of.
_parser = import_module("re._parser")

ALPHABET = (
    string.ascii_lowercase + string.digits + string.ascii_uppercase + " " + string.punctuation
)
USUAL = "demo"
LONGEST = 10_000  # characters
LONGEST_TRIED = 20  # characters of a text that is held against its pattern


def text_for(pattern: str, least: int = 0, most: int = 10_000, number: int = 0) -> str:
    r"""A text that the pattern matches, of a length that is allowed where one can be found.

    >>> text_for(r"^\d{3}-[A-Z]+$"), text_for("^(red|green)$", number=1)
    ('012-A', 'green')
    """
    usual = f"{USUAL} {number + 1}" if number else USUAL
    for text in (usual, *_made(pattern, least, number)):
        if least <= len(text) <= most and _matches(pattern, text):
            return text
    return usual


def _matches(pattern: str, text: str) -> bool:
    if len(text) > LONGEST_TRIED:  # a pattern can be made so that it would take for ever
        return True
    try:
        return re.search(pattern, text) is not None
    except (re.error, RecursionError):
        return False


def _made(pattern: str, least: int, number: int) -> list[str]:
    """Texts of the parts of the pattern, repeated more and more often."""
    try:
        tree = _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return []
    made = [_text(tree, times, number) for times in (0, 1, 2, least, number + least)]
    short = [text for text in made if len(text) < LONGEST_TRIED - 4]
    numbered = [f"{text}{number + 1}" for text in short] if number else []
    return [*numbered, *made]  # that none is the same as the one before


def _text(tree: Any, times: int, number: int) -> str:
    return "".join(_part(str(name), value, times, number) for name, value in tree)


def _part(name: str, value: Any, times: int, number: int) -> str:
    match name:
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL":
            return "a" if chr(value) != "a" else "b"
        case "ANY":
            return "a"
        case "IN":
            return _letter(value, number)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, high, inner = value
            return _repeated(inner, min(max(int(low), times), int(high)), number)
        case "SUBPATTERN":
            return _text(value[-1], times, number)
        case "ATOMIC_GROUP":
            return _text(value, times, number)
        case "BRANCH":
            branches = value[1]
            return _text(branches[number % len(branches)], times, number)
    return ""  # a place, such as the start; what is looked ahead for is checked afterwards


def _repeated(inner: Any, count: int, number: int) -> str:
    """The part so often, as far as anybody would read it."""
    text = ""
    for at in range(count):
        text += _text(inner, 0 if count > 1 else 1, number + at)
        if not text or len(text) > LONGEST:
            break
    return text


def _letter(choices: Any, number: int) -> str:
    """A letter of a set, another one for another number."""
    fitting = [letter for letter in ALPHABET if _is_in(choices, letter)]
    if fitting:
        return fitting[number % len(fitting)]
    named = [value for name, value in choices if str(name) == "LITERAL"]
    ranges = [value[0] for name, value in choices if str(name) == "RANGE"]
    return chr((named or ranges or [97])[0])


CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_NOT_DIGIT": lambda letter: not letter.isdigit(),
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_NOT_SPACE": lambda letter: not letter.isspace(),
    "CATEGORY_WORD": lambda letter: letter.isalnum() or letter == "_",
    "CATEGORY_NOT_WORD": lambda letter: not (letter.isalnum() or letter == "_"),
}


def _is_in(choices: Any, letter: str) -> bool:
    is_negated = bool(choices) and str(choices[0][0]) == "NEGATE"
    code = ord(letter)
    found = False
    for name, value in choices:
        match str(name):
            case "LITERAL":
                found = found or code == value
            case "RANGE":
                found = found or value[0] <= code <= value[1]
            case "CATEGORY":
                found = found or CATEGORIES[str(value)](letter)
    return found != is_negated
