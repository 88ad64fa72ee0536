"""What views are told when they come late, leave, or have missed something."""

from __future__ import annotations

import re

import pytest

import nbchat

from ...fakes.page import Desk
from ...fakes.provider import Service, answer, said
from ...fakes.steps import Steps, grouped
from ...waiting import until


def test_a_view_that_comes_late_gets_the_running_answer(slow: Service) -> None:
    steps = Steps(*grouped(said(*["word "] * 60), 10))
    slow.plays(steps)
    desk = Desk()
    desk.ask("go on")
    for number in range(1, 4):
        desk.wait("delta", number)
        steps.go_on()
    desk.say("sync", view="w")
    late = desk.wait("open", 2)
    steps.finish()
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


def test_a_panel_that_opens_while_nothing_has_been_answered_yet_shows_the_question(
    slow: Service,
) -> None:
    steps = Steps([], said("late"))
    slow.plays(steps)
    first = Desk()
    first.ask("Why?")
    first.wait("open")
    until(lambda: slow.requests)
    second = Desk()

    assert second.wait("open")["question"]["text"] == "Why?"
    steps.finish()
    second.wait("end")
    first.wait("end")
    assert (
        second.wait("state", when=lambda m: m["ids"])["ids"]
        == first.wait("state", when=lambda m: m["ids"])["ids"]
    )


def test_the_first_question_is_the_title_as_soon_as_it_is_asked(slow: Service) -> None:
    slow.plays(answer(*said("late"), hold=0.1), answer(b"{}", status=401))
    desk = Desk()
    titles = [desk.all("state")[-1]["title"]]
    for question, end in (("Why is it so?\nSay more.", "end"), ("And then?", "refusal")):
        desk.ask(question)
        desk.wait("state", when=lambda m: m["live"] and m["title"] != "main")
        desk.wait(end)
        titles.append(desk.all("state")[-1]["title"])

    assert titles == ["main", "Why is it so?", "Why is it so?"]


def test_a_question_that_was_refused_stays_the_title_while_it_is_shown(slow: Service) -> None:
    slow.plays(answer(b"{}", status=401))
    desk = Desk()
    desk.ask("Why?")
    desk.wait("refusal")
    refused = desk.wait("state", when=lambda m: m["failed"])
    desk.say("move", how="reset")

    assert refused["title"] == "Why?"
    assert desk.wait("state", when=lambda m: m["title"] == "main")["failed"] == []


def test_a_turn_that_is_not_there_is_answered_with_the_state(desk: Desk) -> None:
    """A view that has missed a message may ask for it."""
    told = len(desk.all("state"))
    desk.say("want", ids=["gone"])

    assert desk.wait("state", told + 1)["ids"] == []


@pytest.mark.field("L6")
def test_a_question_that_stands_aside_is_seen_while_it_is_answered_and_found_beside_the_first(
    slow: Service,
) -> None:
    slow.plays(*[answer(*said("Yes."))] * 2, answer(*said(*["word "] * 20), gap=0.01))
    desk = Desk()
    for number, question in enumerate(("One", "Two"), 1):
        desk.ask(question)
        desk.wait("end", number)
    nbchat.chat().ask("Aside", fresh=True)
    state = desk.wait("state", when=lambda m: m["places"])
    one, two = nbchat.chat().turns

    assert desk.wait("open", when=lambda m: m["question"]["text"] == "Aside")["after"] == ""
    assert desk.wait("delta", when=lambda m: "word" in str(m))
    assert (state["ids"], state["live"]) == ([one.id, two.id], [])
    assert state["places"] == {one.id: [0, 2]}

    desk.say("branch", id=one.id, number=1)
    there = desk.wait("state", when=lambda m: len(m["ids"]) == 1 and m["places"])
    assert there["places"] == {there["ids"][0]: [1, 2]}
    desk.say("want", ids=there["ids"])
    assert desk.wait("rows", when=lambda m: m["rows"][0]["question"]["text"] == "Aside")
    assert desk.turns == [("Aside", "word " * 20)]
