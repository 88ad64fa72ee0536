"""Which model would be asked is told whenever that changes, and only then."""

from __future__ import annotations

import pytest

import nbchat
from nbchat.frontends.panel import next_model

from ...fakes.page import Desk
from ...fakes.provider import Service, answer, said
from ...waiting import until

pytestmark = pytest.mark.field("L4")


def test_a_model_that_one_panel_chooses_is_told_by_the_other(desk: Desk) -> None:
    other = Desk()
    desk.say("choose", model="kimi-k3")

    assert other.wait("now", when=lambda m: m["model"] == "kimi-k3")
    assert desk.wait("now", when=lambda m: m["model"] == "kimi-k3")


def test_the_model_of_the_last_answer_is_told_when_it_has_come(
    slow: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow.always(answer(*said("yes")))
    monkeypatch.delenv("NBCHAT_MODEL")
    desk = Desk()
    nbchat.chat().ask("one", "openai:other")
    end = desk.wait("end")

    assert desk.wait("open")["model"] == "openai:other"
    assert desk.wait("now", when=lambda m: m["model"] == "openai:other")
    assert desk.told.index(end) < desk.told.index(desk.all("now")[-1])


def test_a_system_prompt_of_a_cell_is_told(desk: Desk) -> None:
    nbchat.chat().system = "Be brief."
    nbchat.chat().ask("one")

    assert desk.wait("now", when=lambda m: m["system"] == "Be brief.")


def test_what_has_not_changed_is_not_told_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(next_model, "LOOK_SECONDS", 0.001)
    told = len(desk.all("now"))
    for number in range(3):
        nbchat.chat().ask(f"question {number}")
        desk.wait("end", number + 1)

    assert len(desk.all("now")) == told


def test_a_variable_that_is_set_on_another_thread_is_seen_by_the_clock(
    fresh_kernel: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(next_model, "LOOK_SECONDS", 0.01)
    desk = Desk()
    monkeypatch.setenv("NBCHAT_MODEL", "kimi-k3")

    assert desk.wait("now", when=lambda m: m["model"] == "kimi-k3")
    desk.say("bye", view="v")
    until(lambda: not desk.session.watched)
    told = len(desk.told)
    monkeypatch.setenv("NBCHAT_MODEL", "demo")
    nbchat.ask("demo", "Hello")
    assert len(desk.told) == told
