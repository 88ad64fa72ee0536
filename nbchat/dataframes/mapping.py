"""`nbchat.map`: the same question asked of each row."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from nbchat import runtime
from nbchat.dataframes.mapped import Mapped, Row
from nbchat.dataframes.progress import Progress, ProgressDisplay
from nbchat.errors import NbchatError
from nbchat.streams import AnswerSource, Pacing, SourceOptions

AT_ONCE = 64


def map(  # noqa: PLR0913  # settled names
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
    **options: Any,
) -> Mapped:
    """Ask the same of each row of a frame."""
    return run(data, prompt, model, schema=schema, rate=rate, at_once=at_once, options=options)


def run(
    data: Iterable[Mapping[str, Any]],
    prompt: str,
    model: str,
    *,
    schema: Any = None,
    rate: float | None = None,
    at_once: int | None = None,
    options: Mapping[str, Any] | None = None,
    display: ProgressDisplay | None = None,
) -> Mapped:
    """The same, shown by `display`."""
    rows = [*data]
    pacing = Pacing(rate, at_once, is_patient=True)
    asked = cast(SourceOptions, {**(options or {}), "pacing": pacing})
    if schema is not None:
        asked["schema"] = schema
    progress = Progress(model, rows=len(rows), to_ask=len(rows))
    current = runtime.current()
    work = _ask_all(current.source, rows, prompt, model, asked, progress)
    made = current.bridge.run(work)
    if display:
        display.end(progress)
    return Mapped(made)


async def _ask_all(
    source: AnswerSource,
    rows: Sequence[Mapping[str, Any]],
    prompt: str,
    model: str,
    options: SourceOptions,
    progress: Progress,
) -> list[Row]:
    free = asyncio.Semaphore(AT_ONCE)

    async def ask(index: int, row: Mapping[str, Any]) -> Row:
        async with free:
            try:
                stream = source.stream(model, prompt.format(**row), **options)
                answer = await stream.answer()
                value = answer.value if "schema" in options else None
                progress.done += 1
                return Row(index, answer, value, usage=answer.usage)
            except NbchatError as error:
                progress.failed += 1
                return Row(index, error=error)

    return await asyncio.gather(*(ask(index, row) for index, row in enumerate(rows)))
