"""Stop while rows are asked: what is done is there, nothing goes on, and it goes on from there."""

from __future__ import annotations

import os
import signal
import threading

import pytest

import nbchat
from nbchat.errors import Interrupted

from ..waiting import until
from .rows_service import MODEL, Play, RowsService, hang, stopped

ROWS = [str(n) for n in range(200)]
DONE, AT_ONCE = 60, 8  # rows that are answered, and requests that hang when it is stopped
FAST = 5_000  # requests a second


@pytest.fixture
def stopping(provider: RowsService) -> None:
    """Ctrl-C once so many rows are answered, while others hang."""

    def stop() -> None:
        try:
            until(lambda: len(provider.prompts) == DONE + AT_ONCE)
        finally:  # or it would go on for ever
            os.kill(os.getpid(), signal.SIGINT)

    def say(prompt: str) -> str | Play:
        return "yes" if int(prompt) < DONE else hang

    provider.say = say
    threading.Thread(target=stop).start()


def stop_it(name: str | None = None) -> Interrupted:
    with pytest.raises(Interrupted) as caught:
        nbchat.map(ROWS, "{value}", MODEL, at_once=AT_ONCE, rate=FAST, name=name)
    return caught.value


@pytest.mark.usefixtures("stopping")
def test_a_stop_raises_what_was_done_and_closes_what_is_under_way(provider: RowsService) -> None:
    error = stop_it("stopped")

    out = stopped(error)
    assert out.answered == DONE
    assert len(out.failed) == len(ROWS) - DONE
    assert str(error).startswith(f"stopped after {DONE} of {len(ROWS)} rows. Run it again")
    until(lambda: provider.hung_up == AT_ONCE)
    assert len(provider.prompts) == DONE + AT_ONCE


@pytest.mark.usefixtures("stopping")
def test_running_it_again_asks_the_others(provider: RowsService) -> None:
    stop_it("stopped")
    provider.forget()
    provider.say = lambda prompt: "yes"

    out = nbchat.map(ROWS, "{value}", MODEL, rate=FAST, name="stopped")

    assert out.answered == len(ROWS)
    assert sorted(provider.prompts, key=int) == ROWS[DONE:]


@pytest.mark.usefixtures("stopping")
def test_retry_of_a_stopped_map_asks_the_others(provider: RowsService) -> None:
    error = stop_it()
    provider.forget()
    provider.say = lambda prompt: "yes"
    out = stopped(error)

    out.retry()

    assert ".result" in str(error)
    assert out.answered == len(ROWS)
    assert sorted(provider.prompts, key=int) == ROWS[DONE:]
