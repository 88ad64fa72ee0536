"""Turns: stored together or not at all, sent in a valid order, moved between, never lost."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbchat
from nbchat import runtime
from nbchat.attachments import Image
from nbchat.conversation.conversation import Conversation
from nbchat.errors import BadSettings, RateLimited
from nbchat.events import Answer, Event, Stop
from nbchat.messages import Message, Text
from nbchat.turns import Tree, Turn

from ..fakes.provider import Service, answer, said
from ..fakes.steps import once
from ..waiting import soon

ASK = {"model": "kimi-k2.6"}


@pytest.fixture
def chat(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conversation]:
    monkeypatch.setenv("KIMI_API_KEY", "sk-test-0123456789")
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    alone = runtime.Runtime()
    yield alone.chat("test")
    alone.close()


def sent(service: Service) -> list[tuple[str, str]]:
    """Roles and texts of the last request."""
    return [(m["role"], m["content"]) for m in service.requests[-1].json["messages"]]


def test_a_question_is_sent_with_the_turns_before_it(chat: Conversation, service: Service) -> None:
    service.answers(*said("Paris."))
    service.answers(*said("About 2 million."))

    chat.ask("Capital of France?", **ASK)
    chat.ask("How many people?", **ASK)

    assert sent(service) == [
        ("user", "Capital of France?"),
        ("assistant", "Paris."),
        ("user", "How many people?"),
    ]


@pytest.mark.field("P3")
def test_the_last_answer_is_that_of_where_the_conversation_stands(
    chat: Conversation, service: Service
) -> None:
    service.always(answer(*said("Paris.")))

    before = chat.last_answer
    one = chat.ask("One", **ASK)
    chat.ask("Aside", fresh=True, **ASK)
    after_one = chat.last_answer
    two = chat.ask("Two", **ASK)
    after_two = chat.last_answer
    chat.undo()

    assert before is None
    assert after_one is one
    assert after_two is two
    assert chat.last_answer is one


def test_an_error_before_the_first_word_leaves_the_history_unchanged(
    chat: Conversation, service: Service
) -> None:
    service.answers(*said("Hi."))
    service.answers(b'{"error":{"message":"slow down"}}', status=429, headers={"retry-after": "90"})

    chat.ask("Hello", **ASK)
    with pytest.raises(RateLimited, match="90 s"):
        chat.ask("Again", **ASK)

    assert [t.question.text for t in chat.turns] == ["Hello"]


def test_a_broken_answer_is_kept_and_flagged_and_the_next_request_is_valid(
    chat: Conversation, service: Service
) -> None:
    service.answers(*said("Half of it")[:-3])
    service.answers(*said("Whole."))

    broken = chat.ask("Tell me", **ASK)
    chat.ask("Go on", **ASK)

    assert (broken.text, broken.stop.reason) == ("Half of it", "broken")
    assert sent(service) == [("user", "Tell me"), ("assistant", "Half of it"), ("user", "Go on")]


@pytest.mark.field("E5")
def test_the_question_of_a_turn_without_words_goes_along_with_the_next(
    chat: Conversation, service: Service
) -> None:
    """Cut while thinking, say: an empty assistant message would be refused."""
    service.answers(*said(thought=["hm, "])[:-3])
    service.answers(*said("Hi."))

    chat.ask("Think", **ASK)
    second = chat.ask("Hello", **ASK)

    assert [turn.question.text for turn in chat.turns] == ["Think", "Hello"]
    assert sent(service) == [("user", "Think\n\nHello")]
    assert second.notices == [
        "The question before had no answer in words; it was sent along with this one."
    ]


@pytest.mark.field("E5")
def test_unanswered_questions_stay_with_the_one_they_went_along_with(
    chat: Conversation, service: Service
) -> None:
    """Also in later requests, and with what was attached; it is told once."""
    thinking = said(thought=["hm"], finish="length")
    picture = Image(b"\x89PNG", "image/png")
    for chunks in (thinking, thinking, said("Two."), said("Three.")):
        service.answers(*chunks)

    chat.ask(["What is this?", picture], **ASK)
    chat.ask("Go on.", **ASK)
    told = chat.ask("Well?", **ASK).notices
    sent_third = service.requests[-1].json["messages"]
    later = chat.ask("And now?", **ASK).notices
    sent_fourth = service.requests[-1].json["messages"]

    assert (
        "The 2 questions before had no answer in words; they were sent along with this one." in told
    )
    assert [notice for notice in later if "no answer" in notice] == []
    (asked,) = sent_third
    assert [part.get("text") for part in asked["content"]] == [
        "What is this?",
        None,
        "Go on.\n\nWell?",
    ]
    assert sent_fourth[:1] == sent_third
    assert [m["role"] for m in sent_fourth] == ["user", "assistant", "user"]


@pytest.mark.field("E5")
def test_a_question_that_a_filter_stopped_is_not_asked_again(
    chat: Conversation, service: Service
) -> None:
    """It would stop every answer from then on."""
    service.answers(*said(thought=["hm"], finish="content_filter"))
    service.answers(*said("Hi."))

    chat.ask("How do I pick a lock?", **ASK)
    second = chat.ask("Hello", **ASK)

    assert sent(service) == [("user", "Hello")]
    assert second.notices == [
        "The question before had no answer, because of a filter; it was not sent again."
    ]


async def test_leaving_early_keeps_what_had_arrived(chat: Conversation, service: Service) -> None:
    service.plays(answer(*said(*["word "] * 200), gap=0.01))

    async with chat.stream("Talk", **ASK) as stream:
        async for _ in stream:
            break

    assert chat.turns[-1].answer.stop.reason == "interrupted"
    assert chat.turns[-1].answer.text.startswith("word ")


def test_a_rerun_cell_asks_its_question_again_on_a_new_branch(
    chat: Conversation, service: Service
) -> None:
    service.always(answer(*said("Yes.")))
    for cell, question in (("a", "First"), ("b", "Second"), ("c", "Third")):
        chat.ask(question, cell=cell, **ASK)

    chat.ask("Second, better", cell="b", **ASK)

    assert sent(service) == [("user", "First"), ("assistant", "Yes."), ("user", "Second, better")]
    assert [t.question.text for t in chat.turns] == ["First", "Second, better"]


def test_run_all_rebuilds_the_conversation(chat: Conversation, service: Service) -> None:
    service.always(answer(*said("Yes.")))
    for _ in range(2):
        for cell in "abc":
            chat.ask(f"Question {cell}", cell=cell, **ASK)

    assert [t.question.text for t in chat.turns] == ["Question a", "Question b", "Question c"]
    assert len(service.requests[-1].json["messages"]) == 5


def test_undo_and_reset_move_back(chat: Conversation, service: Service) -> None:
    service.always(answer(*said("Yes.")))
    for question in ("One", "Two", "Three"):
        chat.ask(question, **ASK)

    gone = chat.undo(2)
    chat.ask("Two again", **ASK)

    assert [t.question.text for t in gone] == ["Two", "Three"]
    assert [t.question.text for t in chat.turns] == ["One", "Two again"]
    assert chat.reset() == 2
    assert chat.turns == []
    with pytest.raises(BadSettings, match="from 1"):
        chat.undo(0)


def test_fresh_asks_without_the_history(chat: Conversation, service: Service) -> None:
    service.always(answer(*said("Yes.")))
    chat.ask("One", **ASK)

    chat.ask("Two", fresh=True, **ASK)

    assert sent(service) == [("user", "Two")]
    assert [turn.question.text for turn in chat.all_turns] == ["One", "Two"]


def test_an_empty_question_is_refused(chat: Conversation) -> None:
    with pytest.raises(BadSettings, match="there is no question"):
        chat.ask("  \n")


def test_two_questions_at_once_are_answered_in_their_order(
    chat: Conversation, service: Service
) -> None:
    """A cell and a panel may ask the same conversation at the same time."""
    both_are_asked = threading.Event()
    late = once(both_are_asked.is_set, answer(*said("First.")))
    service.plays(late, answer(*said("Second.")))

    async def both() -> None:
        first, second = chat.stream("One", **ASK), chat.stream("Two", **ASK)
        tasks = [asyncio.create_task(first.answer())]
        await soon(lambda: service.requests)
        tasks.append(asyncio.create_task(second.answer()))
        await asyncio.sleep(0.1)
        both_are_asked.set()
        await asyncio.gather(*tasks)

    asyncio.run(both())

    assert [(t.question.text, t.answer.text) for t in chat.turns] == [
        ("One", "First."),
        ("Two", "Second."),
    ]
    assert sent(service) == [("user", "One"), ("assistant", "First."), ("user", "Two")]


def test_the_conversation_is_exported_as_markdown_and_json(
    chat: Conversation, service: Service, tmp_path: Path
) -> None:
    service.answers(*said("*Yes*.", thought=["hm"]))
    chat.ask("Really?", **ASK)

    text = chat.export(tmp_path / "talk.md").read_text()
    data = json.loads(chat.export(tmp_path / "talk.json").read_text())

    assert text == "## You\n\nReally?\n\n## kimi-k2.6\n\n*Yes*.\n"
    assert data["turns"][0]["answer"] == "*Yes*."
    assert data["turns"][0]["thought"] == "hm"


def test_the_follow_up_goes_to_the_model_of_the_last_answer(
    chat: Conversation, service: Service
) -> None:
    service.always(answer(*said("Yes.")))

    chat.ask("One", model="kimi-k2.5")
    chat.ask("Two")
    chat.model = "kimi-k2.6"
    chat.ask("Three")

    assert [r.json["model"] for r in service.requests] == ["kimi-k2.5", "kimi-k2.5", "kimi-k2.6"]


def test_public_conversations_are_the_kernels(service: Service) -> None:
    assert nbchat.chat() is nbchat.chat("main")
    assert nbchat.chat("other") is not nbchat.chat("main")


def test_an_answer_is_the_one_that_its_source_has_filled(
    chat: Conversation, service: Service
) -> None:
    service.answers(*said("Yes."))

    answer = chat.ask("Really?", **ASK)

    assert chat.turns[0].answer is answer
    assert (answer.model, answer.provider) == ("kimi-k2.6", "kimi")


async def test_what_a_watcher_was_told_is_what_the_answer_has(
    chat: Conversation, service: Service
) -> None:
    """A panel that begins to watch in the middle shows the answer, and then what it is told."""
    service.plays(answer(*said(*["word "] * 20), gap=0.01))
    told: list[str] = []
    had: list[tuple[str, str]] = []

    def watch(change: str, turn: Turn | None, events: list[Event]) -> None:
        if turn is not None:
            told.extend(event.text for event in events if isinstance(event, Text))
            had.append((turn.answer.text, "".join(told)))

    chat.watch(watch)
    async with chat.stream("Talk", **ASK) as stream:
        async for _ in stream:
            assert stream.result is (chat.asked or chat.turns[-1]).answer

    assert len(had) > 10
    assert [text for text, _ in had] == [words for _, words in had]


def test_the_notices_of_an_answer_stand_in_the_order_they_are_shown(
    chat: Conversation, service: Service
) -> None:
    """The conversation's own come first: it speaks before its source is asked."""
    service.always(answer(*said("Yes.")))
    chat.ask(["What is this?", Image(b"\x89PNG", "image/png")], **ASK)

    told = chat.ask("And?", "moonshot-v1-8k", thinking="high").notices

    assert len(told) == 2
    assert told[0].startswith("moonshot-v1-8k reads text alone; the images of earlier questions")
    assert "think" in told[1]


