"""Arrays and tensors as a model is shown them: small ones whole, of others the range and the ends.

Each is known by its class, and none of the libraries is imported for that. What lies on another
device, or is not computed, stays so: it goes by its shape.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from nbchat.context.bounded import LONGEST_BRIEF, LONGEST_VALUE
from nbchat.context.classes import class_name, is_from, of_class
from nbchat.context.forms import Form
from nbchat.context.items import nested_text
from nbchat.context.quiet import no_warnings
from nbchat.context.shown import Shown
from nbchat.context.tables.cells import cut, is_missing, item_text, rounded
from nbchat.context.tables.facts import Facts, frequent, of_array
from nbchat.context.tables.sample import positions
from nbchat.wording import plural

MOST_OF_ENDS = 600  # characters of the first items, and of the last ones
ENDS = 10  # items at each end
ROWS = 3  # at each end, of an array of two axes and few columns
MOST_FIELDS = 40  # of a structured array
LONGEST_DTYPE = 500  # characters
LONGEST_FIELD, LONGEST_FIELD_DTYPE = 40, 80  # characters, of a structured array
LONGEST_ITEM = 50  # characters of an item that is written alone

# Modules with the names of their classes, which are told by what they say of their form.
_OTHERS = (
    ("torch", "Tensor"),
    ("jax._src.array", "ArrayImpl"),
    ("tensorflow", "Tensor", "Variable"),
    ("cupy", "ndarray"),
    ("scipy.sparse", "spmatrix", "sparray"),
    ("dask.array", "Array"),
    ("zarr", "Array"),
    ("h5py", "Dataset"),
)
_OF_FORM = ("shape", "dtype", "device", "layout", "requires_grad", "format", "nnz")


def view(name: str, value: object, form: Form) -> Shown | None:
    """An array in that form; None for what is none."""
    if is_from(value, "numpy", "ndarray"):
        with no_warnings():
            return _of_numpy(value, form)
    if any(is_from(value, *names) for names in _OTHERS):
        return _by_its_form(value)
    return None


def _by_its_form(value: object) -> Shown:
    said: dict[str, str] = {}
    for name in _OF_FORM:
        with suppress(Exception):  # not every class has each
            said[name] = cut(str(of_class(value, name)), LONGEST_DTYPE)
    lines = "\n".join(f"{name}: {text}" for name, text in said.items())
    name = class_name(value)
    if is_from(value, "dask.array", "Array"):
        name = f"dask {name}, not computed"
    kind = f"{name}, shape {said.get('shape', 'unknown')}"
    return Shown(kind, lines or kind, facts=(size_text(value), "schema"))


def size_text(value: object) -> str:
    """For people: `365 × 10`."""
    with suppress(Exception):
        shape = [f"{size:,}" for size in of_class(value, "shape")]
        return " × ".join(shape) or "1 value"
    return "unknown shape"


# --- of numpy ------------------------------------------------------------------------------------


def _of_numpy(value: Any, form: Form) -> Shown:
    plain = plain_array(value)
    dtype = dtype_text(plain.dtype)
    kind = f"{class_name(value)}, shape {plain.shape}, {dtype}"
    size = size_text(plain)
    if form.kind == "schema":
        return Shown(kind, f"shape: {plain.shape}\ndtype: {dtype}", facts=(size, "schema"))
    if form.kind == "rows" and plain.ndim:
        return _first_rows(plain, form.rows, kind)
    most = LONGEST_BRIEF if form.kind == "brief" else LONGEST_VALUE
    text = nested_text(plain, most)
    if text:
        return Shown(kind, text, "python", (size,))
    if form.kind == "brief":
        return Shown(kind, brief_text(plain), facts=(size, "brief"))
    return _first_rows(plain, len(plain), kind)


def plain_array(value: Any) -> Any:
    """The same data in an array of numpy's own, which does what those do."""
    numpy: Any = sys.modules["numpy"]
    if is_from(value, "numpy.ma", "MaskedArray"):
        mask = of_class(value, "mask")
        return numpy.ma.MaskedArray(numpy.asarray(value), mask)
    return numpy.asarray(value)


def dtype_text(dtype: Any) -> str:
    """The dtype, without what may be known of it besides."""
    return cut(str(dtype), LONGEST_DTYPE)


def _first_rows(array: Any, wanted: int, kind: str) -> Shown:
    """So many items of the first axis, or as many as there is room for."""
    count = min(wanted, len(array))
    text = nested_text(array[:count], LONGEST_VALUE)
    while not text and count > 1:
        count = count // 2
        text = nested_text(array[:count], LONGEST_VALUE)
    size = size_text(array)
    if not text:
        return Shown(kind, brief_text(array), facts=(size, "brief"))
    if count == len(array):
        return Shown(kind, text, "python", (size,))
    text += f"\n# the first {count:,} of {len(array):,} items of the first axis"
    return Shown(kind, text, "python", (size, f"first {count:,} items"))


