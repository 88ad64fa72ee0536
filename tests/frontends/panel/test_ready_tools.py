"""A panel's questions have the tools that were chosen in it, and none before."""

from __future__ import annotations

from typing import Any

from ...fakes.calls import called
from ...fakes.page import Desk
from ...fakes.provider import Service, answer, said


def offered(service: Service, number: int = -1) -> list[str]:
    """The tools that a request has declared."""
    asked: dict[str, Any] = service.requests[number].json
    return [tool["function"]["name"] for tool in asked.get("tools", ())]


def test_a_question_has_no_tools_until_some_are_chosen(slow: Service) -> None:
    slow.always(answer(*said("Yes.")))
    desk = Desk()
    desk.ask("Hello")
    desk.wait("end")
    desk.say("choose", tools=["look", "run"])
    desk.wait("now", when=lambda m: m["tools"] == ["look", "run"])
    desk.ask("Hello")
    desk.wait("end", 2)

    assert offered(slow, 0) == []
    assert offered(slow) == ["look", "run"]


def test_other_settings_leave_the_tools_as_they_are(slow: Service) -> None:
    desk = Desk()
    desk.say("choose", tools=["look"], plan=True)
    desk.say("choose", search=True)
    now = desk.wait("now", when=lambda m: m["search"])

    assert (now["tools"], now["plan"]) == (["look"], True)


def test_with_a_plan_first_only_looking_is_offered_before_it(slow: Service) -> None:
    slow.always(answer(*said("Yes.")))
    desk = Desk()
    desk.say("choose", tools=["look", "run"], plan=True)
    desk.ask("Hello")
    desk.wait("end")

    assert offered(slow) == ["look", "propose_plan"]


def test_a_question_to_run_code_can_run_it_and_so_can_the_same_question_again(
    slow: Service,
) -> None:
    slow.plays(answer(*called(("run", {"code": "1"}))), *[answer(*said("No."))] * 3)
    desk = Desk()
    desk.ask("Run this code", run=True)
    card = desk.wait("consents", when=lambda m: m["cards"])["cards"][0]
    desk.say("decide", view="v", id=card["id"], how="refuse")
    end = desk.wait("end")
    desk.say("again", request_id="again", id=end["id"])
    desk.wait("end", 2)
    desk.ask("And now?")
    desk.wait("end", 3)

    assert [offered(slow, n) for n in (0, 2, 3)] == [["run"], ["run"], []]
