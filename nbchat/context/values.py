"""A variable's value as a model can be sent it: as text or as an image, with a label for people."""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinFunctionType, MethodType, ModuleType
from typing import TypeAlias

from nbchat.context import arrays, tables, tokens, xarrays
from nbchat.context.classes import is_a
from nbchat.context.forms import Form
from nbchat.context.plain import plain
from nbchat.context.shown import Shown
from nbchat.settings_values import Data

View: TypeAlias = "Callable[[str, object, Form], Shown | None]"

# Who can show a value, each asked in this order with its name and the form; None: it is not theirs.
VIEWS: tuple[View, ...] = (
    tables.view,
    xarrays.view,
    arrays.view,
    plain,
)

_NOT_DATA = (ModuleType, BuiltinFunctionType, MethodType)


def is_data(value: object) -> bool:
    """Whether a value is something to ask about, and no module or built-in function."""
    return not is_a(value, *_NOT_DATA)


def show(name: str, value: object, form: Form, data: Data = "brief") -> Shown:
    """The value as it is sent. Never raises, but for Interrupted: what fails is a `refusal`."""
    form = form.within(data)
    for view in VIEWS:
        shown = view(name, value, form)
        if shown is not None:
            return shown
    return Shown(refusal=f"{name} cannot be shown")


def label(name: str, shown: Shown, text: str) -> str:
    """What the line below an answer says of a value: `df (150 × 5, ~620 tokens)`."""
    if shown.refusal:
        return shown.refusal
    facts = [*shown.facts]
    if text:
        facts.append(tokens.told(text))
    return f"{name} ({', '.join(facts)})" if facts else name
