"""A call that runs, and what came of it: whatever a tool does, there is a result."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from typing import Any

import pytest

import nbchat
from nbchat.context.cells import Output
from nbchat.errors import Interrupted
from nbchat.messages import ToolCall
from nbchat.tools.running import INTERRUPTED, Job, Outcome
from nbchat.tools.tool import FunctionTool


class Printed:
    """What a front-end has captured."""

    def __init__(self, *outputs: Output) -> None:
        self.outputs = outputs


def job(tool: FunctionTool, arguments: Mapping[str, Any] | None = None, **more: Any) -> Job:
    call = ToolCall("call_1", tool.name, dict(arguments or {}))
    return Job(call, tool, tool.checked(arguments or {}), **more)


def ran(function: Callable[..., Any], **arguments: Any) -> Outcome:
    return job(nbchat.tool(function), arguments).perform()


def ran_async(function: Callable[..., Any], **arguments: Any) -> Outcome:
    return asyncio.run(job(nbchat.tool(function), arguments).perform_async())


def ends(error: BaseException) -> Callable[[], None]:
    def end() -> None:
        raise error

    return end


def test_a_call_gives_what_its_function_returns() -> None:
    def add(a: int, b: int = 2) -> int:
        return a + b

    outcome = ran(add, a="1")

    assert (outcome.content, outcome.error, outcome.interrupted) == ("3", False, False)


def test_an_edited_call_runs_with_what_the_person_has_made_of_it() -> None:
    def say(code: str) -> str:
        return code.upper()

    tool = nbchat.tool(say)

    assert Job(ToolCall("1", "say", {"code": "a"}), tool, {"code": "b"}).perform().content == "B"


def test_what_it_printed_is_heard_also_where_it_fails() -> None:
    tool = nbchat.tool(ends(ValueError("no")))

    outcome = job(tool).perform(Printed(Output("stdout", "half way\n")))

    assert outcome.error
    assert str(outcome.content).startswith("half way\n")
    assert str(outcome.content).endswith("ValueError: no")


# --- what ends it -----------------------------------------------------------------------------

ENDINGS: dict[str, tuple[BaseException, str]] = {
    "an error": (LookupError("nothing"), "LookupError: nothing"),
    "exit": (SystemExit(3), "SystemExit: 3"),
    "the end of a generator": (GeneratorExit(), "GeneratorExit"),
    "no items": (StopIteration(), "StopIteration"),
    "no memory": (MemoryError(), "MemoryError"),
    "too deep": (RecursionError("too deep"), "RecursionError: too deep"),
    "a group": (ExceptionGroup("two", [ValueError("one")]), "ValueError: one"),
    "cancelled": (asyncio.CancelledError(), "CancelledError"),
    "one of nbchat": (nbchat.SetupError("no key"), "no key"),
}


@pytest.mark.parametrize("kind", ENDINGS)
def test_whatever_a_tool_raises_is_a_result(kind: str) -> None:
    error, words = ENDINGS[kind]

    outcome = ran(ends(error))

    assert outcome.error
    assert not outcome.interrupted
    assert words in str(outcome.content)


@pytest.mark.parametrize("kind", [kind for kind in ENDINGS if kind != "no items"])
def test_whatever_an_async_tool_raises_is_a_result(kind: str) -> None:
    error, words = ENDINGS[kind]

    async def end() -> None:
        raise error

    outcome = ran_async(end)

    assert outcome.error
    assert words in str(outcome.content)


def test_a_tool_without_end_of_calls_is_told_in_short() -> None:
    def deeper() -> None:
        deeper()

    content = str(ran(deeper).content)

    assert "RecursionError" in content
    assert "more times" in content
    assert len(content) < 2_000


def test_an_error_tells_only_the_steps_of_the_person() -> None:
    content = str(ran(ends(ValueError("no"))).content)

    assert "nbchat/tools" not in content
    assert "test_running.py" in content


def test_of_a_hidden_cell_no_line_is_told() -> None:
    names: dict[str, Any] = {}
    source = "def secret():\n    raise ValueError('no')  # the recipe\n"
    name = "<ipython-input-7-0123456789ab>"
    import linecache

    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    exec(compile(source, name, "exec"), names)
    tool = nbchat.tool(names["secret"])

    assert "the recipe" in str(job(tool).perform().content)
    assert "the recipe" not in str(job(tool, hidden={7}).perform().content)


# --- interrupts -------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Interrupted("stopped")], ids=["key", "ask"])
def test_an_interrupt_is_no_error_of_the_tool(error: BaseException) -> None:
    outcome = ran(ends(error))

    assert (outcome.content, outcome.error, outcome.interrupted) == (INTERRUPTED, True, True)


@pytest.mark.skipif(sys.platform == "win32", reason="a signal to oneself is of POSIX")
def test_a_signal_reaches_a_tool_that_sleeps() -> None:
    def sleep() -> str:
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
        time.sleep(60)
        return "woke up"

    assert ran(sleep).interrupted


def test_an_async_tool_that_is_cancelled_stops() -> None:
    ended: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("ended")

    async def main() -> None:
        task = asyncio.ensure_future(job(nbchat.tool(wait)).perform_async())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert ended == ["ended"]


# --- async, and one by one --------------------------------------------------------------------


def test_an_async_function_is_awaited() -> None:
    async def add(a: int) -> int:
        await asyncio.sleep(0)
        return a + 1

    assert ran_async(add, a=1).content == "2"


def test_a_value_that_never_says_what_it_is_does_not_stop_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nbchat.tools.running.LONGEST_TELLING", 0.2)
    over = threading.Event()

    class Slow:
        def __repr__(self) -> str:
            over.wait(60)
            return "Slow(3)"

    async def give() -> Slow:
        return Slow()

    async def main() -> Outcome:
        outcome = await job(nbchat.tool(give)).perform_async()
        over.set()
        return outcome

    outcome = asyncio.run(main())

    assert outcome.error
    assert outcome.content == "what it gave took more than 0.2 s to say what it is"


def test_a_coroutine_that_nobody_awaits_is_told() -> None:
    async def wait() -> None: ...

    def call() -> Coroutine[Any, Any, None]:
        return wait()

    outcome = ran(call)

    assert outcome.error
    assert outcome.content == "call returned a coroutine; its function should be an async def."


def test_a_generator_gives_its_texts_as_lines() -> None:
    def lines() -> Iterator[str]:
        yield "a"
        yield "b"

    async def later() -> AsyncIterator[str]:
        yield "a"
        yield "b"

    assert ran(lines).content == "a\nb"
    assert ran_async(later).content == "a\nb"


def test_a_generator_that_fails_is_an_error() -> None:
    def lines() -> Iterator[str]:
        yield "a"
        raise ValueError("no more")

    outcome = ran(lines)

    assert outcome.error
    assert str(outcome.content).endswith("ValueError: no more")


def test_of_what_has_no_end_the_first_are_taken() -> None:
    def count() -> Iterator[int]:
        return itertools.count()

    async def forever() -> AsyncIterator[str]:
        while True:
            yield "x"

    assert "999, '… (the first 1,000 items)'" in " ".join(str(ran(count).content).split())
    assert str(ran_async(forever).content).endswith("… (the first 1,000 items)")


def test_rows_of_a_database_are_taken() -> None:
    def query() -> Any:
        return sqlite3.connect(":memory:").execute("select 1, 'a'")

    assert "(1, 'a')" in str(ran(query).content)


# --- data and bounds --------------------------------------------------------------------------


def test_without_data_neither_value_nor_print_leaves() -> None:
    tool = nbchat.tool(lambda: "Ada", name="who")

    outcome = job(tool, data="schema").perform(Printed(Output("stdout", "Lovelace")))

    assert "Ada" not in str(outcome.content)
    assert "Lovelace" not in str(outcome.content)
    assert "str, 3 characters" in str(outcome.content)


def test_a_result_is_as_long_as_the_tool_says() -> None:
    def much() -> str:
        return "a" * 100_000

    assert 7_900 < len(ran(much).content) <= 8_000
    assert 450 < len(job(nbchat.tool(longest=500)(much)).perform().content) <= 500
