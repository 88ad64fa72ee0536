"""A provider that answers each row by a function of its prompt, on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import nbchat
from nbchat.dataframes import mapping
from nbchat.dataframes.mapped import Mapped
from nbchat.dataframes.progress import Progress

from ..fakes.provider import Play, Request, Service, answer, said

MODEL = "kimi-k2.6"
REFUSED = 400
DEADLINE = 300.0  # seconds for what other processes do, which have to start; a hang ends then

Say = Callable[[str], str | Play]  # of a prompt: the words of its answer, or all of it


class RowsService:
    """What it is asked is in `prompts`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.say: Say = lambda prompt: f"[{prompt}]"
        service.always(self._play)

    @property
    def prompts(self) -> list[str]:
        return [prompt_of(request) for request in self._service.requests]

    @property
    def asked(self) -> int:
        """How many requests have come."""
        return len(self._service.requests)

    @property
    def requests(self) -> list[Any]:
        """The bodies of the requests."""
        return [request.json for request in self._service.requests]

    @property
    def hung_up(self) -> int:
        """Clients that have left before their answer."""
        return self._service.hung_up

    def forget(self) -> None:
        self._service.requests.clear()

    async def _play(self, request: Request, writer: asyncio.StreamWriter) -> bool | None:
        says = self.say(prompt_of(request))
        play = answer(b"".join(said(says))) if isinstance(says, str) else says
        return await play(request, writer)


def prompt_of(request: Request) -> str:
    content = request.json["messages"][-1]["content"]
    return content if isinstance(content, str) else content[0]["text"]


def refused(words: str = "no", status: int = REFUSED) -> Play:
    """A refusal as providers word it."""
    body = f'{{"error": {{"message": "{words}", "type": "invalid_request_error"}}}}'
    return answer(body.encode(), status=status, headers={"content-type": "application/json"})


def cut_off(words: str) -> Play:
    """An answer that came to its limit."""
    return answer(b"".join(said(words, finish="length")))


def broken_off(words: str) -> Play:
    """An answer whose connection ends in the middle."""

    async def play(request: Request, writer: asyncio.StreamWriter) -> bool:
        chunk = b"".join(said(words)[:2])
        head = b"HTTP/1.1 200 .\r\ncontent-type: text/event-stream\r\n"
        writer.write(head + b"transfer-encoding: chunked\r\n\r\n")
        writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        await writer.drain()
        return False

    return play


async def hang(request: Request, writer: asyncio.StreamWriter) -> bool:
    """No answer, ever."""
    await asyncio.Event().wait()
    return False


class Watcher:
    """A display that keeps what it is shown."""

    def __init__(self) -> None:
        self.last = Progress("")
        self.shown = 0
        self.plans: list[str] = []  # in the order they were told, each once
        self.ended = 0

    def show(self, progress: Progress) -> None:
        self._note(progress)
        self.shown += 1

    def end(self, progress: Progress) -> None:
        self._note(progress)
        self.ended += 1

    def _note(self, progress: Progress) -> None:
        self.last = progress
        if progress.plan not in self.plans:
            self.plans.append(progress.plan)

    @property
    def lines(self) -> list[str]:
        return self.last.lines


def watched(
    data: object, prompt: str, model: str = MODEL, **given: object
) -> tuple[Mapped, Watcher]:
    """What comes of a map, and what a person saw of it."""
    watcher = Watcher()
    return mapping.run(data, prompt, model, display=watcher, **given), watcher  # type: ignore[arg-type]


def answers(out: Mapped) -> list[str | None]:
    return [None if row.answer is None else str(row.answer) for row in out]


def stopped(error: nbchat.NbchatError) -> Mapped:
    """The result that an error carries."""
    assert isinstance(error.result, Mapped)
    return error.result
