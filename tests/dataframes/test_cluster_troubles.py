"""What is wrong with a Dask cluster is told in a sentence, and never waited for without an end."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import nbchat

from ..waiting import until
from .rows_service import DEADLINE, MODEL, RowsService, answers, hang, stopped

distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("dask")

KEY = "sk-canary-in-the-options-0123456789"
OTHER_KEY = "sk-proj-Zq8Wn3Rt6Yb1Mv4Kx9Lp"  # which no variable holds
# A worker process, in which something may be strange.
WORKER = """
import asyncio, sys
{strange}
from distributed import Worker

async def work():
    async with Worker(sys.argv[1], nthreads=1, dashboard_address=":0") as worker:
        await worker.finished()

asyncio.run(work())
"""
SCHEDULER = """
import asyncio
from distributed import Scheduler

async def work():
    async with Scheduler(host="127.0.0.1", port=0, dashboard_address=":0") as scheduler:
        print(scheduler.address, flush=True)
        await scheduler.finished()

asyncio.run(work())
"""
NO_NBCHAT = """
class NotThere:
    def find_spec(self, name, path=None, target=None):
        if name == "nbchat":
            raise ModuleNotFoundError("No module named 'nbchat'", name=name)

sys.meta_path.insert(0, NotThere())
"""
OLD_NBCHAT = "import nbchat; nbchat.__version__ = '0.0.1'"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A scheduler without a worker."""
    with distributed.LocalCluster(n_workers=0, processes=True, dashboard_address=":0") as made:
        yield made


@pytest.fixture
def client(cluster: Any, provider: RowsService) -> Iterator[Any]:
    with distributed.Client(cluster) as made:
        yield made


def _join(client: Any, strange: str = "") -> subprocess.Popen[bytes]:
    """Start a worker of the cluster."""
    code = WORKER.format(strange=strange)
    address = client.scheduler.address
    return subprocess.Popen([sys.executable, "-c", code, address], stderr=subprocess.DEVNULL)


def test_no_worker(client: Any, provider: RowsService) -> None:
    """One is waited for for as long as Dask waits for another process."""
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "3s"}),
        pytest.raises(nbchat.SetupError, match=r"has no worker, and none came within 3 s"),
    ):
        nbchat.map(["a"], "{value}", MODEL, where=client)

    assert provider.prompts == []


@pytest.mark.parametrize(
    ("strange", "words"),
    [(NO_NBCHAT, "has no nbchat, and this"), (OLD_NBCHAT, r"has nbchat 0\.0\.1, and this")],
    ids=["no nbchat", "another nbchat"],
)
def test_a_worker_that_cannot_ask(
    client: Any, provider: RowsService, strange: str, words: str
) -> None:
    worker = _join(client, strange)
    try:
        until(lambda: len(client.nthreads()) == 1, DEADLINE)
        with pytest.raises(nbchat.SetupError, match=rf"the worker tcp://\S+ {words}") as caught:
            nbchat.map(["a"], "{value}", MODEL, where=client)
    finally:
        worker.kill()
        worker.wait()
        until(lambda: not client.nthreads(), DEADLINE)

    assert f"pip install nbchat=={nbchat.__version__}" in str(caught.value)
    assert provider.prompts == []


def test_a_closed_client(cluster: Any, provider: RowsService) -> None:
    client = distributed.Client(cluster)
    client.close()

    with pytest.raises(nbchat.SetupError, match="the Dask client is closed"):
        nbchat.map(["a"], "{value}", MODEL, where=client)


def test_an_async_client(cluster: Any, provider: RowsService) -> None:
    import asyncio

    async def ask() -> None:
        address = cluster.scheduler_address
        async with distributed.Client(address, asynchronous=True) as client:
            with pytest.raises(nbchat.SetupError, match="make it without asynchronous=True"):
                nbchat.map(["a"], "{value}", MODEL, where=client)

    asyncio.run(ask())


def test_a_scheduler_that_goes_away_in_the_middle(provider: RowsService) -> None:
    """What was answered by then is in the result."""
    provider.say = lambda prompt: hang if int(prompt) > 2 else f"[{prompt}]"
    scheduler = subprocess.Popen([sys.executable, "-c", SCHEDULER], stdout=subprocess.PIPE)
    assert scheduler.stdout
    address = scheduler.stdout.readline().decode().strip()
    with distributed.Client(address) as client:
        worker = _join(client)
        until(lambda: len(client.nthreads()) == 1, DEADLINE)

        def kill() -> None:
            try:
                until(lambda: len(provider.prompts) == 6, DEADLINE)
                until(lambda: sum(one.requests for one in nbchat.usage()) == 3, DEADLINE)
            finally:
                scheduler.kill()

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            with pytest.raises(nbchat.ConnectionBroken, match="scheduler of the Das") as caught:
                nbchat.map(range(6), "{value}", MODEL, where=client)
        finally:
            killer.join()
            for process in (scheduler, worker):
                process.kill()
                process.wait()
            scheduler.stdout.close()

    assert answers(stopped(caught.value)) == ["[0]", "[1]", "[2]", None, None, None]


# --- what cannot travel --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"extra": {"user": KEY}}, "a key stands in extra="),
        (
            {"extra": {"deep": [{"token": "sk-proj-Zq8Wn3Rt6Yb1Mv4Kx9Lp"}]}},
            "a key stands in extra=",
        ),
        ({"system": f"Use {KEY}."}, "a key stands in system="),
        ({"base_url": f"http://127.0.0.1:1/v1?key={KEY}"}, "a key stands in base_url="),
    ],
    ids=["extra", "deep in extra", "system", "base_url"],
)
def test_a_key_in_an_option_is_refused(
    client: Any,
    provider: RowsService,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
    words: str,
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", KEY)

    with pytest.raises(nbchat.SetupError, match=words) as caught:
        nbchat.map(["a"], "{value}", MODEL, where=client, **given)

    assert KEY not in str(caught.value)
    assert OTHER_KEY not in str(caught.value)
