"""`nbchat.map`: the same question asked of each row.

records          the data: its columns and rows
template         the prompt with columns in braces, and what it is for one row
questions        what the rows ask: the different questions, and the rows that ask none
asking           the seam: who asks the questions, and what came of one
here             they are asked from here
cluster          they are asked by the workers of a cluster: cluster_client, cluster_news,
                 cluster_worker, travelling, shared_rate, worker_pacing, shared_budget
lazy_frames      a frame of Dask, asked about when it is computed
running          the first rows, then all others; what ends it
filling          answers put into rows
checkpoint       what was answered, on disk
estimate         what it will take
waiting          how a cell waits for it
progress, place  how far it is, and where a person sees that
mapped, columns, shown  the result, as a frame and as a notebook shows it
work             all of that for one map
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Unpack, cast

from nbchat import known_keys, runtime
from nbchat.catalog.argument_order import check_order
from nbchat.context.classes import is_from
from nbchat.dataframes.asking import Job, RowAsker
from nbchat.dataframes.here import Here
from nbchat.dataframes.identity import identity, map_id
from nbchat.dataframes.lazy_frames import PieceJob, is_lazy, map_lazily
from nbchat.dataframes.mapped import Mapped
from nbchat.dataframes.place import cell_here, display_here
from nbchat.dataframes.progress import ProgressDisplay
from nbchat.dataframes.records import records_of
from nbchat.dataframes.template import Template
from nbchat.dataframes.work import Work
from nbchat.errors import BadOption, BadSettings
from nbchat.middleware.purse import Purse
from nbchat.option_values import as_number, as_text, as_whole, shown
from nbchat.options import Options, RequestOptions
from nbchat.signatures import takes_options
from nbchat.values.value_type import ValueType
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.dataframes.checkpoint import Checkpoint

LOWEST_RATE, HIGHEST_RATE = 0.001, 100_000  # requests a second
MOST_AT_ONCE = 10_000  # requests
NO_VALUE_LEAVES = (
    'data = "schema" in the settings: no value of the notebook leaves, and so no row is asked '
    "about."
)


@takes_options('nbchat.map(df, "Classify: {text}", "demo")')
def map(  # type: ignore[misc]  # noqa: PLR0913  # schema is an option, too; settled names
    data: Any,
    prompt: str,
    model: str,
    *,
    schema: Any = None,
    name: str | None = None,
    budget: str | None = None,
    where: Any = "here",
    rate: float | None = None,
    at_once: int | None = None,
    **options: Unpack[RequestOptions],
) -> Mapped:
    """Ask a model the same of each row of `data`, and wait for all answers.

    `data` is a frame or a column of pandas or polars, a list of dicts or texts, or whatever
    else can be iterated over. `prompt` names columns in braces; a row in which nothing stands
    there is skipped, and equal rows are asked once. With `schema` each answer is a value of that
    type, as for `nbchat.ask`, whose other options go along by name.

    A row that fails has its `error`, and the others go on. What no row could be answered with,
    such as a wrong key, ends it and is raised; so does Ctrl-C, as Interrupted. The `.result` of
    what is raised is what was done by then, and running the same again goes on from there: in a
    notebook always, in a script where `name` is given.

    `budget`, such as "2 USD", is the most that this run may cost. `rate` (requests a second) and
    `at_once` (requests on their way) are found out, unless they are given. `where` is "here", or
    a dask.distributed.Client, whose workers ask then, with keys from their own environment; a
    DataFrame of Dask gives one of Dask, which is asked about when it is computed.

    >>> import nbchat
    >>> out = nbchat.map([{"fruit": "lemon"}, {"fruit": "mint"}], "What is {fruit}?", "demo")
    >>> [row.answer.stop.reason for row in out]
    ['end', 'end']
    """
    return run(
        *(data, prompt, model),
        schema=schema,
        name=name,
        budget=budget,
        where=where,
        rate=rate,
        at_once=at_once,
        options=options,
    )


def run(  # noqa: PLR0913  # settled names
    data: Any,
    prompt: str,
    model: str,
    *,
    schema: Any = None,
    name: str | None = None,
    budget: str | None = None,
    where: Any = "here",
    rate: float | None = None,
    at_once: int | None = None,
    options: Mapping[str, Any] | None = None,
    display: ProgressDisplay | None = None,
    into: str = "",
) -> Mapped:
    """The same, shown by `display`; without one, as this process shows it.

    `into` is the variable that the result goes into, where that is known.
    """
    if runtime.current().settings().data == "schema":
        raise BadSettings(NO_VALUE_LEAVES)
    wanted = None if schema is None else ValueType.of(schema)
    given = {option: value for option, value in (options or {}).items() if value is not None}
    Options.of({**given, "schema": wanted and wanted.json_schema})
    check_order(model, prompt, "nbchat.map(…, {question}, {model})", runtime.current().settings)
    name = "" if name is None else known_keys.hide(as_text("name", name))
    parts = identity(as_text("prompt", prompt), as_text("model", model), wanted, given)
    job = Job(
        model=model,
        options=given if wanted is None else {**given, "schema": schema},
        rate=None if rate is None else as_number("rate", rate, LOWEST_RATE, HIGHEST_RATE),
        at_once=None if at_once is None else as_whole("at_once", at_once, 1, MOST_AT_ONCE),
        name=name,
        purse=None if budget is None else _purse(budget),
        id=map_id(parts, name),
    )
    asker = asker_for(where, job)
    if is_lazy(data):
        return cast(Mapped, _lazily(data, prompt, job, schema, where, budget))
    records = records_of(data)
    template = Template.of(prompt, records.names, is_empty=not records.index)
    checkpoint, trouble = _checkpoint(job, parts)
    display = display or display_here()
    work = Work(job, records, template, wanted, asker, checkpoint, display, into)
    return work.run(trouble)


def asker_for(where: Any, job: Job) -> RowAsker:
    """Who asks the rows. Raises BadOption where that is nobody."""
    current = runtime.current()
    if isinstance(where, str) and where == "here":
        return Here(lambda: current.source)
    if not is_from(where, "distributed", "Client"):
        there = "" if find_spec("distributed") else '\n%pip install "nbchat[dask]"'
        told = f'where is "here" or a dask.distributed.Client, not {shown(where)}.'
        raise BadOption(told + there)
    from nbchat.dataframes.cluster import Cluster
    from nbchat.dataframes.travelling import check_options

    if where.asynchronous:
        raise BadOption("where is a Client that waits: make it without asynchronous=True.")
    check_options(job)
    return Cluster(where)


def _lazily(
    data: Any, prompt: str, job: Job, schema: Any, where: Any, budget: str | None
) -> object:
    """A frame of Dask with its answers, not computed yet; each worker has its part of the rate."""
    if isinstance(where, str):
        raise BadOption(
            "a frame of Dask is asked about by its workers. Pass where=client, or data.compute()."
        )
    from nbchat.dataframes.cluster_client import threads_of

    workers, threads = threads_of(where)
    if job.at_once is not None and job.at_once < threads:
        raise BadOption(
            f"at_once={job.at_once} cannot hold: the workers have {plural(threads, 'thread')}, and "
            f"each asks about a piece of its own. Pass at_once={threads} or more."
        )
    options = {name: value for name, value in job.options.items() if name != "schema"}
    piece_job = PieceJob(
        run=run,
        prompt=prompt,
        model=job.model,
        schema=schema,
        options=options,
        rate=job.rate and job.rate / workers,
        at_once=job.at_once and job.at_once // threads,
    )
    return map_lazily(data, piece_job, name=job.name, budget=budget)


def _purse(budget: str) -> Purse:
    """What one run may cost."""
    return Purse.of(
        as_text("budget", budget),
        "of the budget of this map",
        "Give a larger one with budget=, and what was answered by then is not asked again.",
    )


def _checkpoint(job: Job, parts: Mapping[str, str]) -> tuple[Checkpoint | None, str]:
    """What was answered before, where that is kept; else why it cannot be."""
    try:
        from nbchat.dataframes.checkpoint import Checkpoint, rows_file
    except ImportError:
        return None, "The rows are not kept, since this Python has no sqlite3."
    try:
        path = rows_file(is_named=bool(job.name))
    except BadSettings as error:
        return None, "The rows are not kept, since " + str(error)
    return (Checkpoint(path, job.id, job.name, parts, cell_here()) if path else None), ""
