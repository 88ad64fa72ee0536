"""What views are told of a question that got no answer, in the order in which it happens."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

import nbchat

from ...fakes.page import Desk
from ...fakes.provider import Play, Service, answer, said
from ...fakes.steps import once
from ...waiting import until

pytestmark = pytest.mark.field("L3")


def refused(status: int = 401) -> Play:
    return answer(b'{"error": {"message": "no"}}', status=status, headers={"retry-after": "3600"})


def test_a_question_that_is_refused_is_in_every_state_from_its_beginning(slow: Service) -> None:
    slow.plays(answer(*said("yes")), refused())
    desk = Desk()
    desk.ask("one")
    desk.wait("end")
    desk.ask("precious")
    refusal = desk.wait("refusal")
    desk.wait("state", when=lambda m: m["failed"])
    opened = desk.told.index(desk.all("open")[-1])

    assert refusal["question"]["text"] == "precious"
    for state in (message for message in desk.told[opened:] if message["kind"] == "state"):
        assert refusal["id"] in state["live"] + state["failed"]
    assert desk.turns == [("one", "yes")]


def test_a_view_that_lacks_a_refused_question_gets_it_with_its_words(slow: Service) -> None:
    slow.plays(refused())
    desk = Desk()
    desk.ask("precious")
    refusal = desk.wait("refusal")
    desk.say("want", ids=[refusal["id"]])
    desk.say("sync", view="another")

    assert desk.wait("refusal", 2) == refusal
    assert desk.wait("refusal", 3) == refusal


@pytest.mark.field("look 11")
def test_a_refusal_says_what_can_be_copied_and_whether_another_model_helps(slow: Service) -> None:
    slow.plays(refused())
    desk = Desk()
    desk.ask("precious")
    by_key = desk.wait("refusal")
    desk.say("choose", max_tokens=5)
    desk.say("send", request_id="long", text="x" * 200_001)

    assert by_key["text"].startswith("OpenAI refuses the key from OPENAI_API_KEY")
    assert by_key["copy"] == 'import os, getpass; os.environ["OPENAI_API_KEY"] = getpass.getpass()'
    assert by_key["other"] is True
    assert "characters; a panel takes" in desk.wait("note")["text"]


def test_what_is_asked_next_is_told_after_the_refused_one_has_gone(slow: Service) -> None:
    slow.plays(refused(), answer(*said("yes")))
    desk = Desk()
    desk.ask("precious")
    desk.wait("state", when=lambda m: m["failed"])
    nbchat.chat().ask("from a cell")
    until(lambda: desk.all("end"))
    state, opened = desk.told[desk.told.index(desk.all("open")[-1]) - 1 :][:2]

    assert (state["kind"], state["failed"]) == ("state", [])
    assert state["live"] == [opened["id"]]


def test_a_question_that_is_refused_while_another_panel_asks_stays_in_sight(
    slow: Service,
) -> None:
    slow.plays(refused(), answer(*said("yes")))
    one, two = Desk(), Desk()
    one.ask("precious")
    two.ask("next")
    two.wait("end")
    refusal = one.wait("refusal")
    one.wait("end")

    state = one.wait("state", when=lambda m: m["ids"])
    assert state["failed"] == [refusal["id"]]
    assert [turn for turn, _ in one.turns] == ["next"]
    assert not two.all("refusal")
    assert two.wait("state", when=lambda m: m["ids"])["failed"] == []


def test_asked_again_a_refused_question_follows_what_has_come_since(slow: Service) -> None:
    slow.plays(refused(), answer(*said("yes")), answer(*said("at last")))
    one, two = Desk(), Desk()
    one.ask("precious")
    two.ask("next")
    two.wait("end")
    refusal = one.wait("refusal")
    one.wait("state", when=lambda m: m["ids"] and m["failed"])
    one.say("again", request_id="again", id=refusal["id"])
    one.wait("end", 2)

    assert one.turns == [("next", "yes"), ("precious", "at last")]


def test_what_was_waiting_behind_a_refused_question_is_given_back(slow: Service) -> None:
    go_on = Event()
    slow.plays(once(go_on.is_set, refused()))
    desk = Desk()
    desk.ask("precious")
    desk.ask("and then")
    desk.wait("now", when=lambda m: m["queued"] == "and then")
    go_on.set()
    desk.wait("refusal")

    assert desk.wait("back")["text"] == "and then"
    until(lambda: desk.all("now")[-1]["queued"] is None)


def test_an_edit_that_cannot_be_asked_is_given_back(slow: Service) -> None:
    slow.plays(answer(*said("yes")), answer(b"", hold=60))
    desk = Desk()
    desk.ask("one")
    first = desk.wait("end")["id"]
    desk.ask("hanging")
    until(lambda: len(slow.requests) == 2)
    desk.say("again", request_id="busy", id=first, text="one, but other")
    desk.say("again", request_id="gone", id="gone", text="what was that?")

    assert [desk.wait("back", n)["text"] for n in (1, 2)] == ["one, but other", "what was that?"]
    assert [desk.wait("note", n)["error"] for n in (1, 2)] == ["ConversationBusy", "BadSettings"]
    desk.say("stop")
    desk.wait("back", 3)


def test_settings_that_cannot_be_read_leave_a_panel_that_shows_all(
    slow: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow.plays(answer(*said("yes")))
    settings = tmp_path / "settings.toml"
    settings.write_text("")
    monkeypatch.setenv("NBCHAT_CONFIG", str(settings))
    desk = Desk()
    desk.ask("one")
    desk.wait("end")
    settings.write_text("model = ")
    desk.say("sync", view="another")
    desk.ask("precious")

    assert desk.wait("rows")["rows"][0]["question"]["text"] == "one"
    assert desk.wait("refusal")["error"] == "BadSettings"
    assert desk.all("now")[-1]["model"] == ""
    settings.write_text("")
    slow.plays(answer(*said("after all")))
    desk.say("again", request_id="again", id=desk.all("refusal")[-1]["id"])
    desk.wait("end", 2)
    assert desk.turns == [("one", "yes"), ("precious", "after all")]
