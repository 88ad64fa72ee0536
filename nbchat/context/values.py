"""A variable's value as a model can be sent it, and what the line below an answer says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import TypeAlias

from nbchat import known_keys
from nbchat.context import arrays, tables, tokens, xarrays
from nbchat.context.asking import guarded
from nbchat.context.bounded import LONGEST_VALUE as LONGEST_VALUE
from nbchat.context.bounded import cut_end
from nbchat.context.classes import class_name, is_a
from nbchat.context.containers import show_container
from nbchat.context.definitions import show_definition
from nbchat.context.files import show_path
from nbchat.context.forms import Form
from nbchat.context.pictures import show_picture
from nbchat.context.plain import plain
from nbchat.context.reprs import show_repr
from nbchat.context.shown import Shown
from nbchat.context.tracebacks import show_error
from nbchat.masked_parts import Seen, keys_masked
from nbchat.settings_values import Data
from nbchat.wording import shorten, written_out

LONGEST_LINE = 450  # characters of what is told of a value
MOST_WORDS = 200  # characters with which a view says what it has left out

View: TypeAlias = "Callable[[str, object, Form], Shown | None]"

# Who can show a value, each asked in this order with its name and the form; None: it is not theirs.
VIEWS: tuple[View, ...] = (
    tables.view,  # first: a relation of duckdb is computed where it is asked to draw itself
    xarrays.view,
    show_picture,
    show_error,
    arrays.view,
    show_definition,
    show_path,
    plain,
    show_container,
    show_repr,
)


def is_data(value: object) -> bool:
    """Whether a value is something to ask about, and no module."""
    return not is_a(value, ModuleType)


def show(name: str, value: object, form: Form, data: Data = "brief") -> Shown:
    """The value as it is sent. Never raises, but for Interrupted: what fails is a `refusal`."""
    form = form.within(data)

    def look() -> Shown:
        for view in VIEWS:
            shown = view(name, value, form)
            if shown is not None:
                return shown
        return Shown(refusal=f"{name} is a {class_name(value)} and not sent")

    return shown_without_keys(guarded(name, look))


def shown_without_keys(shown: Shown) -> Shown:
    """The same, with no key in it, whatever holds it or has cut it."""
    mask = known_keys.current()
    seen: Seen = {}
    is_cut = len(shown.text) <= LONGEST_VALUE + MOST_WORDS
    text = mask.hide_cut(shown.text if is_cut else cut_end(shown.text), seen)
    kind = _line(mask.hide_cut(shown.kind, seen))
    masked = (keys_masked(seen),) if seen else ()
    facts = tuple(_line(mask.hide_cut(fact)) for fact in shown.facts)
    refusal = _line(mask.hide_cut(shown.refusal))
    return replace(shown, text=text, kind=kind, facts=(*facts, *masked), refusal=refusal)


def _line(text: str) -> str:
    """As a line that a heading and the line below an answer can hold."""
    return shorten(written_out(text).replace("`", "'"), LONGEST_LINE)


def label(name: str, shown: Shown) -> str:
    """What the line below an answer says of a value: `df (150 × 5, ~620 tokens)`."""
    if shown.refusal:
        return shown.refusal
    facts = [*shown.facts]
    if shown.text:
        facts.append(tokens.told(shown.text))
    return f"{name} ({', '.join(facts)})" if facts else name