def brief_text(array: Any) -> str:
    """The range of its values and the ends of it."""
    lines = [*_lines(array), *_ends(array)]
    return "\n".join(lines) or plural(array.size, "value")


def _lines(array: Any) -> list[str]:
    if not array.dtype.names:
        said = range_text(array)
        return [said] if said else []
    fields = array.dtype.names
    lines = [_field_line(array, field) for field in fields[:MOST_FIELDS]]
    if len(fields) > MOST_FIELDS:
        lines.append(f"… and {len(fields) - MOST_FIELDS:,} more")
    return lines


def _field_line(array: Any, field: str) -> str:
    line = f"{cut(field, LONGEST_FIELD)!r}: {cut(str(array.dtype[field]), LONGEST_FIELD_DTYPE)}"
    said = range_text(array[field], with_mean=False)
    return f"{line}, {said}" if said else line


def range_text(array: Any, *, with_mean: bool = True) -> str:
    """Its range, its mean and what is missing, and whether of all of it.

    >>> import numpy
    >>> range_text(numpy.arange(5))
    '0 … 4, mean 2'
    """
    chosen = positions(array.size, 1)
    items = _sample(array, chosen)
    said = []
    with suppress(Exception):
        facts = _facts(items)
        said.append(facts.text.removeprefix(", "))
        if with_mean and items.dtype.kind in "iuf" and not is_missing(facts.low):
            said.append(f"mean {_mean(items)}")
    if said and chosen is not None:
        said.append(f"of {len(chosen):,} sampled items")
    return ", ".join(part for part in said if part)


def _sample(array: Any, chosen: list[int] | None) -> Any:
    """Some of its items in one row. Of an array on a disk only those are read."""
    numpy: Any = sys.modules["numpy"]
    if chosen is None:
        return array.reshape(-1)
    return array[numpy.unravel_index(chosen, array.shape)]


def _facts(items: Any) -> Facts:
    known = items
    if is_from(items, "numpy.ma", "MaskedArray"):
        known = items.compressed()
    kind = known.dtype.kind
    if kind in "fc":
        known = known[known == known]  # without NaN
    elif kind in "mM":
        known = known[~sys.modules["numpy"].isnat(known)]
    missing = items.size - known.size
    if kind in "iufmM":
        return of_array(known, missing)
    if kind in "cV":
        return Facts(missing)
    facts = frequent(known.tolist())
    facts.missing += missing
    return facts


def _mean(items: Any) -> str:
    """Of numbers without NaN; `6.1234` rather than all of its digits."""
    numpy: Any = sys.modules["numpy"]
    known = items.compressed() if is_from(items, "numpy.ma", "MaskedArray") else items
    return rounded(float(numpy.nanmean(known, dtype="float64"))).removesuffix(".0")


def _ends(array: Any) -> list[str]:
    """The first and the last items, as they follow each other in the last axis."""
    if array.ndim == 2 and array.shape[1] <= ENDS and len(array) > 2 * ROWS:
        ends = [nested_text(_readable(rows), MOST_OF_ENDS) for rows in _end_rows(array)]
        if all(ends):
            return [f"first rows:\n{ends[0]}", f"last rows:\n{ends[1]}"]
    if array.size <= 2 * ENDS:
        return [f"items: {_run(array, range(array.size))}"]
    last = range(array.size - ENDS, array.size)
    return [f"first items: {_run(array, range(ENDS))}", f"last items: {_run(array, last)}"]


def _end_rows(array: Any) -> tuple[Any, Any]:
    return array[:ROWS], array[-ROWS:]


def _readable(items: Any) -> Any:
    """The same numbers as one says them: 0.12573 rather than all of its digits."""
    is_long = items.dtype.kind == "f" and items.dtype.itemsize == 8
    if not is_long or is_from(items, "numpy.ma", "MaskedArray"):
        return items
    numpy: Any = sys.modules["numpy"]
    said = [float(rounded(item)) for item in items.reshape(-1).tolist()]
    return numpy.asarray(said).reshape(items.shape)


def _run(array: Any, places: range) -> str:
    items = _readable(_sample(array, [*places]) if places else array)
    text = nested_text(items, MOST_OF_ENDS)
    return text or cut(
        item_text([item_text(item, LONGEST_ITEM) for item in items], MOST_OF_ENDS), MOST_OF_ENDS
    )
