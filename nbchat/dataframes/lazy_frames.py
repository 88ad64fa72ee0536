"""A dask DataFrame in, a dask DataFrame out: its pieces are asked when somebody computes it.

Each piece is asked by the worker that has it, as a map of its own; nothing is kept on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nbchat.context.classes import is_from
from nbchat.dataframes.columns import answer_columns
from nbchat.dataframes.mapped import Mapped
from nbchat.dataframes.progress import Progress
from nbchat.dataframes.records import PandasRecords
from nbchat.dataframes.template import Template
from nbchat.errors import BadOption
from nbchat.values.value_type import ValueType

DTYPES = {"integer": "Int64", "number": "Float64", "boolean": "boolean"}  # of JSON's types
NOT_LATER = {
    "name": "nothing of it is kept on disk",
    "budget": "each piece is asked by another process",
}


def is_lazy(data: Any) -> bool:
    """Whether it is a frame or a column of Dask, which is not computed yet."""
    return is_from(data, "dask.dataframe", "DataFrame", "Series")


@dataclass(slots=True, frozen=True)
class PieceJob:
    """How a piece is asked about."""

    run: Callable[..., Mapped]  # of `mapping`
    prompt: str
    model: str
    schema: Any
    options: Mapping[str, Any]
    rate: float | None
    at_once: int | None


def map_lazily(data: Any, job: PieceJob, *, name: str, budget: str | None) -> Any:
    """The frame with the answers, to be computed. Raises BadOption for what is not possible."""
    for option, given in (("name", name), ("budget", budget)):
        if given:
            why = NOT_LATER[option]
            raise BadOption(f"{option}= is not possible for a frame of Dask: {why}.")
    if is_from(data, "dask.dataframe", "Series"):
        data = data.to_frame(name="value" if data.name is None else data.name)
    return data.map_partitions(ask_piece, job, meta=_empty_result(data._meta, job))


def ask_piece(piece: Any, job: PieceJob) -> Any:
    """The piece with its answers. Runs on a worker."""
    from nbchat.dataframes.cluster_worker import told_where

    if len(piece) == 0:
        return _empty_result(piece, job)
    with told_where():
        out = job.run(
            *(piece, job.prompt, job.model),
            schema=job.schema,
            rate=job.rate,
            at_once=job.at_once,
            options=job.options,
            display=_Silent(),
        )
    like = _empty_result(piece, job)
    frame = out.frame().reindex(columns=like.columns)
    return frame.astype(dict(like.dtypes))


def _empty_result(piece: Any, job: PieceJob) -> Any:
    """What the result is like, without a row."""
    records = PandasRecords(piece.iloc[:0])
    Template.of(job.prompt, records.names)  # a wrong name is told now, not by a worker
    wanted = None if job.schema is None else ValueType.of(job.schema)
    columns = answer_columns([], wanted, records.names)
    frame = records.frame_with(columns)
    return frame.astype(_dtypes([*columns], wanted))


def _dtypes(names: list[str], wanted: ValueType | None) -> dict[str, str]:
    """The types of the columns that are added; the last three are error, tokens and cost."""
    *fields, error, tokens, cost = names
    known = wanted.json_schema.get("properties", {}) if wanted else {}
    types = {name: DTYPES.get(str(known.get(name, {}).get("type")), "object") for name in fields}
    return {**types, error: "object", tokens: "Int64", cost: "Float64"}


class _Silent:
    """A worker shows nobody how far it is."""

    def show(self, progress: Progress) -> None: ...
    def end(self, progress: Progress) -> None: ...
