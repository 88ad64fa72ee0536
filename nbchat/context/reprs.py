"""Whatever else there is: what its class says of it, bounded, or nothing and a word on what to do.

An address is nothing to send: it would make the same question another one each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO, StringIO
from types import AsyncGeneratorType, CoroutineType
from typing import Any

from nbchat.context.asking import asking
from nbchat.context.bounded import LONGEST_BRIEF, LONGEST_VALUE, said_text, without_addresses
from nbchat.context.classes import (
    attributes,
    class_name,
    defines,
    has_method,
    is_a,
    is_from,
    method,
    module_name,
)
from nbchat.context.forms import Form
from nbchat.context.plain import one_of, without_value
from nbchat.context.shown import Shown

LONGEST_KIND = 500  # characters of a text that says no more than what it is

# `<pandas.core.groupby.DataFrameGroupBy object>`, `<unlocked _thread.lock object>`
_ONLY_ITS_KIND = re.compile(r"<?(?:\w+ )?[\w.]+ (?:object|instance)(?: of type [\w.]+| \w+=\d+)*>?")


def show_repr(name: str, value: object, form: Form) -> Shown | None:
    """What a value says of itself, or why nothing is sent of it."""
    kind = class_name(value)
    if form.kind == "schema":
        return without_value(name, kind)
    advice = _advice(name, value)
    if advice:
        return not_sent(name, kind, advice)
    longest = LONGEST_BRIEF if form.kind == "brief" else LONGEST_VALUE
    written = _written(value, "_repr_markdown_")
    if written:
        return Shown(kind, said_text(written, longest), "markdown")
    said = _said(value)
    if said and not _says_only_its_kind(said, kind):
        text = said_text(said, longest)
        facts = (f"{longest:,} of {len(said):,} characters",) if len(said) > longest else ()
        return one_of(kind, text, facts)
    formula = _written(value, "_repr_latex_")
    if formula:
        return Shown(kind, said_text(formula, longest), "latex")
    return not_sent(name, kind, _last_advice(name, value))


def not_sent(name: str, kind: str, instead: str) -> Shown:
    """A refusal with what to send instead: an expression, or nothing where none would do."""
    advice = f"; send {instead}, say" if instead else ""
    if kind[:1] in "AEIOUaeiou":
        return Shown(kind, refusal=f"{name} is an {kind} and not sent" + advice)
    return Shown(kind, refusal=f"{name} is a {kind} and not sent" + advice)


def _last_advice(name: str, value: object) -> str:
    if is_from(value, "IPython.core.display", "DisplayObject"):
        return f"{name}.data"
    has_fields = any(not str(field).startswith("_") for field in attributes(value))
    return f"vars({name})" if has_fields else ""


def _said(value: object) -> str:
    """What its class says of it, but for its identity; empty where that is nothing."""
    if defines(value, "__str__") is not None:
        ask: Callable[[Any], str] = str
    elif defines(value, "__repr__") is not None:
        ask = repr
    else:
        return ""
    with asking("its str" if ask is str else "its repr"):
        said = str.__str__(ask(value))
    return said.replace(str(id(value)), "…").strip()


def _says_only_its_kind(said: str, kind: str) -> bool:
    if len(said) > LONGEST_KIND:
        return False
    said = without_addresses(said)
    last = said.strip("<>").removesuffix(" object").rpartition(".")[2]
    return last == kind or _ONLY_ITS_KIND.fullmatch(said) is not None


def _written(value: object, way: str) -> str:
    """Markdown or LaTeX, where its class writes it."""
    write = method(value, way)
    if write is None:
        return ""
    with asking("its text"):
        try:
            made = write()
        except Exception:  # its text may still say what it is
            return ""
    text = made[0] if type(made) is tuple and made else made  # with its metadata
    return str.__str__(text) if is_a(text, str) else ""


def _advice(name: str, value: object) -> str:
    """What to send instead of something that says nothing of what is in it."""
    if has_method(value, "fetchall") and defines(value, "description") is not None:
        return f"{name}.fetchall()"
    if has_method(value, "__next__") and not has_method(value, "read"):
        return f"list({name})"
    if is_a(value, memoryview):
        return f"bytes({name})"
    if is_a(value, StringIO, BytesIO):
        return f"{name}.getvalue()"
    if is_from(value, "pandas.io.formats.style", "Styler"):
        return f"{name}.data"
    if is_a(value, AsyncGeneratorType):
        return f"[x async for x in {name}]"
    if is_a(value, CoroutineType):
        return f"await {name}"
    if is_from(value, "pandas.core.groupby.groupby", "BaseGroupBy"):
        return f"{name}.describe()"
    if is_from(value, "pandas.core.window.rolling", "BaseWindow"):
        return f"{name}.mean()"
    if is_from(value, "pandas.core.resample", "Resampler"):
        return f"{name}.mean()"
    library = module_name(type(value)).partition(".")[0]
    if library == "polars" and has_method(value, "agg"):
        return f"{name}.len()"
    return f"{name}.compute()" if library == "dask" else ""
