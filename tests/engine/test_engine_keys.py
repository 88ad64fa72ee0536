"""A key that is passed as an argument: wrapped at the door, and in no frame or object behind it."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.ultratb import VerboseTB

import nbchat
from nbchat import NbchatError
from nbchat.engine.engine import Engine
from nbchat.keys import Secret
from nbchat.settings import Settings

from ..network.faults.families import FAMILIES, TEXT
from ..network.faults.server import Misbehaving, Turn

OPENAI = FAMILIES[0]
KEY = "sk-canary-7Qv3xY9ZtK2mW8pLr4NbD6"
PACKAGE = str(Path(nbchat.__file__).parent)


async def refused(turn: Turn) -> None:
    await turn.json(turn.family.error(f"not with {turn.headers['authorization']}", 401), 401)


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    with Misbehaving({"good": Turn.good, "refused": refused}) as server:
        yield server


def by_engine(**options: Any) -> nbchat.Answer:
    async def asked() -> nbchat.Answer:
        engine = Engine()
        try:
            return await engine.stream(OPENAI.model, "hi", **options).answer()
        finally:
            await engine.aclose()

    return asyncio.run(asked())


def by_stream(**options: Any) -> nbchat.Answer:
    return asyncio.run(nbchat.stream(OPENAI.model, "hi", **options).answer())


DOORS: dict[str, Callable[..., nbchat.Answer]] = {
    "ask": lambda **options: nbchat.ask(OPENAI.model, "hi", **options),
    "stream": by_stream,
    "chat.ask": lambda **options: nbchat.chat("door").ask("hi", OPENAI.model, **options),
    "chat.stream": lambda **options: asyncio.run(
        nbchat.chat("door").stream("hi", OPENAI.model, **options).answer()
    ),
    "chat.ask without a question": lambda **options: nbchat.chat("door").ask(
        "", OPENAI.model, **options
    ),
    "the engine": by_engine,
}
MISHAPS: dict[str, dict[str, Any]] = {
    "refused": {},
    "no such port": {"base_url": "http://127.0.0.1:9/v1"},
    "plain http": {"base_url": "http://example.com/v1"},
    "a wrong option": {"temperature": 9},
    "a wrong wire": {"wire": "smoke-signals"},
    "a key in two lines": {"api_key": f"{KEY[:16]}\n{KEY}"},
    "a key as bytes": {"api_key": KEY.encode()},
    "a key under another name": {"apikey": KEY},
}


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("door", DOORS)
def test_a_traceback_with_variables_holds_no_key(
    server: Misbehaving, door: str, mishap: str
) -> None:
    """As `%xmode Verbose` prints it, and in what the variables hold as well."""
    options = {
        "base_url": server.case("refused", OPENAI, False)[1],
        "wire": OPENAI.name,
        "api_key": KEY,
    }
    with pytest.raises(NbchatError) as raised:
        DOORS[door](**{**options, **MISHAPS[mishap]})
    error, frames, trace = raised.value, [], raised.value.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename.startswith(PACKAGE):
            frames.append(trace)
        trace = trace.tb_next
    printed = VerboseTB(theme_name="nocolor").text(
        type(error), error, frames[0] if frames else None
    )
    held = [
        f"{f.tb_frame.f_code.co_name}: {n}"
        for f in frames
        for n, v in f.tb_frame.f_locals.items()
        if holds(v)
    ]

    assert KEY not in printed
    assert KEY not in f"{error} {error!r} {vars(error)}"
    assert held == []


def holds(value: Any, depth: int = 5) -> bool:
    """Whether the key is in a variable, or in what that is made of.

    A Secret and what is running are not opened.
    """
    if isinstance(value, str | bytes):
        return KEY in (value if isinstance(value, str) else value.decode("latin-1"))
    if depth == 0 or isinstance(value, Secret):
        return False
    if isinstance(value, dict):
        return any(holds(part, depth - 1) for item in value.items() for part in item)
    if isinstance(value, list | tuple | set | frozenset):
        return any(holds(part, depth - 1) for part in value)
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    parts = {
        **getattr(value, "__dict__", {}),
        **{name: getattr(value, name, None) for name in slots},
    }
    return type(value).__module__.startswith("nbchat") and holds(parts, depth - 1)


def test_no_public_object_holds_the_key(server: Misbehaving) -> None:
    options = {
        "base_url": server.case("good", OPENAI, False)[1],
        "wire": OPENAI.name,
        "api_key": KEY,
    }
    chat = nbchat.chat("door-open")
    answer = chat.ask("hi", OPENAI.model, **options)
    stream = nbchat.stream(OPENAI.model, "hi", **options)

    assert answer.text == TEXT
    for thing in (
        answer,
        answer.message,
        chat,
        chat.turns,
        stream,
        Settings.load(),
        nbchat.models(),
    ):
        assert KEY not in repr(thing)
        assert not holds(thing), thing
    assert KEY.encode() not in pickle.dumps(answer)
    asyncio.run(stream.aclose())
