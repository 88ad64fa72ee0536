"""Rows asked by two worker processes of a real Dask cluster, of a provider on a real socket."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import BaseModel

import nbchat
from nbchat import runtime
from nbchat.dataframes import cluster_client
from nbchat.dataframes.asking import Job
from nbchat.dataframes.cluster import BATCH, Speed, _Running
from nbchat.dataframes.shared_rate import SharedRate
from nbchat.errors import BudgetReached, Interrupted, MissingKey
from nbchat.settings import Settings

from ..fakes.provider import Play, Service, answer, said
from ..fakes.steps import once
from ..waiting import until
from .rows_service import DEADLINE, MODEL, RowsService, answers, hang, refused, stopped

distributed = pytest.importorskip("distributed")
dask_frames = pytest.importorskip("dask.dataframe")

KEY = "sk-canary-on-the-workers-0123456789"
ROWS = [f"row {n}" for n in range(3 * BATCH)]


class Fruit(BaseModel):
    name: str
    size: int


@dataclass
class TwoWorkers:
    """A cluster and the provider that its workers ask."""

    client: Any
    provider: RowsService
    service: Service

    def pids(self) -> set[int]:
        return set(self.client.run(os.getpid).values())


@pytest.fixture(scope="module")
def two_workers() -> Iterator[TwoWorkers]:
    with Service() as service, pytest.MonkeyPatch.context() as patch:
        _set_environment(patch, service)
        cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        )
        with cluster, distributed.Client(cluster) as client:
            yield TwoWorkers(client, RowsService(service), service)


@pytest.fixture
def workers(two_workers: TwoWorkers, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoWorkers]:
    """The same, as if just made."""
    _set_environment(monkeypatch, two_workers.service)
    runtime.reset()
    two_workers.provider.forget()
    two_workers.provider.say = lambda prompt: f"[{prompt}]"
    until(lambda: len(two_workers.client.nthreads()) == 2, DEADLINE)
    yield two_workers
    runtime.reset()


def _set_environment(patch: pytest.MonkeyPatch, service: Service) -> None:
    """What a person has set before the workers were started."""
    patch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    patch.setenv("KIMI_API_KEY", KEY)
    patch.setenv("NBCHAT_HISTORY", "off")


# --- answers -------------------------------------------------------------------------------------


def test_each_row_is_asked_once_by_the_workers_in_tasks_of_many(workers: TwoWorkers) -> None:
    out = nbchat.map(ROWS, "{value}?", MODEL, where=workers.client, rate=2_000)

    assert answers(out) == [f"[{row}?]" for row in ROWS]
    assert sorted(workers.provider.prompts) == sorted(f"{row}?" for row in ROWS)
    assert out.usage.input == 9 * len(ROWS)
    asked_by = workers.client.run(_engines)
    assert set(asked_by.values()) == {True}
    assert runtime.current()._engine is None


def _engines() -> bool:
    """Whether this process has asked by an engine of its own."""
    return runtime.current()._engine is not None


def test_values_are_of_the_type_here(workers: TwoWorkers) -> None:
    workers.provider.say = lambda prompt: f'{{"name": "{prompt}", "size": 3}}'

    out = nbchat.map(["fig", "plum"], "{value}", MODEL, schema=Fruit, where=workers.client)

    assert [row.value for row in out] == [Fruit(name="fig", size=3), Fruit(name="plum", size=3)]


def test_a_failed_row_is_a_value(workers: TwoWorkers) -> None:
    workers.provider.say = lambda prompt: refused() if prompt == "b" else prompt

    out = nbchat.map(["a", "b", "c"], "{value}", MODEL, where=workers.client)

    assert answers(out) == ["a", None, "c"]
    assert [row.index for row in out.failed] == [1]


def test_a_row_that_is_not_valid_says_the_field(workers: TwoWorkers) -> None:
    workers.provider.say = lambda prompt: '{"name": "fig"}'

    out = nbchat.map(["fig"], "{value}", MODEL, schema=Fruit, where=workers.client)

    assert isinstance(out.failed[0].error, nbchat.InvalidAnswer)
    assert "size" in str(out.failed[0].error)


# --- workers that are lost -----------------------------------------------------------------------


def test_a_lost_workers_batch_is_asked_again_and_the_key_is_nowhere(
    workers: TwoWorkers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="nbchat")
    before = workers.pids()
    tasks: list[bytes] = []
    is_killed = threading.Event()

    def say(prompt: str) -> str | Play:
        if int(prompt.split()[-1]) < 2 * BATCH:
            return f"[{prompt}]"
        return once(is_killed.is_set, answer(b"".join(said(f"[{prompt}]"))), DEADLINE)

    def kill() -> None:
        try:
            until(lambda: len(workers.provider.prompts) > BATCH, DEADLINE)
            tasks.append(workers.client.run_on_scheduler(_all_tasks))
        finally:
            os.kill(min(before), signal.SIGKILL)
            is_killed.set()

    workers.provider.say = say

    killer = threading.Thread(target=kill)
    killer.start()
    out = nbchat.map(ROWS, "{value}", MODEL, where=workers.client, rate=400)
    killer.join()

    assert answers(out) == [f"[{row}]" for row in ROWS]
    assert min(before) not in workers.pids()
    logs = repr([workers.client.get_worker_logs(), workers.client.get_scheduler_logs()])
    assert KEY not in logs + caplog.text
    assert b"ask_batch" in tasks[0]
    assert KEY.encode() not in tasks[0]
    assert KEY.encode() not in pickle.dumps([row.answer for row in out])


def test_a_worker_that_is_slow_to_answer_is_not_given_up(
    workers: TwoWorkers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its batch would be asked and paid for once more, by another."""
    bridge, started = runtime.current().bridge, tmp_path / "started"
    slow, other = sorted(workers.client.nthreads())

    async def begin() -> _Running:
        rate, speed = SharedRate(), Speed()
        running = _Running(workers.client, Job(MODEL), [], lambda rate: None, rate, speed)
        await running.begin()
        await running.look()
        return running

    async def look(running: _Running) -> None:
        running._divided = 1.0  # as if another rate had been found
        await running._look()

    async def stop(running: _Running) -> None:
        running.stop()

    running = bridge.run(begin())
    before = dict(running._processes)
    monkeypatch.setattr(cluster_client, "ANSWERING_SECONDS", 0.5)
    workers.client.run(_hold_up, started, workers=[slow], wait=False)
    until(started.exists, DEADLINE)
    bridge.run(look(running))
    bridge.run(stop(running))

    assert sorted(before) == [slow, other]
    assert running._processes == before
    assert running._slow == {slow}  # and is asked again


