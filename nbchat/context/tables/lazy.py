"""Tables that are not computed yet: their columns are known, and nothing more is asked of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nbchat.context.classes import is_from, of_class
from nbchat.context.tables import pandas_frames, polars_frames
from nbchat.context.tables.names import Column

_ENUM_OR_NAME = re.compile(
    r"""(?P<name>"(?:[^"]|"")*")|ENUM\((?:'(?:[^']|'')*'|[^')])*\)""",
)

# Modules with the names of their classes.
_CLASSES = (
    ("polars", "LazyFrame"),
    ("dask.dataframe", "DataFrame", "Series", "Index"),
    ("duckdb", "DuckDBPyRelation"),
    ("pyspark.sql", "DataFrame"),
    ("ibis.expr.types", "Table"),
    ("pyarrow", "RecordBatchReader"),
    ("pyarrow.dataset", "Dataset"),
)


@dataclass(slots=True, frozen=True)
class LazyTable:
    """`kind` says what it is; `columns` are all that is known of it."""

    kind: str
    columns: list[Column]


def is_lazy(value: object) -> bool:
    """Whether it is a table that is not computed."""
    return any(is_from(value, *names) for names in _CLASSES)


def lazy_table(value: Any) -> LazyTable | None:
    """The table, where it is one that is not computed. It is not computed for this."""
    if is_from(value, "polars", "LazyFrame"):
        schema = of_class(value, "collect_schema")()
        pairs = zip(schema.names(), schema.dtypes(), strict=True)
        return _table("polars LazyFrame", pairs, polars_frames.dtype_text)
    if is_from(value, "dask.dataframe", "DataFrame", "Series", "Index"):
        return _of_dask(value)
    if is_from(value, "duckdb", "DuckDBPyRelation"):
        pairs = zip(of_class(value, "columns"), of_class(value, "types"), strict=True)
        return _table("duckdb relation", pairs, duckdb_type_text)
    if is_from(value, "pyspark.sql", "DataFrame"):
        return _table("Spark DataFrame", of_class(value, "dtypes"), str)
    if is_from(value, "ibis.expr.types", "Table"):
        return _table("ibis table", of_class(value, "schema")().items(), str)
    if is_from(value, "pyarrow", "RecordBatchReader"):
        return _of_arrow("pyarrow RecordBatchReader", value)
    if is_from(value, "pyarrow.dataset", "Dataset"):
        return _of_arrow("pyarrow Dataset", value)
    return None


def _table(kind: str, pairs: Any, dtype_text: Any) -> LazyTable:
    return LazyTable(kind, [Column(name, dtype_text(dtype)) for name, dtype in pairs])


def _of_arrow(kind: str, value: Any) -> LazyTable:
    fields = of_class(value, "schema")
    return _table(kind, ((field.name, field.type) for field in fields), str)


def _of_dask(value: Any) -> LazyTable:
    """By the empty frame that dask has for it. Its divisions may have to be computed."""
    empty = of_class(value, "_meta")
    if is_from(empty, "pandas", "DataFrame"):
        pairs: Any = zip(empty.columns.tolist(), empty.dtypes, strict=True)
    else:
        pairs = [(empty.name, empty.dtype)]
    kind = "DataFrame" if is_from(empty, "pandas", "DataFrame") else "Series"
    table = _table(f"dask {kind}", pairs, pandas_frames.dtype_text)
    if kind == "DataFrame" and empty.index.nlevels == 1:
        index = Column(empty.index.name, pandas_frames.dtype_text(empty.index.dtype), is_index=True)
        table.columns.insert(0, index)
    return table


def duckdb_type_text(kind: object) -> str:
    """The type; of an ENUM without its values, also inside of another type.

    >>> duckdb_type_text("STRUCT(a ENUM('it''s', ')'), b INTEGER[])")
    'STRUCT(a ENUM, b INTEGER[])'
    """
    return _ENUM_OR_NAME.sub(lambda found: found["name"] or "ENUM", str(kind))
