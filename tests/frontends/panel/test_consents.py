"""A person consents in the page, or refuses; and nothing else lets a tool run."""

from __future__ import annotations

from typing import Any

import pytest

import nbchat
from nbchat.frontends.panel.consents import PANEL
from nbchat.messages import ToolResult
from nbchat.tools.consent import ConsentQuestion, Decision

from ...fakes.calls import called
from ...fakes.page import Desk
from ...fakes.provider import Service, answer, said
from ...waiting import SECONDS, until
from .asking import Ran, ask

CODE = "print(1)"


def plays(service: Service, code: str = CODE, times: int = 1) -> None:
    rounds = [answer(*called(("run", {"code": code}), round_=n)) for n in range(times)]
    service.plays(*rounds, answer(*said("Done.")))


def card(desk: Desk, after: str = "") -> dict[str, Any]:
    """The card that is shown, which is another than that one."""

    def is_new(message: dict[str, Any]) -> bool:
        return bool(message["cards"]) and message["cards"][0]["id"] != after

    found: dict[str, Any] = desk.wait("consents", when=is_new)["cards"][0]
    return found


def decide(desk: Desk, card: dict[str, Any], how: str = "run", **facts: Any) -> None:
    desk.say("decide", view="v", id=card["id"], how=how, **facts)


def result(name: str = "main") -> ToolResult:
    """What the model was told, in the last turn."""
    parts = nbchat.chat(name).turns[-1].answer.parts
    return next(part for part in parts if isinstance(part, ToolResult))


def test_what_a_cell_asks_for_runs_once_it_is_consented_to(slow: Service) -> None:
    plays(slow)
    desk, ran = Desk(), Ran()
    reading = ask([ran.tool])
    shown = card(desk)

    assert (shown["tool"], shown["code"], shown["can_run"]) == ("run", CODE, True)
    assert "print" in shown["html"]
    assert ran.codes == []
    decide(desk, shown)
    reading.result(SECONDS)

    assert ran.codes == [CODE]
    assert desk.wait("answered") == {
        "kind": "answered",
        "id": shown["id"],
        "view": "v",
        "by": PANEL,
        "approved": True,
    }
    until(lambda: desk.all("consents")[-1]["cards"] == [])


def test_a_refusal_goes_to_the_model_with_its_reason(slow: Service) -> None:
    plays(slow)
    desk, ran = Desk(), Ran()
    reading = ask([ran.tool])
    decide(desk, card(desk), "refuse", reason=" not on this data ")
    reading.result(SECONDS)

    assert ran.codes == []
    assert str(result().content) == "refused by the user: not on this data"


def test_edited_code_is_what_runs(slow: Service) -> None:
    plays(slow)
    desk, ran = Desk(), Ran()
    reading = ask([ran.tool])
    decide(desk, card(desk), code="print(2)")
    reading.result(SECONDS)

    assert ran.codes == ["print(2)"]


def test_a_tool_that_is_allowed_for_the_rest_asks_no_more_in_this_answer(slow: Service) -> None:
    plays(slow, times=2)
    desk, ran = Desk(), Ran()
    reading = ask([ran.tool])
    decide(desk, card(desk), rest=True)
    reading.result(SECONDS)

    assert ran.codes == [CODE, CODE]


def test_the_next_call_asks_again(slow: Service) -> None:
    plays(slow, times=2)
    desk, ran = Desk(), Ran()
    reading = ask([ran.tool])
    first = card(desk)
    decide(desk, first)
    second = card(desk, first["id"])
    decide(desk, first)  # a second press of the first card's button
    decide(desk, second, "refuse")
    reading.result(SECONDS)

    assert ran.codes == [CODE]


@pytest.mark.parametrize(
    "facts",
    [
        {"id": "0" * 32},
        {"id": ""},
        {"how": "yes"},
        {"how": "refuse", "code": "print(2)"},
        {"how": "refuse", "rest": True},
        {"how": "run", "reason": "approved"},
        {"how": "run", "code": " \n"},
        {"how": "run", "code": 1},
        {"how": "run", "rest": "yes"},
        {"how": "run", "arguments": {"code": "print(2)"}},
        {"view": ""},
    ],
    ids=lambda facts: "-".join(map(str, facts)),
)
def test_a_message_that_is_no_answer_to_what_is_asked_does_nothing(
    slow: Service, facts: dict[str, Any]
) -> None:
    plays(slow)
    desk, ran = Desk(), Ran()
    reading = ask([ran.tool])
    shown = card(desk)
    desk.say("decide", **{"view": "v", "id": shown["id"], "how": "run", **facts})
    desk.say("models")
    desk.wait("models")

    assert not reading.done()
    assert ran.codes == []
    decide(desk, shown, "refuse")
    reading.result(SECONDS)
    assert ran.codes == []


