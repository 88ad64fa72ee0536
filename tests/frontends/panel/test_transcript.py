"""What views are told when they come late, leave, or go to another conversation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nbchat
from nbchat import runtime
from nbchat.errors import ConversationBusy

from ...service import Service, answer, said
from ...waiting import until
from .conftest import Desk


def test_a_view_that_comes_late_gets_the_running_answer(slow: Service) -> None:
    slow.plays(answer(*said(*["word "] * 60), gap=0.02))
    desk = Desk()
    desk.ask("go on")
    desk.wait("delta", 3)
    desk.say("sync", view="w")
    late = desk.wait("open", 2)
    end = desk.wait("end")
    heard = desk.told[desk.told.index(late) :]

    text = late["html"] + late["tail"]
    assert re.search("word", text)
    assert [m["seq"] for m in heard if m["kind"] == "delta"] == list(
        range(late["seq"] + 1, end["seq"] + 1)
    )


def test_nothing_is_sent_when_the_last_view_has_gone(desk: Desk) -> None:
    desk.say("bye", view="v")
    nbchat.chat().ask("Hello", "demo")

    assert not desk.all("delta")
    assert not desk.all("open")

    desk.say("sync", view="w")
    assert desk.wait("rows")["rows"][0]["question"]["text"] == "Hello"


def test_conversations_are_begun_and_gone_back_to(desk: Desk) -> None:
    desk.ask("Hello")
    desk.wait("end")
    desk.say("talk")
    desk.wait("state", when=lambda m: m["name"] == "chat-2")
    desk.ask("show me a table")
    desk.wait("end", 2)
    desk.say("talk", name="main")
    back = desk.wait("rows", when=lambda m: m["rows"][0]["question"]["text"] == "Hello")

    assert back
    desk.say("talks")
    assert [row[::2] for row in desk.wait("talks")["rows"]] == [
        ["main", "Hello", 0],
        ["chat-2", "show me a table", 0],
    ]


def test_what_goes_on_in_a_conversation_that_was_left_is_not_told(slow: Service) -> None:
    slow.plays(answer(*said(*["word "] * 30), gap=0.01), answer(*said("here")))
    desk = Desk()
    desk.ask("go on")
    desk.wait("delta")
    desk.say("talk", name="other")
    desk.wait("state", when=lambda m: m["name"] == "other")
    told = len(desk.told)
    desk.ask("Hello")
    desk.wait("end")
    until(lambda: len(nbchat.chat("main").turns) == 1)

    assert {m.get("name", "other") for m in desk.told[told:] if m["kind"] == "state"} == {"other"}
    assert desk.turns == [("Hello", "here")]
    assert nbchat.chat("main").turns[0].answer.text == "word " * 30


def test_undo_redo_and_reset_move_the_branch(desk: Desk) -> None:
    desk.ask("Hello")
    desk.wait("state", when=lambda m: m["ids"])
    for how, count in (("undo", 0), ("redo", 1), ("reset", 0)):
        told = len(desk.all("state"))
        desk.say("move", how=how)
        assert len(desk.wait("state", told + 1)["ids"]) == count


def test_a_question_that_failed_elsewhere_is_still_there_on_return(slow: Service) -> None:
    slow.plays(answer(b'{"error": {"message": "no"}}', status=401))
    desk = Desk()
    desk.ask("Hello")
    desk.wait("refusal")
    desk.say("talk", name="other")
    desk.say("talk", name="main")

    assert desk.wait("refusal", 2)["error"] == "KeyRefused"
    assert desk.all("state")[-1]["failed"] == [desk.all("refusal")[-1]["id"]]


def test_a_waiting_question_is_asked_where_it_was_typed(slow: Service) -> None:
    """Its panel shows another conversation by then."""
    slow.plays(answer(*said(*["word "] * 30), gap=0.01), answer(*said("second")))
    desk = Desk()
    desk.ask("go on")
    desk.ask("and then?")
    desk.wait("now", when=lambda m: m["queued"] == "and then?")
    desk.say("talk", name="other")
    desk.wait("state", when=lambda m: m["name"] == "other")

    assert desk.all("now")[-1]["queued"] is None
    until(lambda: len(nbchat.chat("main").turns) == 2)
    assert [turn.answer.text for turn in nbchat.chat("main").turns] == ["word " * 30, "second"]
    assert desk.turns == []


def test_a_question_goes_to_the_conversation_that_its_view_shows(desk: Desk) -> None:
    """Another view of the panel has just gone elsewhere."""
    desk.say("talk", name="other")
    desk.ask("show me a table", conversation="main")
    until(lambda: nbchat.chat("main").turns)

    assert desk.turns == []


def test_a_panel_that_opens_while_nothing_has_been_answered_yet_shows_the_question(
    slow: Service,
) -> None:
    slow.plays(answer(*said("late"), hold=0.1))
    first = Desk()
    first.ask("Why?")
    first.wait("open")
    until(lambda: slow.requests)
    second = Desk()

    assert second.wait("open")["question"]["text"] == "Why?"
    second.wait("end")
    first.wait("end")
    assert (
        second.wait("state", when=lambda m: m["ids"])["ids"]
        == first.wait("state", when=lambda m: m["ids"])["ids"]
    )


def test_two_panels_that_ask_at_once_are_answered_in_turn(slow: Service) -> None:
    slow.plays(answer(*said("one"), gap=0.02), answer(*said("two"), gap=0.02))
    one, two = Desk(), Desk()
    one.ask("first")
    two.ask("second")
    for desk in (one, two):
        desk.wait("end", 2)

    assert one.turns == [("first", "one"), ("second", "two")]
    ids = [turn.id for turn in nbchat.chat().turns]
    for desk in (one, two):
        assert desk.wait("state", when=lambda m: m["ids"] == ids)["live"] == []


def test_a_conversation_cannot_be_deleted_while_a_panel_asks(slow: Service) -> None:
    slow.plays(answer(*said(*["word "] * 30), gap=0.01))
    desk = Desk()
    desk.ask("go on")
    desk.wait("delta")
    with pytest.raises(ConversationBusy):
        nbchat.chat().forget()
    until(lambda: not nbchat.chat().answering)
    nbchat.chat().forget()

    assert desk.wait("state", when=lambda m: not m["ids"] and m["title"] == "main")


def test_closing_the_engine_ends_what_a_panel_asks_and_the_panel_goes_on(slow: Service) -> None:
    """`%unload_ext nbchat` does this while a panel is open."""
    slow.plays(answer(*said(*["word "] * 400), gap=0.02), answer(*said("again")))
    desk = Desk()
    desk.ask("go on")
    desk.wait("delta")
    runtime.close()

    assert desk.wait("end")["stop"][0] == "interrupted"
    assert desk.wait("state", when=lambda m: m["ids"])["live"] == []

    desk.ask("still there?")
    desk.wait("end", 2)
    assert desk.turns[1] == ("still there?", "again")


@pytest.fixture
def on_disk(fresh_kernel: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A new kernel that keeps its conversations."""
    monkeypatch.setenv("NBCHAT_HISTORY", str(tmp_path / "history.sqlite"))
    runtime.current().watched = True


