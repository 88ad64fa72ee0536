"""A panel goes to another conversation, and what it asks goes on in the one before."""

from __future__ import annotations

import nbchat

from ...fakes.page import Desk
from ...fakes.provider import Service, answer, said
from ...fakes.steps import Steps
from ...waiting import until


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
    rows = desk.wait("talks")["rows"]
    assert [row[:3:2] for row in rows] == [["main", "Hello"], ["chat-2", "show me a table"]]
    assert [row[4] for row in rows] == [
        nbchat.chat(name).turns[-1].asked_at for name in ("main", "chat-2")
    ]


def test_what_goes_on_in_a_conversation_that_was_left_is_not_told(slow: Service) -> None:
    words = said(*["word "] * 30)
    first = Steps(words[:5], words[5:])
    slow.plays(first, answer(*said("here")))
    desk = Desk()
    desk.ask("go on")
    desk.wait("delta")
    desk.say("talk", name="other")
    desk.wait("state", when=lambda m: m["name"] == "other")
    told = len(desk.told)
    desk.ask("Hello")
    desk.wait("end")
    first.finish()
    until(lambda: not nbchat.chat("main").answering)

    assert {m.get("name", "other") for m in desk.told[told:] if m["kind"] == "state"} == {"other"}
    assert desk.turns == [("Hello", "here")]
    assert nbchat.chat("main").turns[0].answer.text == "word " * 30


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
    words = said(*["word "] * 30)
    first = Steps(words[:5], words[5:])
    slow.plays(first, answer(*said("second")))
    desk = Desk()
    desk.ask("go on")
    desk.ask("and then?")
    desk.wait("now", when=lambda m: m["queued"] == "and then?")
    desk.say("talk", name="other")
    desk.wait("state", when=lambda m: m["name"] == "other")

    until(lambda: desk.all("now")[-1]["queued"] is None)
    first.finish()
    until(lambda: len(nbchat.chat("main").turns) == 2)
    assert [turn.answer.text for turn in nbchat.chat("main").turns] == ["word " * 30, "second"]
    assert desk.turns == []


def test_a_question_goes_to_the_conversation_that_its_view_shows(desk: Desk) -> None:
    """Another view of the panel has just gone elsewhere."""
    desk.say("talk", name="other")
    desk.ask("show me a table", conversation="main")
    until(lambda: nbchat.chat("main").turns)

    assert desk.turns == []
