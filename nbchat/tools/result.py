"""What a call gave, as the model is told it: texts and pictures, bounded and without keys.

A text is told as it is, any other value in the forms of `nbchat.context`. What was printed and
drawn meanwhile goes before it. Under `data = "schema"` no value leaves, only what it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from nbchat import known_keys
from nbchat.context.asking import guarded
from nbchat.context.cells import Output
from nbchat.context.classes import class_name, is_a, is_exactly
from nbchat.context.cut_text import cut
from nbchat.context.forms import Form
from nbchat.context.shown import Shown
from nbchat.context.tables import is_table
from nbchat.context.tracebacks import traceback_text
from nbchat.context.values import show
from nbchat.messages import Content, File, Image, Part
from nbchat.settings_values import Data
from nbchat.wording import plural, shorten

MOST_PICTURES = 20  # of one result, and items of a list or dict that is looked through
ROOM_FOR_WORDS = 60  # characters that say how much was left out
LONGEST_TRACEBACK = 4_000  # characters
MOST_AT_ONCE = 4  # times as many characters as are told are looked at of a long text

BETWEEN = "\n\n"  # texts that stand together
NO_RESULT = "it returned nothing"
EMPTY_TEXT = "it returned an empty text"
RETURNED = "it returned:"
KEPT_BACK = 'what it printed and drew is not sent: data = "schema"'

_CONTAINERS = (dict, list, tuple, set, frozenset)
_PLAIN = (str, int, float, bool, type(None))


def result_content(
    value: object, outputs: Sequence[Output], longest: int, data: Data = "brief"
) -> Content:
    """What was printed and drawn, and then the value. Raises Interrupted alone."""
    before = _outputs(outputs, data)
    if value is None and before:
        return _bounded(before, longest)
    after = [NO_RESULT] if value is None else _value(value, data)
    pictures = [part for part in before if not isinstance(part, str)]
    after = [part for part in after if part not in pictures]  # shown, and returned as well
    if before and after:
        before.append(RETURNED)
    return _bounded([*before, *after], longest)


def error_content(
    error: BaseException,
    outputs: Sequence[Output],
    longest: int,
    data: Data = "brief",
    hidden: Collection[int] = (),
) -> Content:
    """What was printed and drawn, and then the error with the person's own lines.

    Nothing is believed of the error: its class may have odd ideas of its own.
    """

    def tell() -> Shown:
        text = traceback_text(
            error,
            longest=LONGEST_TRACEBACK,
            with_message=data != "schema",
            hidden=hidden,
            only_own=True,
        )
        return Shown(text=text)

    text = guarded("the error", tell).text or class_name(error)
    return _bounded([*_outputs(outputs, data), text], longest)


def own_content(value: object, longest: int) -> Content:
    """What a tool gives that minds itself what may leave."""
    return _bounded(_value(value, "brief"), longest)


# --- what was printed ----------------------------------------------------------------------------


def _outputs(outputs: Sequence[Output], data: Data) -> list[Part]:
    if data == "schema":
        return [KEPT_BACK] if outputs else []
    parts: list[Part] = []
    for output in outputs:
        if output.image is not None:
            parts.append(output.image)
        elif not output.text.strip():
            continue
        elif parts and isinstance(parts[-1], str):
            gap = "" if parts[-1].endswith("\n") else "\n"
            parts[-1] += gap + output.text
        else:
            parts.append(output.text)
    return parts


# --- a value -------------------------------------------------------------------------------------


def _value(value: object, data: Data) -> list[Part]:
    if is_a(value, str) and data != "schema":
        return [_text(value) or EMPTY_TEXT]
    mixed = _mixed(value) if data != "schema" else []
    return mixed or [*_parts(show("the result", value, _form(value), data), data)]


def _text(value: Any) -> str:
    return str.__str__(value)


def _form(value: object) -> Form:
    """Lists and dicts whole, as far as there is room; tables and arrays in brief."""
    return Form("all") if is_a(value, *_CONTAINERS) else Form()


def _mixed(value: object) -> list[Part]:
    """The items one by one where pictures or tables are among them; nothing for any other value."""
    named = _named_items(value)
    if len(named) > MOST_PICTURES or all(is_exactly(item, *_PLAIN) for _, item in named):
        return []
    shown = [show(f"item {number}", item, _form(item)) for number, (_, item) in enumerate(named, 1)]
    are_special = (
        one.attached or is_table(item) for one, (_, item) in zip(shown, named, strict=True)
    )
    if not any(are_special):
        return []
    parts: list[Part] = []
    for (name, item), one in zip(named, shown, strict=True):
        parts += [name] if name else []
        parts += [_text(item)] if is_a(item, str) else _parts(one, "brief")
    return parts


def _named_items(value: Any) -> list[tuple[str, object]]:
    """The items of a list, and those of a dict with their keys; nothing of any other value."""
    if is_exactly(value, list, tuple):
        return [("", item) for item in value]
    if is_exactly(value, dict) and all(is_exactly(key, *_PLAIN) for key in value):
        return [(f"{key!r}:", item) for key, item in value.items()]
    return []


def _parts(shown: Shown, data: Data) -> Iterator[Part]:
    if shown.refusal:
        yield shown.refusal.partition("; send ")[0]  # the advice is for whoever asks
        return
    if shown.attached:
        yield from shown.attached
    elif shown.is_inline:
        yield shown.text
    elif data == "schema" or shown.kind:
        yield f"{shown.kind}:\n{shown.text}"
    else:
        yield shown.text


# --- bounds --------------------------------------------------------------------------------------


def _bounded(parts: Sequence[Part], longest: int) -> Content:
    """The parts with at most so many characters, and so many pictures, and no key in them."""
    texts = [at for at, part in enumerate(parts) if isinstance(part, str)]
    clean = {at: _clean(str(parts[at]), longest) for at in texts}
    room = longest - len(BETWEEN) * len(texts)
    for place, at in enumerate(sorted(texts, key=lambda at: len(clean[at]))):
        share = room // (len(texts) - place)
        clean[at] = _cut(clean[at], share)
        room -= len(clean[at])
    kept = [clean.get(at, part) for at, part in enumerate(parts)]
    return _joined(_few_pictures(kept))


def _clean(text: str, longest: int) -> str:
    """Without keys. A key that is halved by the first cut stands where the last one cuts."""
    return known_keys.hide_cut(cut(text, MOST_AT_ONCE * longest))


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    is_roomy = longest > 2 * ROOM_FOR_WORDS
    return cut(text, longest - ROOM_FOR_WORDS) if is_roomy else shorten(text, longest)


def _few_pictures(parts: Sequence[Part]) -> Iterator[Part]:
    pictures = [part for part in parts if isinstance(part, Image | File)]
    left = pictures[MOST_PICTURES:]
    for part in parts:
        if isinstance(part, str) or not any(part is one for one in left):
            yield part
    if left:
        yield f"… {plural(len(left), 'more picture')} left out …"


def _joined(parts: Iterator[Part]) -> Content:
    """Texts that stand together as one; a text alone where there is nothing else."""
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] = joined[-1].rstrip() + BETWEEN + part
        else:
            joined.append(part)
    return joined[0] if len(joined) == 1 and isinstance(joined[0], str) else joined