async def _hold_up(started: Path) -> None:
    """Let this worker hear nothing for a while, as work does that keeps the interpreter."""
    started.touch()
    time.sleep(5)


def _all_tasks(dask_scheduler: Any) -> bytes:
    """All that the scheduler holds of its tasks."""
    held = [task.run_spec for task in dask_scheduler.tasks.values()]
    return pickle.dumps(held) + repr(held).encode()


# --- keys, money, pace ---------------------------------------------------------------------------


def test_a_missing_key_names_the_worker(workers: TwoWorkers) -> None:
    address = next(iter(workers.client.nthreads()))

    with pytest.raises(MissingKey, match=r"on the worker tcp://127\.0\.0\.1:\d+") as caught:
        nbchat.map(["a"], "{value}", "glm-5", where=workers.client)

    assert "ZAI_API_KEY" in str(caught.value) or "API_KEY" in str(caught.value)
    assert address.startswith("tcp://127.0.0.1:")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"api_key": KEY}, "a key is never sent to a worker"),
        ({"approve": lambda call: True}, "nobody can be asked on a worker"),
    ],
    ids=["key", "approve"],
)
def test_what_stays_here_is_refused(workers: TwoWorkers, given: dict[str, Any], words: str) -> None:
    with pytest.raises(nbchat.SetupError, match=words) as caught:
        nbchat.map(["a"], "{value}", MODEL, where=workers.client, **given)

    assert KEY not in str(caught.value)
    assert workers.provider.prompts == []


@pytest.mark.parametrize("where", ["tcp://127.0.0.1:8786", "there", None, pd.DataFrame({"a": [1]})])
def test_where_is_a_client_or_here(where: Any) -> None:
    with pytest.raises(nbchat.SetupError, match=r'where is "here" or a dask\.distributed\.Client'):
        nbchat.map(["a"], "{value}", MODEL, where=where)


