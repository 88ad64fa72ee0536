"""Quiet while values are looked at, also by several threads at once."""

from __future__ import annotations

import sys
import threading
import warnings
from typing import Any

import pytest

from nbchat.context.quiet import muted, no_warnings


@pytest.mark.parametrize("quiet", [muted, no_warnings])
def test_what_was_there_is_back_when_the_last_thread_is_done(quiet: Any) -> None:
    before = (sys.stdout, sys.stderr, [*warnings.filters])
    is_in, may_go = threading.Event(), threading.Event()

    def look() -> None:
        with quiet():
            is_in.set()
            may_go.wait(60)

    other = threading.Thread(target=look)
    with quiet():
        other.start()
        is_in.wait(60)
    may_go.set()
    other.join()

    assert (sys.stdout, sys.stderr, [*warnings.filters]) == before


def test_a_thread_that_is_done_prints_while_another_one_looks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    is_in, may_go = threading.Event(), threading.Event()

    def look() -> None:
        with muted():
            print("of a value")
            is_in.set()
            may_go.wait(60)

    other = threading.Thread(target=look)
    with muted():
        print("of a value")
        other.start()
        is_in.wait(60)
    print("of the user")
    may_go.set()
    other.join()

    assert capsys.readouterr().out == "of the user\n"


def test_streams_that_somebody_else_has_put_there_stay(capsys: pytest.CaptureFixture[str]) -> None:
    before, own = sys.stdout, sys.stderr
    with muted():
        sys.stdout = own
    try:
        assert sys.stdout is own
    finally:
        sys.stdout = before
