"""Lists, dicts and objects with fields as Python text: as many items as there is room for.

What they hold is read where Python stores it, and written one by one. Tables inside are told by
their kind. How many items are shown, and of how many, stands where the rest would be.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import Field, dataclass, field
from itertools import islice
from types import FunctionType, SimpleNamespace
from typing import Any, TypeAlias

from nbchat.context.bounded import LONGEST_BRIEF, LONGEST_VALUE, one_line
from nbchat.context.classes import (
    class_name,
    defines,
    is_a,
    is_exactly,
    is_from,
    member_of,
    of_type,
    stored,
)
from nbchat.context.forms import Form
from nbchat.context.leaves import leaf
from nbchat.context.plain import without_value
from nbchat.context.shown import Shown
from nbchat.wording import plural

LONGEST_WORDS = 60  # characters that say how many items there are, and the brackets
INDENT = 4  # spaces
MOST_ITEMS = 100_000  # that are looked at
LEAST_SHARE = 200  # characters for an item that holds others, however many items there are
WIDTH = 88  # characters of a line
SHORT = 30  # characters of an item that stands in a line with others
DEEPEST = 12  # containers inside one another

Item: TypeAlias = tuple[object, object]  # of a dict: key and value; of a list: _NO_KEY and value

_NO_KEY = object()
_QUICK = (str, int, float, bool, type(None))  # the kinds of most items by far
_VIEWS: tuple[Any, ...] = (type({}.keys()), type({}.values()))
_SEQUENCES: tuple[Any, ...] = (list, tuple, set, frozenset, deque, array, *_VIEWS)
_BRACKETS: dict[type, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}")}
_NEW_LINE = "\n" + " " * INDENT
_SORTED_UP_TO = 10_000  # texts of a set


@dataclass(slots=True)
class _Contents:
    """What a container holds, and how Python writes it."""

    opening: str
    closing: str
    size: int
    items: Iterator[Item]
    of_fields: bool = False  # written as name=value
    noun: str = "item"


def show_container(name: str, value: object, form: Form) -> Shown | None:
    """A list, a dict, a dataclass and their kin as text."""
    contents = _contents(value)
    if contents is None:
        return None
    kind = f"{class_name(value)}, {plural(contents.size, contents.noun)}"
    if form.kind == "schema":
        return without_value(name, kind)
    room = LONGEST_BRIEF if form.kind == "brief" else LONGEST_VALUE
    writer = _Writer(form.rows if form.kind == "rows" else MOST_ITEMS)
    text = writer.write(value, room, WIDTH)
    shown = writer.shown
    facts: tuple[str, ...] = (plural(contents.size, contents.noun),)
    if shown < contents.size:
        facts = (*facts, f"first {shown:,}")
    return Shown(kind, text, "python", facts)


@dataclass(slots=True)
class _Writer:
    """Writes a container and those inside it; `shown` counts the items of the outermost."""

    most: int
    shown: int = 0
    _inside: list[int] = field(default_factory=list)  # ids of the containers that are being written

    def write(self, value: object, room: int, width: int) -> str:
        """The value in about `room` characters, in lines of `width`."""
        contents = None if is_exactly(value, *_QUICK) else _contents(value)
        if contents is None:
            return one_line(leaf(value, room), max(room, SHORT))
        if id(value) in self._inside or len(self._inside) > DEEPEST:
            return f"{contents.opening}…{contents.closing}"
        self._inside.append(id(value))
        parts, is_cut = self._parts(contents, room - LONGEST_WORDS, width - INDENT)
        self._inside.pop()
        if not self._inside:
            self.shown = len(parts)
        if is_cut:
            parts.append(f"… ({len(parts):,} of {plural(contents.size, contents.noun)})")
        return _laid_out(contents, parts, width)

    def _parts(self, contents: _Contents, room: int, width: int) -> tuple[list[str], bool]:
        parts: list[str] = []
        most = self.most if len(self._inside) == 1 else MOST_ITEMS
        for key, item in contents.items:
            if room <= 0 or len(parts) >= most:
                return parts, True
            share = max(room // (contents.size - len(parts) or 1), min(LEAST_SHARE, room))
            before = self._key(key, contents, share)
            part = before + self.write(item, share, width - min(len(before), width // 2))
            parts.append(part)
            lines = part.count("\n") + (1 if len(part) > SHORT else len(part) / SHORT / 2)
            room -= len(part) + len(", ") + int(INDENT * lines * len(self._inside))
        return parts, len(parts) < contents.size

    def _key(self, key: object, contents: _Contents, room: int) -> str:
        if key is _NO_KEY:
            return ""
        return f"{key}=" if contents.of_fields else f"{self.write(key, room, WIDTH)}: "


def _laid_out(contents: _Contents, parts: list[str], width: int) -> str:
    """In one line where they fit; else as many short ones in a line as fit, or one a line."""
    opening, closing = contents.opening, contents.closing
    is_single = len(parts) == 1 and opening == "("
    line = ", ".join(parts) + ("," if is_single else "")
    if "\n" not in line and len(opening) + len(line) + len(closing) <= width:
        return f"{opening}{line}{closing}"
    lines = [""]
    for part in parts:
        part = part.replace("\n", _NEW_LINE)
        fits = len(part) <= SHORT and len(lines[-1]) + len(part) + 2 <= width - INDENT
        if not lines[-1] or (fits and len(lines[-1].rpartition(", ")[2]) <= SHORT + 2):
            lines[-1] += f" {part}," if lines[-1] else f"{part},"
        else:
            lines.append(f"{part},")
    return _NEW_LINE.join([opening, *lines]).removesuffix(",") + f"\n{closing}"


# --- what they hold ------------------------------------------------------------------------------


def _contents(value: object) -> _Contents | None:
    if _writes_itself(value):
        return None
    if is_a(value, dict):
        return _of_dict(value)
    if is_a(value, tuple) and type(member_of(value, "_fields")) is tuple:
        return _of_named_tuple(value)
    for kind in _SEQUENCES:
        if is_a(value, kind):
            return _of_sequence(kind, value)
    names = _field_names(value)
    if names is None:
        return None
    held = stored(value)
    fields = [(name, held[name]) for name in names if name in held]
    return _Contents(f"{class_name(value)}(", ")", len(fields), iter(fields), True, "field")


def _writes_itself(value: object) -> bool:
    """Whether a person has written how its class is shown."""
    for name in ("__repr__", "__str__"):
        maker = defines(value, name)
        written = None if maker is None else member_of(value, name)
        if type(written) is FunctionType and not _is_made_by_library(written):
            return True
    return False


def _is_made_by_library(function: FunctionType) -> bool:
    """Whether dataclasses, collections or pydantic made it, and no person."""
    filename = function.__code__.co_filename.replace("\\", "/")
    libraries = ("/dataclasses.py", "/reprlib.py", "/collections/__init__.py")
    return filename.endswith(libraries) or "/pydantic/" in filename


def _of_dict(value: object) -> _Contents:
    size: int = of_type(dict, "__len__", value)()
    source: type = OrderedDict if is_a(value, OrderedDict) else dict
    items = islice(of_type(source, "items", value)(), MOST_ITEMS)
    opening, closing = "{", "}"
    if type(value) is not dict:
        opening, closing = f"{class_name(value)}({{", "})"
    return _Contents(opening, closing, size, iter([*items]))


def _of_sequence(kind: Any, value: object) -> _Contents:
    size: int = of_type(kind, "__len__", value)()
    items = [*islice(of_type(kind, "__iter__", value)(), MOST_ITEMS)]
    is_small_set = is_a(value, set, frozenset) and size <= _SORTED_UP_TO
    if is_small_set and all(type(item) is str for item in items):
        items.sort()  # their own order is another one in each process
    opening, closing = f"{class_name(value)}([", "])"
    if is_a(value, array):
        opening = f"{class_name(value)}({of_type(array, 'typecode', value)!r}, ["
    if is_exactly(value, list, tuple, set):
        opening, closing = _BRACKETS[type(value)]
    if type(value) is set and not items:
        opening, closing = "set(", ")"
    return _Contents(opening, closing, size, ((_NO_KEY, item) for item in items))


def _of_named_tuple(value: object) -> _Contents:
    items = [*of_type(tuple, "__iter__", value)()]
    fields = [*zip(map(str, member_of(value, "_fields")), items, strict=False)]
    return _Contents(f"{class_name(value)}(", ")", len(fields), iter(fields), True, "field")


def _field_names(value: object) -> list[str] | None:
    """The fields of a dataclass, a model of pydantic or a namespace; None for what has none.

    Those that are not to be shown (`repr=False`) are none.
    """
    declared: Any = member_of(value, "__dataclass_fields__")
    if type(declared) is dict and not is_a(value, type):
        return [name for name, made in declared.items() if type(made) is Field and made.repr]
    if is_from(value, "pydantic.main", "BaseModel"):
        declared = member_of(value, "__pydantic_fields__")
        if type(declared) is dict:
            return [name for name, made in declared.items() if getattr(made, "repr", True)]
    if is_a(value, SimpleNamespace):
        return [name for name in stored(value) if type(name) is str]
    return None


def write_arguments(given: tuple[object, ...], named: dict[str, object]) -> str:
    """The arguments of a call, as they are written.

    >>> write_arguments((1, "a"), {"x": [2]})
    "1, 'a', x=[2]"
    """
    written = [_Writer(MOST_ITEMS).write(value, LEAST_SHARE, WIDTH) for value in given]
    for name, value in named.items():
        written.append(f"{name}={_Writer(MOST_ITEMS).write(value, LEAST_SHARE, WIDTH)}")
    return ", ".join(" ".join(text.split()) for text in written)