def test_a_budget_holds_over_all_workers(workers: TwoWorkers) -> None:
    """Each answer is 9 tokens in and 12 out; `max_tokens` is what a question reserves."""
    one = _price_of_one()
    budget = f"{40.5 * one:.12f} USD"

    with pytest.raises(BudgetReached) as caught:
        nbchat.map(
            *(ROWS[:BATCH], "{value}", MODEL),
            where=workers.client,
            budget=budget,
            max_tokens=12,
        )

    out = stopped(caught.value)
    assert len(workers.provider.prompts) * one <= 40.5 * one
    assert out.answered >= 30  # the shares of both workers are used up


def _price_of_one() -> float:
    price = Settings.load().catalog.models[MODEL].price
    assert price is not None
    assert price.currency == "USD"
    return (9 * (price.input or 0) + 12 * (price.output or 0)) / 1e6


def test_the_rate_is_divided(workers: TwoWorkers) -> None:
    rates: list[float] = []

    class Display:
        def show(self, progress: Any) -> None:
            rates.append(progress.rate)

        def end(self, progress: Any) -> None:
            rates.append(progress.rate)

    from nbchat.dataframes import mapping

    out = mapping.run(
        *(ROWS[:100], "{value}", MODEL), where=workers.client, rate=80, display=Display()
    )

    assert out.answered == 100
    assert rates[-1] == 80


# --- stopped, and again --------------------------------------------------------------------------


def test_a_stop_reaches_the_workers_and_running_again_goes_on(
    workers: TwoWorkers, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("NBCHAT_HISTORY", str(tmp_path / "history.sqlite"))
    workers.provider.say = _hangs_from(BATCH)
    before = workers.service.hung_up
    rows = ROWS[: 2 * BATCH]

    def stop() -> None:
        try:
            until(lambda: len(workers.provider.prompts) > BATCH, DEADLINE)
        finally:  # or it would go on for ever
            os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=stop).start()
    with pytest.raises(Interrupted):
        nbchat.map(rows, "{value}", MODEL, where=workers.client, rate=5_000, name="stopped")
    until(lambda: workers.service.hung_up > before, DEADLINE)
    asked = len(workers.provider.prompts)
    workers.provider.say = lambda prompt: f"[{prompt}]"

    out = nbchat.map(rows, "{value}", MODEL, where=workers.client, name="stopped")

    assert answers(out) == [f"[{row}]" for row in rows]
    assert asked < len(rows) + BATCH
    again = len(workers.provider.prompts)
    nbchat.map(rows, "{value}", MODEL, where=workers.client, name="stopped")
    assert len(workers.provider.prompts) == again


def _hangs_from(number: int) -> Callable[[str], Any]:
    def say(prompt: str) -> Any:
        return hang if int(prompt.split()[-1]) >= number else f"[{prompt}]"

    return say


# --- frames of Dask ------------------------------------------------------------------------------


def test_a_frame_of_dask_is_asked_when_it_is_computed(workers: TwoWorkers) -> None:
    workers.provider.say = lambda prompt: f'{{"name": "{prompt}", "size": 3}}'
    data = pd.DataFrame({"text": [f"row {n}" for n in range(30)]}, index=range(100, 130))
    frame = dask_frames.from_pandas(data, npartitions=3)

    lazy = nbchat.map(frame, "{text}", MODEL, schema=Fruit, where=workers.client)

    assert workers.provider.prompts == []
    assert [*lazy.columns] == ["text", "name", "size", "error", "tokens", "cost"]
    result = lazy.compute()
    assert [*result.index] == [*data.index]
    assert [*result["name"]] == [*data["text"]]
    assert dict(result.dtypes) == dict(lazy.dtypes)
    assert result["size"].sum() == 90


def test_a_frame_of_dask_is_not_asked_from_here(workers: TwoWorkers) -> None:
    frame = dask_frames.from_pandas(pd.DataFrame({"a": ["x"]}), npartitions=1)

    for given, words in (
        ({}, "Pass where=client"),
        ({"where": workers.client, "name": "kept"}, "name= is not possible"),
        ({"where": workers.client, "budget": "1 USD"}, "budget= is not possible"),
        ({"where": workers.client, "at_once": 1}, "Pass at_once=2 or more"),
    ):
        with pytest.raises(nbchat.SetupError, match=words):
            nbchat.map(frame, "{a}", MODEL, **given)


def test_a_missing_key_of_a_frame_names_the_worker(workers: TwoWorkers) -> None:
    frame = dask_frames.from_pandas(pd.DataFrame({"a": ["x"]}), npartitions=1)

    with pytest.raises(MissingKey, match="on the worker tcp"):
        nbchat.map(frame, "{a}", "glm-5", where=workers.client).compute()
