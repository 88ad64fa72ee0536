"""Notebook variables and images in a question of the panel.

A name is looked up and nothing else, as in a `%%chat` cell; what is sent is what
`context.values` makes of the value, and the page shows it before and after.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from nbchat.context.classes import class_name, is_a
from nbchat.context.expand import expand
from nbchat.context.tables.size import shape_text
from nbchat.context.values import as_image, image_label, is_data, text_label, value_text
from nbchat.messages import Image, Part

_AT = re.compile(r"(?<![\w@.])@([^\W\d]\w*)")
MOST_NAMES = 30  # variables that are offered at a time
LONGEST_SHOWN = 2_000  # characters of a value that are shown at first
_COUNTED: tuple[Any, ...] = (str, list, tuple, dict, set, frozenset, bytes)


def content(
    typed: str, names: Sequence[str], images: Sequence[Image], variables: Mapping[str, Any]
) -> tuple[str | list[Part], list[str]]:
    """The question to send, and which variables are in it, for people.

    The typed words come first and stay a part of their own, so that they can be
    shown and edited without the values. `{name}` is filled in as in a cell.

    >>> content("Is @x prime?", [], [], {"x": 7})
    (['Is x prime?', '\\n\\nx:\\n```\\n7\\n```'], ['x (1 B)'])
    """
    mentioned = [name for name in _AT.findall(typed) if has(variables, name)]
    wanted = [name for name in dict.fromkeys([*names, *mentioned]) if has(variables, name)]
    typed = _AT.sub(lambda match: match[1] if match[1] in wanted else match[0], typed)
    pictures, values, labels = {}, [], []
    for name in wanted:
        image = as_image(name, variables[name])
        if image:
            pictures[name] = image
        else:
            text, label = value(variables, name)
            values.append(f"\n\n{name}:\n{_fence(text)}")
            labels.append(label)
    labels += [image_label(name, image) for name, image in pictures.items()]
    others = {name: thing for name, thing in variables.items() if name not in wanted}
    prompt = expand(typed, others)
    # The text numbers the pictures of its own, so these come first.
    images = [*prompt.images, *pictures.values(), *images]
    if not values and not images:
        return prompt.text, prompt.inserted
    return [prompt.text, *values, *images], [*labels, *prompt.inserted]


def value(variables: Mapping[str, Any], name: str) -> tuple[str, str]:
    """What is sent of a variable, and its label: `df (150 × 5, 1.1 kB)`."""
    image = as_image(name, variables[name])
    if image:
        return "", image_label(name, image)
    text, facts = value_text(name, variables[name])
    return text, text_label(name, text, facts)


def beginning(text: str) -> str:
    """What is shown of a text at first, and how much that is where it is not all.

    >>> beginning("x" * 2_001)[1_999:]
    'x\\n… (the first 2,000 of 2,001 characters)'
    """
    size = len(text)
    if size <= LONGEST_SHOWN:
        return text
    return f"{text[:LONGEST_SHOWN]}\n… (the first {LONGEST_SHOWN:,} of {size:,} characters)"


def has(variables: Mapping[str, Any], name: str) -> bool:
    """Whether a variable of that name can be attached."""
    return name in variables and is_data(variables[name])


def _fence(text: str) -> str:
    longest = max(map(len, re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"


def list_variables(
    variables: Mapping[str, Any], hidden: Collection[str], beginning: str
) -> list[list[str]]:
    """Names with their kinds, newest first: those that begin so, then those that contain it."""
    wanted = beginning.lower()
    names = []
    for name in reversed(list(variables)):
        own = not name.startswith("_") and name not in hidden
        if own and wanted in name.lower() and has(variables, name):
            names.append(name)
    names.sort(key=lambda name: not name.lower().startswith(wanted))
    return [[name, kind(variables[name])] for name in names[:MOST_NAMES]]


def kind(thing: object) -> str:
    """What a person would call a value: its type, and its size where that is cheap to tell."""
    name = class_name(thing)
    shape = shape_text(thing)
    if shape:
        return f"{name} {shape}"
    for base in _COUNTED:
        if is_a(thing, base):
            return f"{name}, {base.__len__(thing):,}"
    return name