def test_what_an_earlier_kernel_left_is_offered_and_taken_up(
    on_disk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbchat.chat("talk").ask("show me a table", "demo")
    nbchat.chat("talk").ask("What did I just ask?", "demo")
    runtime.close()
    monkeypatch.setattr(runtime, "_kernel", None)
    desk = Desk()
    desk.say("talks")
    (here, left) = desk.wait("talks")["rows"]

    assert here[0] == "main"
    assert (left[0], left[2], left[3]) == ("", "show me a table", 2)

    desk.say("talk", id=left[1])
    desk.wait("state", when=lambda m: m["name"] == "talk")
    desk.wait("rows")

    assert desk.turns[0][0] == "show me a table"
    assert nbchat.chat("talk") is desk.session.conversation


def test_a_deleted_conversation_is_gone_here_and_on_disk(on_disk: None) -> None:
    nbchat.chat("talk").ask("show me a table", "demo")
    nbchat.chat("other").ask("Hello", "demo")
    store = runtime.current().store()
    assert store is not None
    desk = Desk("talk")
    desk.wait("rows")

    desk.say("move", how="delete")

    assert desk.wait("state", 2)["ids"] == []
    until(
        lambda: (
            [one.header.name for one in store.ask(lambda database: database.conversations())]
            == ["other"]
        )
    )
    desk.ask("Hello again")
    desk.wait("end")
    until(lambda: len(store.ask(lambda database: database.conversations())) == 2)


def test_a_conversation_that_is_answering_is_not_deleted(slow: Service) -> None:
    slow.plays(answer(*said(*["word "] * 30), gap=0.01))
    desk = Desk()
    desk.ask("go on")
    desk.wait("delta")

    desk.say("move", how="delete")

    assert desk.wait("note")["error"] == "ConversationBusy"
    desk.wait("end")
    assert desk.turns == [("go on", "word " * 30)]


def test_the_notebooks_copy_is_made_once_for_each_change_and_sent_when_asked_for(
    desk: Desk,
) -> None:
    desk.ask("Hello")
    desk.wait("end")
    state = desk.wait("state", when=lambda m: m["ids"])
    published = len(desk.published)
    desk.say("sync", view="w")
    desk.say("snapshot")
    copy = desk.wait("snapshot")

    assert copy["mark"] == state["copy"]
    assert copy["mark"] in copy["data"]["text/html"]
    assert copy["data"] == desk.published[-1]
    assert len(desk.published) == published


def test_a_turn_that_is_not_there_is_answered_with_the_state(desk: Desk) -> None:
    """A view that has missed a message may ask for it."""
    told = len(desk.all("state"))
    desk.say("want", ids=["gone"])

    assert desk.wait("state", told + 1)["ids"] == []
