"""Numbers, texts and containers: what Python itself can write."""

from __future__ import annotations

from nbchat.context.classes import class_name
from nbchat.context.forms import Form
from nbchat.context.shown import LONGEST_INLINE, Shown


def plain(name: str, value: object, form: Form) -> Shown | None:
    if form.kind == "schema":
        return Shown(class_name(value), is_inline=True, text=f"{name} ({class_name(value)})")
    text = str(value)
    short = "\n" not in text and len(text) <= LONGEST_INLINE
    return Shown(class_name(value), text, is_inline=short)
