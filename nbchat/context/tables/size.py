"""How large a table or an array is, where that costs nothing to tell."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from nbchat.context.classes import field_of_c, is_from, of_class

# Modules with the names of the classes that have their size as a tuple.
_SIZED = (
    ("pandas", "DataFrame", "Series", "Index"),
    ("modin.pandas", "DataFrame", "Series"),
    ("cudf", "DataFrame", "Series"),
    ("polars", "DataFrame", "Series"),
    ("pyarrow", "Table", "RecordBatch"),
    ("xarray", "DataArray"),
)


def shape_text(value: Any) -> str:
    """The size of a table or an array: `150 × 5`; empty for what is none.

    >>> import numpy
    >>> shape_text(numpy.zeros((2, 3))), shape_text("text")
    ('2 × 3', '')
    """
    shape = None
    with suppress(Exception):  # a table of somebody's own may have odd ideas of its size
        is_sized = any(is_from(value, *names) for names in _SIZED)
        shape = of_class(value, "shape") if is_sized else field_of_c(value, "shape")
    return " × ".join(map(str, shape)) if isinstance(shape, tuple) else ""