def test_an_answer_in_another_conversation_is_none(slow: Service) -> None:
    plays(slow)
    desk, ran = Desk(), Ran()
    reading = ask([ran.tool])
    shown = card(desk)
    desk.say("talk", name="other")
    desk.wait("state", when=lambda m: m["name"] == "other")
    decide(desk, shown)
    desk.say("talk", name="main")

    assert card(desk)["id"] == shown["id"]
    assert not reading.done()
    decide(desk, shown)
    reading.result(SECONDS)
    assert ran.codes == [CODE]


def test_who_looks_at_another_conversation_is_told_where_it_is_asked(slow: Service) -> None:
    plays(slow)
    desk, ran = Desk(), Ran()
    desk.say("talk", name="other")
    desk.wait("state", when=lambda m: m["name"] == "other")
    reading = ask([ran.tool])
    note = desk.wait("note")

    assert "'main'" in note["text"]
    assert not any(message["cards"] for message in desk.all("consents"))
    desk.say("talk", name="main")
    decide(desk, card(desk), "refuse")
    reading.result(SECONDS)


def test_without_a_view_nobody_is_there(slow: Service) -> None:
    plays(slow)
    desk, ran = Desk(), Ran()
    desk.say("bye", view="v")
    until(lambda: not desk.session.watched)
    ask([ran.tool]).result(SECONDS)

    assert ran.codes == []
    assert str(result().content).startswith("refused")


def test_a_page_that_is_loaded_again_has_the_card_again(slow: Service) -> None:
    plays(slow)
    desk, ran = Desk(), Ran()
    reading = ask([ran.tool])
    shown = card(desk)
    desk.say("bye", view="v")
    before = len(desk.told)
    desk.say("sync", view="w")
    until(lambda: any(m["kind"] == "consents" for m in desk.told[before:]))

    assert desk.all("consents")[-1]["cards"] == [shown]
    until(lambda: any(m.get("doing") == ["asking", "run"] for m in desk.told[before:]))
    decide(desk, shown)
    reading.result(SECONDS)
    assert ran.codes == [CODE]


def test_of_two_panels_the_first_answer_counts_and_the_other_is_told(slow: Service) -> None:
    plays(slow)
    one, other, ran = Desk(), Desk(), Ran()
    reading = ask([ran.tool])
    decide(one, card(one), "refuse")
    decide(other, card(other))
    reading.result(SECONDS)

    assert ran.codes == []
    told = other.wait("answered")
    assert (told["by"], told["view"], told["approved"]) == (PANEL, "", False)
    until(lambda: other.all("consents")[-1]["cards"] == [])


def test_a_panel_that_is_made_while_it_is_asked_shows_it_too(slow: Service) -> None:
    plays(slow)
    first, ran = Desk(), Ran()
    reading = ask([ran.tool])
    shown = card(first)
    late = Desk()

    assert card(late)["id"] == shown["id"]
    decide(late, shown)
    reading.result(SECONDS)
    assert ran.codes == [CODE]


def test_what_is_answered_in_the_cell_is_said_in_the_panel(slow: Service) -> None:
    plays(slow)
    desk, ran = Desk(), Ran()
    asked: list[ConsentQuestion] = []
    nbchat.chat().watch(lambda what, _, told: asked.extend(told if what == "consent" else ()))
    reading = ask([ran.tool])
    shown = card(desk)
    until(lambda: asked)
    asked[0].answer(Decision(True), by="the cell")
    told = desk.wait("answered")
    decide(desk, shown, "refuse")
    reading.result(SECONDS)

    assert (told["by"], told["view"], told["approved"]) == ("the cell", "", True)
    assert ran.codes == [CODE]


def test_what_is_stopped_does_not_run(slow: Service) -> None:
    plays(slow)
    desk, ran = Desk(), Ran()
    reading = ask([ran.tool])
    shown = card(desk)
    reading.cancel()
    desk.wait("end")
    decide(desk, shown)
    desk.say("models")
    desk.wait("models")

    assert ran.codes == []
    until(lambda: desk.all("consents")[-1]["cards"] == [])
    assert desk.all("answered") == []


def test_a_call_is_told_while_it_is_asked_for_and_while_it_runs(slow: Service) -> None:
    plays(slow)
    desk, ran = Desk(), Ran()
    reading = ask([ran.tool])
    desk.wait("delta", when=lambda m: m.get("doing") == ["asking", "run"])
    decide(desk, card(desk))
    reading.result(SECONDS)
    end = desk.wait("end")

    settled = "".join(m.get("settled", "") for m in desk.all("delta"))
    assert settled.index("ran print(1)") < settled.index("Done.")
    assert "nbc-live" not in settled
    assert end["calls"] == []
    assert "html" not in end
    desk.say("want", ids=[end["id"]])
    assert desk.wait("rows")["rows"][-1]["html"] == settled
