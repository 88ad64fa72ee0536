"""A value inside a container, in one line: its repr without an address, or only what it is."""

from __future__ import annotations

from pathlib import PurePath

from nbchat.context.asking import ENDS, asking
from nbchat.context.bounded import one_line, without_addresses
from nbchat.context.classes import class_name, defines, is_a, is_from, method, module_name, of_class

LONGEST_LEAF = 200  # characters of what an object says of itself
LONGEST_LOOKED_AT = 5000  # characters of that, with all its blanks
LEAST_TEXT = 60  # characters of a text, however little room there is

_DESCRIBED = ("pandas", "polars", "numpy", "xarray", "pyarrow", "modin", "cudf", "dask", "duckdb")
_DRAWN = ("matplotlib", "plotly", "altair", "seaborn", "PIL", "bokeh")


def leaf(value: object, room: int) -> str:
    """The value in one line of about `room` characters."""
    if is_a(value, str):
        return _text(str.__str__(value), room)
    if is_a(value, bytes, bytearray, int, float, complex, type(None)) and _is_of_python(value):
        return one_line(_repr(value), max(room, LEAST_TEXT))
    if is_from(value, "numpy", "generic"):
        return one_line(str(value), LONGEST_LEAF)
    if _library(value) in (*_DESCRIBED, *_DRAWN) and _is_large(value):
        return described(value)
    if is_a(value, PurePath):
        return f"{class_name(value)}({PurePath.__str__(value)!r})"
    return one_line(" ".join(_repr(value).split()), LONGEST_LEAF)


def described(value: object) -> str:
    """Only what it is: `<DataFrame 150 × 5>`."""
    shape = None
    if _library(value) in _DESCRIBED and defines(value, "shape"):
        with asking("its shape"):
            shape = of_class(value, "shape")
    size = " × ".join(map(str, shape)) if type(shape) is tuple else ""
    return f"<{class_name(value)} {size}>" if size else f"<{class_name(value)}>"


def says_nothing(value: object) -> bool:
    """Whether its class has no text of its own, but what it is and where in memory."""
    return defines(value, "__repr__") is None


def _repr(value: object) -> str:
    if says_nothing(value) or (is_a(value, type) and type(value) is not type):
        return f"<{class_name(value)}>"
    try:
        with asking("its repr"):
            return without_addresses(str.__str__(repr(value))[:LONGEST_LOOKED_AT])
    except ENDS:
        raise
    except BaseException as failure:
        return f"<{class_name(value)}, whose repr raises {class_name(failure)}>"


def _text(text: str, room: int) -> str:
    longest = max(room, LEAST_TEXT)
    if len(text) <= longest:
        return repr(text)
    return f"{one_line(text, longest)!r} ({len(text):,} characters)"


def _is_of_python(value: object) -> bool:
    return module_name(type(value)) == "builtins"


def _library(value: object) -> str:
    return module_name(type(value)).partition(".")[0]


def _is_large(value: object) -> bool:
    """Whether a value of a library is more than a number or a date: it has a shape, or is drawn."""
    return (
        _library(value) in _DRAWN
        or defines(value, "shape") is not None
        or (method(value, "_repr_html_") is not None)
    )
