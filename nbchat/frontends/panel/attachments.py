"""Notebook variables and images in a question of the panel.

A name is looked up and nothing else, as in a `%%chat` cell; what is sent is what
`context.values` makes of the value, and the page shows it before and after.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from nbchat.context.expand import expand
from nbchat.context.values import as_image, image_label, is_data, text_label, value_text
from nbchat.messages import Image, Part

_AT = re.compile(r"(?<![\w@.])@([^\W\d]\w*)")
NAMES = 30  # variables that are offered at a time
PEEK = 2_000  # characters of a value that are shown


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
    typed = _AT.sub(lambda found: found[1] if found[1] in wanted else found[0], typed)
    pictures = {name: image for name in wanted if (image := as_image(name, variables[name]))}
    values, labels = [], []
    for name in wanted:
        if name not in pictures:
            text, label = value(variables, name)
            values.append(f"\n\n{name}:\n{_fenced(text)}")
            labels.append(label)
    labels += [image_label(name, image) for name, image in pictures.items()]
    inside = expand(typed, {name: v for name, v in variables.items() if name not in wanted})
    images = [
        *inside.images,
        *pictures.values(),
        *images,
    ]  # in this order, since the text numbers its own
    if not values and not images:
        return inside.text, inside.inserted
    return [inside.text, *values, *images], [*labels, *inside.inserted]


def value(variables: Mapping[str, Any], name: str) -> tuple[str, str]:
    """What is sent of a variable, and its label: `df (150 × 5, 1.1 kB)`."""
    image = as_image(name, variables[name])
    if image:
        return "", image_label(name, image)
    text, facts = value_text(variables[name])
    return text, text_label(name, text, facts)


def has(variables: Mapping[str, Any], name: str) -> bool:
    """Whether a variable of that name can be attached."""
    return name in variables and is_data(variables[name])


def _fenced(text: str) -> str:
    longest = max(map(len, re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"


def offered_variables(
    variables: Mapping[str, Any], hidden: Collection[str], beginning: str
) -> list[list[str]]:
    """Names with their kinds, newest first: those that begin so, then those that contain it."""
    wanted = beginning.lower()
    found = [
        name
        for name in reversed(list(variables))
        if not name.startswith("_")
        and name not in hidden
        and wanted in name.lower()
        and has(variables, name)
    ]
    found.sort(key=lambda name: not name.lower().startswith(wanted))
    return [[name, kind(variables[name])] for name in found[:NAMES]]


def kind(thing: Any) -> str:
    """What a person would call a value: its type, and its size where that is cheap to tell."""
    name = type(thing).__name__
    shape = getattr(thing, "shape", None)
    if isinstance(shape, tuple):
        return f"{name} {' × '.join(map(str, shape))}".strip()
    if isinstance(thing, str | list | tuple | dict | set | frozenset | bytes):
        return f"{name}, {len(thing):,}"
    return name