# --- the tree ------------------------------------------------------------------------------------


def questions(chat: Conversation) -> list[str]:
    return [turn.question.text for turn in chat.turns]


def test_an_edited_question_becomes_a_sibling(chat: Conversation, service: Service) -> None:
    service.always(answer(*said("Yes.")))
    for question in ("One", "Two", "Three"):
        chat.ask(question, **ASK)
    one, two, _ = chat.turns

    chat.ask("Two, edited", parent=two.parent, **ASK)
    assert questions(chat) == ["One", "Two, edited"]
    assert [m for _, m in sent(service)] == ["One", "Yes.", "Two, edited"]
    assert [t.title for t in chat.siblings(two)] == ["Two", "Two, edited"]
    assert chat.siblings(chat.turns[1]) == chat.siblings(two)

    chat.ask("One, edited", parent=None, **ASK)
    assert questions(chat) == ["One, edited"]
    assert [t.title for t in chat.siblings(one)] == ["One", "One, edited"]
    assert [t.title for t in chat.branches] == ["Three", "Two, edited", "One, edited"]


def test_going_to_a_turn_goes_on_to_the_newest_end_below_it(
    chat: Conversation, service: Service
) -> None:
    service.always(answer(*said("Yes.")))
    for question in ("One", "Two", "Three"):
        chat.ask(question, **ASK)
    one, two, three = chat.turns
    chat.ask("Two again", parent=one, **ASK)
    chat.ask("Four", **ASK)

    assert chat.goto(two) is three
    assert questions(chat) == ["One", "Two", "Three"]
    assert chat.goto(one.id).title == "Four"
    assert questions(chat) == ["One", "Two again", "Four"]
    with pytest.raises(BadSettings, match="no turn of this conversation"):
        chat.goto("zzz")


