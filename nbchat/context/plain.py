"""Numbers, texts, dates and whatever else Python itself writes in one line."""

from __future__ import annotations

from nbchat.context.asking import asking
from nbchat.context.bounded import LONGEST_VALUE, cut_end
from nbchat.context.classes import class_name, is_a, is_from, of_type
from nbchat.context.forms import Form
from nbchat.context.shown import LONGEST_INLINE, Shown

MOST_BYTES = 500  # of bytes that are shown, unless more are asked for
MOST_BYTES_OF_ALL = LONGEST_VALUE // 4  # each may be written as \x00

_SIMPLE = (bool, int, float, complex, type(None), type(...), type(NotImplemented))
_OF_LIBRARIES = {
    "datetime": ("date", "time", "timedelta", "tzinfo"),
    "decimal": ("Decimal",),
    "fractions": ("Fraction",),
    "uuid": ("UUID",),
    "enum": ("Enum",),
    "pathlib": ("PurePath",),
    "numpy": ("generic",),
    "pandas": ("Timestamp", "Timedelta", "Period", "Interval"),
    "pandas.api.typing": ("NaTType", "NAType"),
}


def plain(name: str, value: object, form: Form) -> Shown | None:
    """A number, a date or a text: in the sentence where it is short, else in a block."""
    if is_a(value, str):
        return _text(name, value, form)
    if is_a(value, bytes, bytearray):
        return _bytes(name, value, form)
    if not is_simple(value):
        return None
    kind = class_name(value)
    if form.kind == "schema":
        return without_value(name, kind)
    return one_of(kind, text_of(value))


def is_simple(value: object) -> bool:
    """Whether its text is all that there is of it.

    >>> from decimal import Decimal
    >>> is_simple(Decimal(1)), is_simple([])
    (True, False)
    """
    if is_a(value, *_SIMPLE):
        return True
    return any(is_from(value, module, *names) for module, names in _OF_LIBRARIES.items())


def text_of(value: object) -> str:
    """Its `str`, and a plain one: a class may return a text of its own kind."""
    with asking("its str"):
        return str.__str__(str(value))


def one_of(kind: str, text: str, facts: tuple[str, ...] = ()) -> Shown:
    """A text that stands in the sentence where it is short."""
    return Shown(kind, text, facts=facts, is_inline=is_short(text))


def is_short(text: str) -> bool:
    """Whether it can stand in a sentence."""
    return len(text) <= LONGEST_INLINE and len(text.splitlines()) < 2


def without_value(name: str, kind: str) -> Shown:
    """A value of which only the kind may leave."""
    return Shown(kind, f"{name} ({kind})", is_inline=True)


def _text(name: str, value: object, form: Form) -> Shown:
    text = text_of(value)
    kind = f"{class_name(value)}, {len(text):,} characters"
    if form.kind == "schema":
        return without_value(name, kind)
    if not text:
        return Shown(kind, "", facts=("empty",), is_inline=True)
    lines = text.splitlines(keepends=True) if form.kind == "rows" else []
    if len(lines) > form.rows:
        facts: tuple[str, ...] = (f"first {form.rows:,} of {len(lines):,} lines",)
        return Shown(kind, cut_end("".join(lines[: form.rows])), facts=facts)
    facts = (f"first {LONGEST_VALUE:,} characters",) if len(text) > LONGEST_VALUE else ()
    return one_of(kind, cut_end(text), facts)


def _bytes(name: str, value: object, form: Form) -> Shown:
    base = bytes if is_a(value, bytes) else bytearray
    size: int = of_type(base, "__len__", value)()
    kind = f"{class_name(value)}, {size:,} bytes"
    if form.kind == "schema":
        return without_value(name, kind)
    most = {"brief": MOST_BYTES, "rows": form.rows}.get(form.kind, MOST_BYTES_OF_ALL)
    beginning = bytes(of_type(base, "__getitem__", value)(slice(0, min(most, MOST_BYTES_OF_ALL))))
    text = repr(beginning)
    if size > len(beginning):
        text += f"… ({len(beginning):,} of {size:,} bytes)"
    return Shown(kind, text, "python", is_inline=is_short(text))
