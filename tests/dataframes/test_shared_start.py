"""What all rows begin with is paid for once: a provider that bills its cache as Claude's does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

import nbchat
from nbchat import runtime

from ..fakes.provider import Request, Service, answer, sse

MODEL = "claude-sonnet-5-5"
FEWEST = 1024  # tokens that the provider keeps
LETTERS = 4  # of a token, as the provider counts
RULES = "Keep to all of these rules. " * 300
ROWS = 30


class ClaudeThatBills:
    """Counts what is sent, what it reads from its cache, and what it writes there."""

    def __init__(self) -> None:
        self.kept: set[str] = set()
        self.bodies: list[dict[str, Any]] = []
        self.plain = self.read = self.written = 0  # tokens

    async def play(self, request: Request, writer: asyncio.StreamWriter) -> bool | None:
        body = request.json
        self.bodies.append(body)
        usage = self._bill(body)
        events = sse(
            {"type": "message_start", "message": {"id": "m", "usage": usage}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text"}},
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": "yes"},
            },
            {
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn"},
                "usage": {"output_tokens": 1},
            },
            {"type": "message_stop"},
            done=False,
        )
        return await answer(events)(request, writer)

    def _bill(self, body: dict[str, Any]) -> dict[str, int]:
        blocks = [*body.get("system", ()), *body["messages"][-1]["content"]]
        sent, marked = "", []
        for block in blocks:
            sent += block["text"]
            if "cache_control" in block:
                marked.append(sent)
        if "cache_control" in body:
            marked.append(sent)
        read = max((len(one) for one in marked if one in self.kept), default=0)
        longest = max((len(one) for one in marked if len(one) >= FEWEST * LETTERS), default=0)
        self.kept.update(one for one in marked if len(one) >= FEWEST * LETTERS)
        written = max(longest - read, 0)
        counts = (len(sent) - read - written, read, written)
        plain, read, written = (size // LETTERS for size in counts)
        self.plain, self.read, self.written = (
            self.plain + plain,
            self.read + read,
            self.written + written,
        )
        return {
            "input_tokens": plain,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
            "output_tokens": 1,
        }


@pytest.fixture
def claude(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClaudeThatBills]:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", service.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test-0123456789")
    runtime.reset()
    claude = ClaudeThatBills()
    service.always(claude.play)
    yield claude
    runtime.reset()


def test_a_long_beginning_is_written_once_and_read_by_all_other_rows(
    claude: ClaudeThatBills,
) -> None:
    rows = [f"row {number}" for number in range(ROWS)]

    out = nbchat.map(rows, RULES + "{value}", MODEL, rate=5_000)

    shared = len(RULES) // LETTERS
    assert claude.written == shared
    assert claude.read == shared * (ROWS - 1)
    assert (out.usage.cached, out.usage.written) == (claude.read, claude.written)
    assert {body["messages"][0]["content"][0]["text"] for body in claude.bodies} == {RULES}


def test_a_long_system_prompt_is_written_once_too(claude: ClaudeThatBills) -> None:
    rows = [f"row {number}" for number in range(ROWS)]

    nbchat.map(rows, "{value}", MODEL, system=RULES, rate=5_000)

    assert claude.written == len(RULES) // LETTERS


def test_the_own_words_of_a_row_are_never_written(claude: ClaudeThatBills) -> None:
    """Nobody asks the same again, and a provider takes more for what it writes."""
    rows = [f"{number} " + "own words " * 600 for number in range(5)]

    nbchat.map(rows, "Sum up: {value}", MODEL)

    assert (claude.read, claude.written) == (0, 0)


def test_a_short_beginning_is_sent_as_one_text(claude: ClaudeThatBills) -> None:
    nbchat.map(["tea", "mint"], "Rate: {value}", MODEL)

    assert sorted(body["messages"][0]["content"][0]["text"] for body in claude.bodies) == [
        "Rate: mint",
        "Rate: tea",
    ]
    assert "cache_control" not in json.dumps(claude.bodies)
