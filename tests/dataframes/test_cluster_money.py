"""Money, pace and what is kept of rows that are asked by two worker processes of a Dask cluster."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

import nbchat
from nbchat import runtime
from nbchat.errors import BudgetReached, Interrupted, KeyRefused
from nbchat.settings import Settings

from ..fakes.provider import Play, Request, Service, answer, said
from ..waiting import until
from .rows_service import DEADLINE, MODEL, RowsService, answers, hang, refused, stopped

distributed = pytest.importorskip("distributed")

KEY = "sk-canary-on-the-workers-0123456789"
ROWS = [f"row {n}" for n in range(60)]
FAST = 2_000  # requests a second
TOGETHER: dict[str, Any] = {"at_once": len(ROWS)}  # whatever is found of the answers' speed


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Service, Path]]:
    """A client, the provider that its workers ask, and where these would keep a ledger."""
    history = tmp_path_factory.mktemp("workers") / "history.sqlite"
    with Service() as service, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
        patch.setenv("KIMI_API_KEY", KEY)
        patch.setenv("NBCHAT_HISTORY", str(history))
        cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=2, processes=True, dashboard_address=":0"
        )
        with cluster, distributed.Client(cluster) as client:
            yield client, service, history


@pytest.fixture
def client(two_workers: tuple[Any, Service, Path]) -> Any:
    return two_workers[0]


@pytest.fixture
def provider(
    two_workers: tuple[Any, Service, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[RowsService]:
    client, service, _ = two_workers
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setenv("NBCHAT_HISTORY", str(tmp_path / "history.sqlite"))
    runtime.reset()
    until(lambda: len(client.nthreads()) == 2, DEADLINE)
    provider = RowsService(service)
    provider.forget()
    yield provider
    runtime.reset()


# --- what is kept --------------------------------------------------------------------------------


def test_a_stop_keeps_what_a_running_batch_has_answered(client: Any, provider: RowsService) -> None:
    provider.say = lambda prompt: hang if int(prompt.split()[-1]) >= 50 else f"[{prompt}]"

    def stop() -> None:
        try:
            until(lambda: len(provider.prompts) == 60, DEADLINE)
            until(lambda: _requests() == 50, DEADLINE)
        finally:  # or it would go on for ever
            os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=stop).start()
    with pytest.raises(Interrupted) as caught:
        nbchat.map(ROWS, "{value}", MODEL, where=client, rate=FAST, name="kept", **TOGETHER)

    assert answers(stopped(caught.value))[:50] == [f"[{row}]" for row in ROWS[:50]]
    provider.say = lambda prompt: f"[{prompt}]"
    provider.forget()
    out = nbchat.map(ROWS, "{value}", MODEL, where=client, rate=FAST, name="kept")
    assert answers(out) == [f"[{row}]" for row in ROWS]
    assert sorted(provider.prompts) == ROWS[50:]


def _requests() -> int:
    """How many are in the ledger of this process."""
    return sum(one.requests for one in nbchat.usage())


def test_what_ends_a_map_keeps_what_had_come(client: Any, provider: RowsService) -> None:
    """The last row is refused when all others are in; the batches had not ended."""

    async def refuse(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        while _requests() < 58:
            await asyncio.sleep(0.01)
        return await refused("no such key", 401)(request, writer)

    provider.say = lambda prompt: {"row 58": refuse, "row 57": hang}.get(prompt, f"[{prompt}]")

    with pytest.raises(KeyRefused) as caught:
        nbchat.map(ROWS, "{value}", MODEL, where=client, rate=FAST, **TOGETHER)

    assert stopped(caught.value).answered == 58
    assert KEY not in str(caught.value)


def test_only_what_was_lost_with_a_worker_is_asked_again(
    client: Any, provider: RowsService
) -> None:
    """Ten rows are on their way when it is killed: all others have come by then."""
    is_killed = threading.Event()
    last = {f"row {n}" for n in range(50, 60)}

    def say(prompt: str) -> str | Play:
        return hang if prompt in last and not is_killed.is_set() else f"[{prompt}]"

    pids = client.run(os.getpid).values()

    def kill() -> None:
        try:
            until(lambda: len(provider.prompts) == 60, DEADLINE)
            until(lambda: _requests() == 50, DEADLINE)
        finally:  # or it would go on for ever
            is_killed.set()
            for pid in pids:
                os.kill(pid, signal.SIGKILL)

    provider.say = say
    threading.Thread(target=kill).start()
    out = nbchat.map(ROWS, "{value}", MODEL, where=client, rate=FAST, **TOGETHER)

    assert answers(out) == [f"[{row}]" for row in ROWS]
    asked = Counter(provider.prompts)
    assert {prompt for prompt, times in asked.items() if times > 1} == last


# --- money and pace ------------------------------------------------------------------------------


def test_what_workers_spend_is_in_the_ledger_of_the_client_alone(
    client: Any, provider: RowsService, two_workers: tuple[Any, Service, Path]
) -> None:
    nbchat.map(ROWS, "{value}", MODEL, where=client, rate=FAST)

    assert _requests() == len(ROWS) == len(provider.prompts)
    assert not two_workers[2].exists()


def test_a_budget_of_the_settings_holds_over_all_workers(
    client: Any, provider: RowsService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    price = Settings.load().catalog.models[MODEL].price
    assert price is not None
    one = (9 * (price.input or 0) + 12 * (price.output or 0)) / 1e6
    settings = tmp_path / "nbchat.toml"
    settings.write_text(f'[budget]\nday = "{20.5 * one:.12f} USD"\n')
    monkeypatch.setenv("NBCHAT_CONFIG", str(settings))
    runtime.reset()

    with pytest.raises(BudgetReached, match="today") as caught:
        nbchat.map(ROWS, "{value}", MODEL, where=client, rate=FAST, max_tokens=12)

    assert len(provider.prompts) <= 20
    assert stopped(caught.value).answered >= 15


@pytest.mark.parametrize("most", [1, 3])
def test_at_once_holds_for_all_workers_together(
    client: Any, provider: RowsService, most: int
) -> None:
    there, seen = 0, 0
    all_there = asyncio.Event()

    async def slowly(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        nonlocal there, seen
        there += 1
        seen = max(seen, there)
        if seen >= most:
            all_there.set()
        with contextlib.suppress(TimeoutError):  # one of the workers may begin much later
            await asyncio.wait_for(all_there.wait(), 20)
        all_there.set()
        await asyncio.sleep(0.02)
        there -= 1
        return await answer(b"".join(said("yes")))(request, writer)

    provider.say = lambda prompt: slowly

    out = nbchat.map(ROWS[:12], "{value}", MODEL, where=client, at_once=most)

    assert out.answered == 12
    assert seen == most


# --- what comes with a schema or tools -----------------------------------------------------------


def test_a_schema_of_a_class_in_a_function(client: Any, provider: RowsService) -> None:
    class Fruit(BaseModel):
        name: str

    provider.say = lambda prompt: f'{{"name": "{prompt}"}}'

    out = nbchat.map(["fig"], "{value}", MODEL, schema=Fruit, where=client)

    assert out.rows[0].value == Fruit(name="fig")


def test_an_answer_too_long_for_the_news_comes_with_its_batch(
    client: Any, provider: RowsService
) -> None:
    long = "long " * 40_000
    provider.say = lambda prompt: long if prompt == "b" else f"[{prompt}]"

    out = nbchat.map(["a", "b", "c"], "{value}", MODEL, where=client)

    assert answers(out) == ["[a]", long, "[c]"]


def test_a_schema_that_holds_a_lock_is_read_here(client: Any, provider: RowsService) -> None:
    """It cannot travel: a worker has its JSON schema, and the value is of the class here."""
    lock = threading.Lock()

    class Fruit(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def shout(cls, name: str) -> str:
            with lock:
                return name.upper()

    provider.say = lambda prompt: f'{{"name": "{prompt}"}}'

    out = nbchat.map(["fig"], "{value}", MODEL, schema=Fruit, where=client)

    assert out.rows[0].value.name == "FIG"
