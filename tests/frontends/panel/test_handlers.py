"""What the page says, and what comes of it: choices, images, and moves of the branch."""

from __future__ import annotations

from typing import get_args

import pytest

import nbchat
from nbchat.errors import ConversationBusy
from nbchat.frontends.panel import handlers, page_messages
from nbchat.messages import Image

from ...fakes.page import Desk
from ...fakes.provider import Service, answer, said
from ...fakes.steps import Steps
from ...waiting import until

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def test_choices_hold_for_the_next_question(slow: Service) -> None:
    slow.plays(answer(*said("yes")))
    desk = Desk()
    desk.say("choose", temperature=0.5, max_tokens=100, system="Be brief.")
    desk.say("choose", thinking="")
    desk.ask("Hello")
    desk.wait("end")
    sent = slow.requests[0].json

    assert (sent["temperature"], sent.get("max_tokens") or sent.get("max_completion_tokens")) == (
        0.5,
        100,
    )
    assert "Be brief." in str(sent["messages"][0])
    assert nbchat.chat().system == "Be brief."


def test_a_search_holds_until_it_is_switched_off(slow: Service) -> None:
    slow.always(answer(*said("yes")))
    desk = Desk()
    desk.say("choose", model="gpt-4o-search-preview")
    for search in (True, False):
        desk.told.clear()
        desk.say("choose", search=search)
        desk.wait("now", when=lambda now, wanted=search: now["search"] is wanted)
        desk.ask("Hello")
        desk.wait("end")

    assert ["web_search_options" in request.json for request in slow.requests] == [True, False]


def test_an_unknown_model_is_refused_and_near_names_are_told(desk: Desk) -> None:
    desk.say("choose", model="kimi-k2-thinkng")

    assert "kimi-k2-thinking" in desk.wait("note")["text"]
    assert nbchat.chat().model is None


def test_images_go_along_and_come_back_when_asked_for(slow: Service) -> None:
    slow.plays(answer(*said("a dot")))
    desk = Desk()
    desk.ask(
        "What is this?", images=["dot.png", "bad.svg"], buffers=(PNG, b"<svg onload=alert(1)>")
    )
    opened = desk.wait("open")
    desk.wait("end")
    desk.say("picture", id=opened["id"], number=0)
    desk.wait("picture")

    assert opened["question"]["images"] == ["image/png"]
    assert desk.buffers[[m["kind"] for m in desk.told].index("picture")] == (PNG,)
    assert Image(PNG, "image/png") in nbchat.chat().turns[0].question.parts


def counts(desk: Desk, told: int) -> list[int]:
    """How many turns the states have that were told since."""
    return [len(message["ids"]) for message in desk.told[told:] if message["kind"] == "state"]


def test_undo_redo_and_reset_move_the_branch(desk: Desk) -> None:
    desk.ask("Hello")
    desk.wait("state", when=lambda m: m["ids"])
    for how, count in (("undo", 0), ("redo", 1), ("reset", 0)):
        told = len(desk.told)
        desk.say("move", how=how)
        until(lambda told=told, count=count: count in counts(desk, told))
        assert len(desk.all("state")[-1]["ids"]) == count


def test_a_conversation_that_is_answering_is_not_deleted(slow: Service) -> None:
    words = said(*["word "] * 30)
    steps = Steps(words[:5], words[5:])
    slow.plays(steps)
    desk = Desk()
    desk.ask("go on")
    desk.wait("delta")

    desk.say("move", how="delete")

    assert desk.wait("note")["error"] == "ConversationBusy"
    steps.finish()
    desk.wait("end")
    assert desk.turns == [("go on", "word " * 30)]


def test_a_conversation_cannot_be_deleted_while_a_panel_asks(slow: Service) -> None:
    words = said(*["word "] * 30)
    steps = Steps(words[:5], words[5:])
    slow.plays(steps)
    desk = Desk()
    desk.ask("go on")
    desk.wait("delta")
    with pytest.raises(ConversationBusy):
        nbchat.chat().forget()
    steps.finish()
    until(lambda: not nbchat.chat().answering)
    nbchat.chat().forget()

    assert desk.wait("state", when=lambda m: not m["ids"] and m["title"] == "main")


def test_every_message_has_a_handler() -> None:
    assert handlers.HANDLERS.keys() == set(get_args(page_messages.Message))