def test_redo_takes_undo_and_reset_back_until_something_is_asked(
    chat: Conversation, service: Service
) -> None:
    service.always(answer(*said("Yes.")))
    for question in ("One", "Two", "Three"):
        chat.ask(question, **ASK)

    chat.undo()
    chat.reset()
    assert [t.title for t in chat.redo()] == ["One", "Two"]
    assert [t.title for t in chat.redo()] == ["Three"]
    assert chat.redo() == []

    chat.undo(2)
    chat.ask("Other", **ASK)
    assert chat.redo() == []
    assert questions(chat) == ["One", "Other"]


def test_the_title_is_the_first_question_or_as_set(chat: Conversation, service: Service) -> None:
    service.always(answer(*said("Yes.")))
    assert chat.title == ""

    chat.ask("\n\n  What is the airspeed velocity of an unladen swallow, and why?\nMore.", **ASK)
    chat.ask("Two", **ASK)
    assert chat.title == "What is the airspeed velocity of an unladen swa…"

    chat.title = " Swallows\n and more "
    assert chat.title == "Swallows and more"


def test_watchers_see_each_change_of_anybody(chat: Conversation, service: Service) -> None:
    service.always(answer(*said("Yes.")))
    seen: list[str] = []
    unwatch = chat.watch(lambda change, turn, events: seen.append(change))

    chat.ask("One", **ASK)
    chat.undo()
    chat.redo()
    chat.goto(chat.turns[0])
    unwatch()
    chat.reset()

    assert [change for change in seen if change != "events"] == [
        "asked",
        "ended",
        "moved",
        "moved",
        "moved",
    ]
    assert seen.count("events") >= 2


async def test_the_turn_is_in_the_conversation_when_its_stop_arrives(
    chat: Conversation, service: Service
) -> None:
    service.answers(*said("Yes."))

    async with chat.stream("One", **ASK) as stream:
        async for event in stream:
            if isinstance(event, nbchat.Stop):
                assert questions(chat) == ["One"]
                assert chat.turns[0].answer.provider == "kimi"


def test_a_turn_is_shown_alone_however_many_are_before_it() -> None:
    tree = Tree()
    for number in range(2000):
        turn = Turn(
            Message("user", f"Question {number}\nand more"), Answer(model="demo"), tree.last
        )
        turn.answer.add(Text(f"Answer **{number}**"))
        turn.answer.add(Stop("end"))
        tree._add(turn)

    assert repr(turn) == "<Turn 'Question 1999': <Answer of demo, end: 'Answer **1999**'>>"
    shown = turn._repr_mimebundle_()
    assert "Question 1999" in shown["text/plain"]
    assert "<strong>1999</strong>" in shown["text/html"]
    assert "1998" not in shown["text/html"]
