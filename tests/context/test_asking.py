"""The guard around whatever a value does while it is looked at."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from nbchat.context import asking
from nbchat.context.forms import Form
from nbchat.context.shown import Shown
from nbchat.context.values import show

from ..waiting import until
from .zoo import with_text

pytestmark = [
    pytest.mark.field("V3"),
    pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this platform has no timer"),
]


@pytest.fixture
def little_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(asking, "LONGEST_LOOK", 1.0)  # enough to begin, on any machine
    monkeypatch.setattr(asking, "AGAIN", 0.02)
    before = signal.getsignal(signal.SIGALRM)
    yield
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def _wait() -> str:
    while True:
        time.sleep(600)


def _swallow() -> str:
    while True:
        try:
            time.sleep(600)
        except BaseException:
            continue


def _swallow_in_turn() -> str:
    try:
        _swallow()
    except BaseException:
        _swallow()
    return ""


@pytest.mark.parametrize("behave", [_wait, _swallow, _swallow_in_turn])
def test_a_value_that_hangs_is_not_sent(little_time: None, behave: Any) -> None:
    tracer = sys.gettrace()

    shown = show("x", with_text(behave), Form())

    assert shown.refusal == "x is not sent: its str took more than 1 s"
    assert sys.gettrace() is tracer


def test_the_users_own_timer_goes_on_where_it_was(little_time: None) -> None:
    heard: list[int] = []

    def hear(number: int, _frame: Any) -> None:
        heard.append(number)

    before = signal.signal(signal.SIGALRM, hear)
    try:
        signal.setitimer(signal.ITIMER_REAL, 300, 7)
        show("x", with_text(_wait), Form())
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        handler = signal.getsignal(signal.SIGALRM)

        signal.setitimer(signal.ITIMER_REAL, 0.02)  # is due while the value is looked at
        show("x", with_text(_wait), Form())
        until(lambda: heard)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert handler is hear
    assert 200 < left < 300
    assert interval == 7
    assert heard == [signal.SIGALRM]


def test_another_thread_has_no_timer_and_shows_the_same(little_time: None) -> None:
    shown: list[Shown] = []
    thread = threading.Thread(target=lambda: shown.append(show("x", 7, Form())))
    thread.start()
    thread.join()

    assert shown[0].text == "7"


def test_what_a_value_prints_is_dropped_and_what_others_print_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def behave() -> str:
        print("of the value")
        print("of the value", file=sys.stderr)
        other = threading.Thread(target=lambda: print("of another thread"))
        other.start()
        other.join()
        return "its text"

    before = sys.stdout, sys.stderr

    shown = show("x", with_text(behave), Form())

    assert shown.text == "its text"
    assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr() == ("of another thread\n", "")


def test_a_stream_that_a_value_has_kept_prints_again_later(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept: list[Any] = []
    show("x", with_text(lambda: kept.append(sys.stdout) or "its text"), Form())

    print("later", file=kept[0])

    assert capsys.readouterr().out == "later\n"
