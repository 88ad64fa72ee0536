"""Stop while rows are asked: what is done is there, nothing goes on, and it goes on from there."""

from __future__ import annotations

import os
import signal
import threading

import pytest

import nbchat
from nbchat.errors import Interrupted

from ..waiting import until
from .rows_service import MODEL, RowsService, stopped

ROWS = [str(n) for n in range(400)]
DONE = 60  # rows, after which it is stopped


@pytest.fixture
def stopping(provider: RowsService) -> None:
    """Ctrl-C once so many rows are answered, while others hang."""

    def stop() -> None:
        until(lambda: len(provider.prompts) > DONE)
        os.kill(os.getpid(), signal.SIGINT)

    def say(prompt: str) -> str:
        if int(prompt) >= DONE:
            provider.holds.set()
        return "yes"

    provider.say = say
    threading.Thread(target=stop).start()


@pytest.mark.usefixtures("stopping")
def test_a_stop_raises_what_was_done_and_closes_every_connection(provider: RowsService) -> None:
    with pytest.raises(Interrupted) as caught:
        nbchat.map(ROWS, "{value}", MODEL, at_once=8, rate=5_000, name="stopped")

    out = stopped(caught.value)
    assert 0 < out.answered < len(ROWS)
    assert len(out.failed) == len(ROWS) - out.answered
    assert f"stopped after {out.answered:,} of 400 rows" in str(caught.value)
    assert "Run it again" in str(caught.value)
    asked = len(provider.prompts)
    provider.holds.clear()
    until(lambda: not provider.open_connections)
    assert len(provider.prompts) == asked


@pytest.mark.usefixtures("stopping")
def test_running_it_again_asks_the_others(provider: RowsService) -> None:
    with pytest.raises(Interrupted) as caught:
        nbchat.map(ROWS, "{value}", MODEL, at_once=8, rate=5_000, name="stopped")
    provider.holds.clear()
    provider.forget()
    provider.say = lambda prompt: "yes"

    out = nbchat.map(ROWS, "{value}", MODEL, rate=5_000, name="stopped")

    assert out.answered == len(ROWS)
    assert len(provider.prompts) == len(ROWS) - stopped(caught.value).answered


@pytest.mark.usefixtures("stopping")
def test_retry_of_a_stopped_map_asks_the_others(provider: RowsService) -> None:
    with pytest.raises(Interrupted) as caught:
        nbchat.map(ROWS, "{value}", MODEL, at_once=8, rate=5_000)
    provider.holds.clear()
    provider.say = lambda prompt: "yes"
    out = stopped(caught.value)
    left = len(ROWS) - out.answered
    provider.forget()

    out.retry()

    assert out.answered == len(ROWS)
    assert len(provider.prompts) == left
    assert ".result" in str(caught.value)
