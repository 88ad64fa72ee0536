"""A `--fresh` question stands aside: a branch of its own, and the conversation stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbchat.errors import RateLimited
from nbchat.events import Stop
from nbchat.messages import Text
from nbchat.turns import Turn

from ..fakes.source import HANG
from ..store.disk import rows
from ..waiting import until
from .talk import Talk, said

pytestmark = pytest.mark.field("L6")


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    talk = Talk(tmp_path / "history.sqlite")
    yield talk
    talk.close()


def sent(talk: Talk) -> list[str]:
    """The texts of the last request."""
    return [message.text for message in talk.script.sent[-1]]


def asked(turns: list[Turn]) -> list[str]:
    return [turn.question.text for turn in turns]


def test_a_plain_question_sends_nothing_of_fresh_ones(talk: Talk) -> None:
    talk.ask("One")
    for number in range(4):
        talk.ask(f"Aside {number}", fresh=True)
        assert sent(talk) == [f"Aside {number}"]
    talk.ask("Two")

    assert sent(talk) == ["One", "Yes.", "Two"]
    assert asked(talk.chat.turns) == ["One", "Two"]
    assert len(talk.chat.all_turns) == 6


def test_in_an_empty_conversation_it_stands_aside_too(talk: Talk) -> None:
    talk.ask("Aside", fresh=True)
    talk.ask("One")

    assert sent(talk) == ["One"]
    assert asked(talk.chat.turns) == ["One"]
    assert asked(talk.chat.siblings(talk.chat.turns[0])) == ["Aside", "One"]


def test_it_can_be_gone_to_and_asked_further(talk: Talk) -> None:
    talk.ask("One")
    talk.ask("Aside", fresh=True)
    _, aside = talk.chat.branches
    talk.chat.goto(aside)
    talk.ask("And that?")

    assert sent(talk) == ["Aside", "Yes.", "And that?"]
    talk.ask("Another", fresh=True)
    assert asked(talk.chat.turns) == ["Aside", "And that?"]


def test_a_cell_that_is_run_again_asks_aside_again(talk: Talk) -> None:
    talk.ask("One", cell="a")
    talk.ask("Aside", cell="b", fresh=True)
    talk.ask("Two", cell="c")
    talk.ask("Aside, better", cell="b", fresh=True)

    assert sent(talk) == ["Aside, better"]
    assert asked(talk.chat.turns) == ["One", "Two"]
    assert asked(talk.chat.siblings(talk.chat.turns[0])) == ["One", "Aside", "Aside, better"]

    talk.ask("No aside any more", cell="b")
    assert sent(talk) == ["One", "Yes.", "Two", "Yes.", "No aside any more"]


def test_undo_and_redo_are_about_the_conversation(talk: Talk) -> None:
    talk.ask("One")
    talk.ask("Two")
    talk.chat.undo()
    talk.ask("Aside", fresh=True)

    assert asked(talk.chat.redo()) == ["Two"]
    talk.ask("Aside", fresh=True)
    assert asked(talk.chat.undo()) == ["Two"]


def test_its_system_prompt_and_its_model_are_its_own(talk: Talk) -> None:
    talk.chat.system = "Brief."
    talk.ask("One", model="kimi-k2.5")
    talk.ask("Aside", model="kimi-k2.6", fresh=True, system="Pirate.", system_stays=True)

    assert talk.chat.system == "Brief."
    assert talk.chat.last is not None
    assert talk.chat.last.answer.model == "kimi-k2.5"


def test_a_fresh_question_without_an_answer_leaves_nothing(talk: Talk) -> None:
    talk.ask("One")
    with pytest.raises(RateLimited):
        talk.ask("Aside", RateLimited("slow down"), fresh=True)

    assert asked(talk.chat.all_turns) == ["One"]


def test_a_broken_one_is_kept_aside(talk: Talk) -> None:
    talk.ask("One")
    broken = talk.ask("Aside", Text("Ha"), Stop("broken", "hung up"), fresh=True)

    assert (broken.text, asked(talk.chat.turns)) == ("Ha", ["One"])
    assert asked(talk.chat.all_turns) == ["One", "Aside"]


def test_a_new_kernel_finds_the_conversation_where_it_was(talk: Talk) -> None:
    talk.ask("One")
    talk.ask("Two")
    talk.ask("Aside", fresh=True)
    again = talk.resume(talk.store.path)

    assert said(again.chat) == said(talk.chat) == [("One", "Yes."), ("Two", "Yes.")]
    assert asked(again.chat.branches) == ["Two", "Aside"]
    again.close()


def test_a_kernel_that_is_killed_meanwhile_leaves_the_conversation_where_it_was(
    talk: Talk,
) -> None:
    talk.ask("One")
    talk.script.plays.append([Text("Half "), HANG])
    talk.stream = talk.chat.open("Aside", fresh=True)
    talk._on_the_loop(talk.stream.__anext__())
    until(lambda: len(rows(talk.store.path)) == 2)
    again = talk.resume(talk.store.path)

    assert asked(again.chat.turns) == ["One"]
    talk.stop()
    again.close()
