"""What a map wants of a `dask.distributed.Client`, whose troubles are a sentence each.

Everything is awaited on the client's own loop, and never for ever.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

from nbchat import __version__
from nbchat.bridge import bare
from nbchat.dataframes.cluster_worker import Batch, Greeting, ask_batch, meet, stop_run, wake
from nbchat.dataframes.worker_pacing import Part
from nbchat.errors import ConnectionBroken, NbchatError, SetupError
from nbchat.wording import plural

LOOK_SECONDS = 0.2  # between two looks for a worker, while there is none
ANSWERING_SECONDS = 10.0  # that a worker has: it may have to load nbchat first
CALL_SECONDS = 30.0  # for anything that is asked of the scheduler, as Dask itself has it
WAIT = "distributed.comm.timeouts.connect"  # the setting of Dask for how long it waits for another
CLOSED = "the Dask client is closed. Make another: client = dask.distributed.Client(...)."
GONE = (
    "the scheduler of the Dask cluster is gone, or its client was closed. What was answered by "
    "then is kept. Start it again, make another Client, and run the map again."
)


class ClusterClient:
    """A client, as a map uses it. All of it is called on the engine's loop."""

    def __init__(self, client: Any) -> None:
        import dask

        self._client = client
        self.topic: str = client.id
        wait = dask.config.get(WAIT, "30s")
        self._had_workers = False
        self._seconds: float = dask.utils.parse_timedelta(wait)

    def check(self) -> None:
        """Raise an error where the cluster cannot be asked."""
        is_closed = self._client.status in ("closing", "closed")
        if is_closed and not self._had_workers:
            raise SetupError(CLOSED)
        if self._client.status != "running":
            raise ConnectionBroken(GONE)

    # --- workers ---------------------------------------------------------------------------------

    async def workers(self) -> list[str]:
        """The addresses of the workers, waiting for the first.

        Raises SetupError where none comes, and ConnectionBroken where all have gone.
        """
        loop = asyncio.get_running_loop()
        begun, woken = loop.time(), None
        while True:
            found = await self._call(lambda client: client.nthreads())
            if found:
                self._had_workers = True
                return sorted(found)
            if woken is None:
                woken = await self._call(lambda client: client.submit(wake, pure=False))
            if loop.time() - begun > self._seconds:
                raise self._no_worker()
            await asyncio.sleep(LOOK_SECONDS)

    def _no_worker(self) -> NbchatError:
        came = f"none came within {self._seconds:g} s"
        to_do = "Start some, such as with cluster.scale(2), and run the map again."
        if self._had_workers:
            return ConnectionBroken(
                f"the workers of the Dask cluster have gone, and {came}. "
                "What was answered by then is kept. " + to_do
            )
        return SetupError(f"the Dask cluster has no worker, and {came}. " + to_do)

    async def meet(self, run: str, parts: dict[str, Part]) -> dict[str, str]:
        """Give each worker its part. The process of each that is there, by its address.

        Raises SetupError for one that could not ask.
        """

        async def greet(client: Any) -> dict[str, Any]:
            calls = {
                asyncio.ensure_future(
                    client.run(meet, run, part, workers=[address], on_error="return")
                ): address
                for address, part in parts.items()
            }
            await _wait_while_there(client, calls)
            return {address: _said(call, address) for call, address in calls.items()}

        greetings = await self._call(greet)
        processes = {}
        for address, greeting in greetings.items():
            if isinstance(greeting, OSError | None):  # it has gone meanwhile
                continue
            processes[address] = _process_of(address, greeting)
        return processes

    # --- tasks -----------------------------------------------------------------------------------

    async def submit(self, batch: Batch, worker: str, tell_end: Callable[[], None]) -> Any:
        """Send a batch to a worker; `tell_end` is called, on any thread, when it has ended."""

        def send(client: Any) -> Any:
            key = f"nbchat-rows-{uuid4().hex}"
            future = client.submit(ask_batch, batch, pure=False, key=key, workers=[worker])
            future.add_done_callback(lambda _: tell_end())
            return future

        return await self._call(send)

    async def result(self, future: Any, worker: str) -> Any:
        """What a task has returned; None where its worker has gone. Raises what it has raised."""

        async def read(client: Any) -> Any:
            call = asyncio.ensure_future(future.result())
            await _wait_while_there(client, {call: worker})
            if not call.done():
                call.cancel()
                return None
            return call.exception() or call.result()

        found = await self._call(read)
        if isinstance(found, NbchatError):
            raise bare(found)
        return None if isinstance(found, BaseException) else found

    def drop(self, futures: Collection[Any]) -> None:
        """Do not run these, where they are not running yet. Does not wait."""
        self._later(lambda client: client.cancel([*futures]))

    def stop(self, run: str, futures: Collection[Any]) -> None:
        """Ask nothing more for a run. Does not wait: workers stop in their own time."""

        async def stop(client: Any) -> None:
            await client.run(stop_run, run, on_error="ignore")
            if futures:
                await client.cancel([*futures])

        self._later(stop)

    # --- how -------------------------------------------------------------------------------------

    async def _call(self, work: Callable[[Any], Any]) -> Any:
        """What `work` gives on the client's loop. Raises ConnectionBroken where nothing comes."""
        self.check()
        task = asyncio.wrap_future(self._start(work))
        done, _ = await asyncio.wait([task], timeout=max(self._seconds, CALL_SECONDS))
        self.check()
        if not done or task.cancelled():
            task.cancel()
            raise ConnectionBroken(GONE)
        try:
            return task.result()
        except OSError:  # Dask's own word for a connection that is gone
            raise ConnectionBroken(GONE) from None

    def _start(self, work: Callable[[Any], Any]) -> Any:
        async def run() -> Any:
            found = work(self._client)  # a Future of Dask, which could be awaited, is the result
            return await found if inspect.iscoroutine(found) else found

        coroutine = run()
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, self._client.loop.asyncio_loop)
        except (RuntimeError, AttributeError):  # its loop has been closed
            coroutine.close()
            raise SetupError(CLOSED) from None

    def _later(self, work: Callable[[Any], Any]) -> None:
        async def quietly(client: Any) -> None:
            with suppress(Exception):  # the cluster may be gone, and then nothing of it runs
                found = work(client)
                if inspect.iscoroutine(found):
                    await found

        if self._client.status == "running":
            with suppress(SetupError):
                self._start(quietly)


