"""A variable's value as a model can be sent it: as text or as an image, with a label for people."""

from __future__ import annotations

from contextlib import suppress
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

from nbchat import known_keys
from nbchat.context.classes import asking, is_a
from nbchat.context.pictures import picture
from nbchat.context.tables import is_table, table_text
from nbchat.masked_parts import Seen, keys_masked
from nbchat.messages import Image

LONGEST_VALUE = 50_000  # characters of one value

_NOT_DATA = (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type)


def is_data(value: object) -> bool:
    """Whether a value is something to ask about, and no module, function or class."""
    return not is_a(value, *_NOT_DATA)


def as_image(name: str, value: object) -> Image | None:
    """The variable as an image, where it is one. Raises BadAttachment where it is too large."""
    return None if is_table(value) else picture(name, value)


def image_label(name: str, image: Image) -> str:
    """What to say of an image that is sent: `fig (image, 23.4 kB)`."""
    return f"{name} (image, {size_text(len(image.data))})"


def text_label(name: str, text: str, facts: str) -> str:
    """What to say of a value that is sent as text: `df (150 × 5, 1.1 kB)`."""
    return f"{name} ({facts}{size_text(len(text.encode('utf-8', 'replace')))})"


def value_text(name: str, value: object) -> tuple[str, str]:
    """A variable's value as text for a model, and what to say of it before its size.

    A table goes as CSV, the rest as `str` has it; no key goes, whatever holds it. Raises
    BadVariable where it has no text.

    >>> value_text("letters", "a" * 50_001)[1]
    'first 50,000 characters, '
    """
    text, facts = _own_text(name, value)
    size = len(text)
    mask = known_keys.current()
    seen: Seen = {}
    # Before a key is cut in two here. The value's own `str` may have cut one, too.
    text = mask.hide_cut(text[: LONGEST_VALUE + mask.longest], seen)
    if seen:
        facts.append(keys_masked(seen))
    if size > LONGEST_VALUE:
        text = text[: mask.start_in(text)]  # where a key was cut in two, and moved up
        facts.append(f"first {LONGEST_VALUE:,} characters")
        text = f"{text[:LONGEST_VALUE]}… (cut after {LONGEST_VALUE:,} of {size:,} characters)"
    return text, "".join(f"{fact}, " for fact in facts)


def _own_text(name: str, value: object) -> tuple[str, list[str]]:
    if is_table(value):
        with asking(name, "writing it as CSV"), suppress(Exception):
            return table_text(value)
    with asking(name, "str()"):
        # A class may return a text of its own kind; what is sent is a plain one.
        return str.__str__(str(value)), ["as it is printed"] if is_table(value) else []


def size_text(count: int) -> str:
    """A number of bytes, as people say it.

    >>> size_text(999), size_text(23_400)
    ('999 B', '23.4 kB')
    """
    return f"{count} B" if count < 1000 else f"{count / 1000:.1f} kB"
