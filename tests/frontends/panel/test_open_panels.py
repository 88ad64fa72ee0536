"""Which panel is asked what comes from elsewhere in the notebook, such as from below an error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from nbchat import runtime
from nbchat.context.question import Composed
from nbchat.frontends import open_panels
from nbchat.frontends.open_panels import ask_in_panel

from ...fakes.page import Desk

QUESTION = Composed(["Why?", "\n\nThe error."], ["the error"], "brief")


@pytest.fixture
def desks(fresh_kernel: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Desk]]:
    """Two panels and no others, the second opened last."""
    monkeypatch.setattr(open_panels, "_open", [])
    made = [Desk("first"), Desk("last")]
    yield made
    for desk in made:
        desk.session.close()


def test_the_panel_that_was_opened_last_asks(desks: list[Desk]) -> None:
    assert ask_in_panel(QUESTION, "Why?")
    desks[1].wait("end")

    [turn] = desks[1].session.conversation.turns
    assert (turn.typed, turn.inserted) == ("Why?", ("the error",))
    assert "The error." in turn.question.text
    assert desks[0].turns == []


def test_one_without_a_view_is_not_asked(desks: list[Desk]) -> None:
    desks[1].say("bye", view="v")
    runtime.current().thread.submit(asyncio.sleep(0)).result(30)  # which comes behind it
    assert ask_in_panel(QUESTION, "Why?")
    desks[0].wait("end")
    desks[0].session.close()

    assert desks[1].turns == []
    assert not ask_in_panel(QUESTION, "Why?")