async def _wait_while_there(client: Any, calls: Mapping[asyncio.Future[Any], str]) -> None:
    """Wait for calls of workers, each as long as its worker is there, and never for ever.

    Dask itself would wait for a worker that is gone to come back.
    """
    loop = asyncio.get_running_loop()
    waiting, begun = set(calls), loop.time()
    while waiting and loop.time() - begun < ANSWERING_SECONDS:
        _, waiting = await asyncio.wait(waiting, timeout=LOOK_SECONDS)
        if waiting:
            there = await client.nthreads()
            waiting = {call for call in waiting if calls[call] in there}


def _said(call: asyncio.Future[Any], address: str) -> Any:
    """What a worker has said, or what came in its place; None where nothing came."""
    if not call.done():
        call.cancel()
        return None
    failure = call.exception()
    return call.result().get(address) if failure is None else failure


def _process_of(address: str, greeting: Any) -> str:
    """Raises SetupError where another nbchat is there, or none."""
    here = __version__
    told = repr(greeting).replace("\\", "")  # Dask puts some errors into others, quoted
    if isinstance(greeting, Greeting):
        if greeting.version == here:
            return greeting.process
        there = f"nbchat {greeting.version}"
    elif "No module named 'nbchat'" in told:
        there = "no nbchat"
    elif "nbchat" in told and any(word in told for word in ("ImportErr", "NotFound", "Attribute")):
        there = "another version of nbchat"
    else:
        raise SetupError(
            f"the worker {address} cannot be used: {type(greeting).__name__}: {greeting}."
        )
    raise SetupError(
        f"the worker {address} has {there}, and this process has nbchat {here}. "
        f"Install the same on every worker:\npip install nbchat=={here}"
    )


def lost(times: int) -> ConnectionBroken:
    """Why a question has no answer whose workers went away, one after the other."""
    return ConnectionBroken(f"{plural(times, 'worker')} that asked it went away, one by one.")


def threads_of(client: Any) -> tuple[int, int]:
    """How many workers there are, and how many threads they have; at least one of each.

    Raises SetupError where the client is closed, and ConnectionBroken without a scheduler.
    """
    ClusterClient(client).check()
    threads = client.nthreads()
    return max(1, len(threads)), max(1, sum(threads.values()))
