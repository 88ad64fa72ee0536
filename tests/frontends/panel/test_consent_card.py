"""A card shows exactly what would run, and hides nothing of it."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.frontends.panel.consent_card import can_be_read, card
from nbchat.messages import ToolCall
from nbchat.render.would_run import LONGEST_READ
from nbchat.tools.consent import ConsentQuestion, Step
from nbchat.tools.tool import FunctionTool

from .hostile import BAD, tags

RUN = FunctionTool("run", code="code", approve=True)
SEND = FunctionTool("send_mail", approve=True)


def question(tool: FunctionTool, *steps: Step, **arguments: Any) -> ConsentQuestion:
    return ConsentQuestion(ToolCall("1", tool.name, arguments), tool, arguments, steps)


@pytest.mark.parametrize(
    ("hidden", "written"),
    [
        ("\u200b", "\\u200b"),
        ("\u202e", "\\u202e"),
        ("\x1b[8m", "\\x1b[8m"),
        ("\x0c", "\\x0c"),
        ("\u2028", "\\u2028"),
        ("\u00a0", "\\xa0"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
    ids=["zero-width", "turned", "escape", "feed", "line", "space", "half", "tag"],
)
def test_what_nobody_sees_is_written_out(hidden: str, written: str) -> None:
    code = card(question(RUN, code=f"a{hidden}b"))["html"]
    arguments = card(question(SEND, to=f"a{hidden}b"))["html"]

    assert written in code
    assert hidden not in code + arguments
    assert card(question(RUN, code=f"a{hidden}b"))["code"] == f"a{written}b"


def test_what_runs_as_a_line_is_shown_as_one() -> None:
    shown = card(question(RUN, code="# harmless\rx = 1"))

    assert shown["code"] == "# harmless\nx = 1"
    assert "\r" not in shown["html"]


def test_code_stays_as_it_is_otherwise() -> None:
    code = "if x:\n\tprint('é, 三')\n"

    assert card(question(RUN, code=code))["code"] == code


def test_arguments_are_never_markup() -> None:
    step = Step(BAD, BAD, {"code": BAD, BAD: BAD})
    for asked in (question(RUN, code=BAD), question(SEND, to=BAD), question(RUN, step)):
        assert tags(card(asked)["html"]) <= {
            *("fieldset", "legend", "pre", "b", "i", "font", "ol", "li", "p", "code")
        }


def test_other_arguments_are_shown_with_their_names() -> None:
    shown = card(question(SEND, to="ann@example.org", times=3))

    assert "code" not in shown
    for words in ("to", "ann@example.org", "times", "3"):
        assert words in shown["html"]


def test_all_steps_of_a_plan_are_shown_and_none_can_be_edited() -> None:
    steps = [Step(f"Purpose {n}", "run", {"code": f"print({n})"}) for n in range(3)]
    shown = card(question(RUN, *steps, code=""))

    assert shown["steps"] == 3
    assert "code" not in shown
    assert shown["html"].count("<li>") == 3
    assert all(f"Purpose {n}" in shown["html"] for n in range(3))


@pytest.mark.parametrize("times", [1, 20], ids=["a call", "a plan"])
def test_what_is_too_long_to_be_read_is_not_shown_in_part(times: int) -> None:
    code = "x" * (LONGEST_READ // times + 1)
    steps = [Step("", "run", {"code": code})] * times if times > 1 else []
    asked = question(RUN, *steps, code=code)
    shown = card(asked)

    assert not can_be_read(asked)
    assert not shown["can_run"]
    assert "code" not in shown
    assert len(shown["html"]) < 100
