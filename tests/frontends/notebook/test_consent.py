"""Consent in a cell of a real kernel: what is shown, what is typed, and what then runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbchat.frontends.notebook.consent import MOST_TRIES, NO_ANSWER
from nbchat.render.would_run import LONGEST_READ

from ...fakes.provider import Service, said
from ...running_kernel import Ran, RunningKernel
from ...waiting import until
from .calling import TOOLS, answer_boxes, calls, next_box, reply_to_next
from .unhurried import Unhurried

CELL = "%%chat kimi-k2.6 --tools act\nDo it."
DONE = "All is done."
# Somebody else answers each question, once there is a file of this name.
PANEL = """
import os, threading, time, nbchat
from nbchat.tools.consent import Decision
def answer(question):
    while not os.path.exists("go"):
        time.sleep(0.01)
    question.answer(Decision(True), "the panel")
    open("gone", "w").close()
def hear(change, turn, told):
    if change == "consent":
        threading.Thread(target=answer, args=told).start()
end = nbchat.chat("main").watch(hear)
"""


@pytest.fixture
def acting(kernel: RunningKernel, kimi: Service) -> RunningKernel:
    """A kernel with tools."""
    kernel.run(TOOLS)
    return kernel


def does(kimi: Service, *codes: str) -> None:
    """The model runs each of these, one a request, and has then the last word."""
    for code in codes:
        kimi.answers(calls(("act", {"code": code}), words="Let me *see*."))
    kimi.answers(*said(DONE))


def ask(kernel: RunningKernel, *replies: str, cell: str = CELL) -> tuple[Ran, list[str]]:
    return answer_boxes(kernel, kernel.start(cell, cell="a"), *replies)


def has(kernel: RunningKernel, name: str) -> bool:
    """Whether there is a variable of that name now."""
    return kernel.run(f"print({name!r} in globals(), end='')").text == "True"


def told(kimi: Service) -> str:
    """What the model was told of its last call."""
    return str(kimi.requests[-1].json["messages"][-1]["content"])


def painted(ran: Ran) -> str:
    """All that was shown on the way."""
    return json.dumps([message["content"] for message in ran.messages], ensure_ascii=False)


def pages_of(ran: Ran) -> list[str]:
    """Every page that was shown on the way."""
    shown = [*ran.of("display_data"), *ran.of("update_display_data")]
    return [one["data"]["text/html"] for one in shown]


def test_a_yes_runs_what_was_shown(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "done = 1")

    ran, prompts = ask(acting, "y")

    assert "waits for your answer" in painted(ran)
    assert prompts == [
        "[y] once  [a] this tool for the rest of this answer  [e] edit  [n] no, and why: "
    ]
    assert has(acting, "done")
    assert told(kimi) == "ran done = 1"
    assert ran.status == "ok"
    assert len(ran.outputs) == 1
    assert "waits for your answer" not in ran.html
    assert "ran done = 1" in ran.html
    assert ran.html.index("<em>see</em>") < ran.html.index("ran done = 1") < ran.html.index(DONE)


@pytest.mark.parametrize("typed", ["", "  ", "ok", "yes please", "Y E S", "у", "approved", "run"])
def test_what_is_no_answer_is_asked_again_and_is_no_consent(
    acting: RunningKernel, kimi: Service, typed: str
) -> None:
    does(kimi, "done = 1")

    ran, prompts = ask(acting, *[typed] * MOST_TRIES)

    assert len(prompts) == MOST_TRIES
    assert prompts[-1].startswith("That was none of the answers.\n[y] once")
    assert not has(acting, "done")
    assert NO_ANSWER in told(kimi)
    assert DONE in ran.html


@pytest.mark.parametrize(
    "replies", [["n because it is late"], ["No, it is late"], ["n", "it is late"]]
)
def test_a_refusal_goes_to_the_model_with_its_reason(
    acting: RunningKernel, kimi: Service, replies: list[str]
) -> None:
    does(kimi, "done = 1")

    ran, _ = ask(acting, *replies)

    assert not has(acting, "done")
    assert told(kimi).startswith("refused by the user: ")
    assert told(kimi).endswith("it is late")
    assert ran.status == "ok"


def test_a_tool_that_is_allowed_for_the_rest_does_not_ask_again(
    acting: RunningKernel, kimi: Service
) -> None:
    does(kimi, "one = 1", "two = 2")

    _, prompts = ask(acting, "a")

    assert len(prompts) == 1
    assert has(acting, "one")
    assert has(acting, "two")
    does(kimi, "three = 3")
    ask(acting, "n because that was another answer")
    assert not has(acting, "three")


def test_edited_code_is_what_runs(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "done = 1")

    _, prompts = ask(acting, "e", "edited = 2")

    assert "in its place" in prompts[1]
    assert has(acting, "edited")
    assert not has(acting, "done")


def test_an_edit_with_hidden_characters_does_not_run(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "done = 1")

    _, prompts = ask(acting, "e", "edited = 2\u200b", "e", "", "n never")

    assert "nobody sees" in prompts[2]
    assert not has(acting, "edited")
    assert not has(acting, "done")


def test_code_of_several_lines_goes_into_a_cell_below(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "done = 1\nmore = 2")

    ran, _ = ask(acting, "e")

    assert [one["text"] for one in ran.reply["content"]["payload"]] == ["done = 1\nmore = 2"]
    assert "edited by the person" in told(kimi)
    assert not has(acting, "done")


def test_a_stop_ends_the_wait(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "done = 1")

    started = acting.start(CELL)
    next_box(acting)
    acting.interrupt()
    ran = acting.finish(started)

    assert ran.status == "error"
    assert "Interrupted" in ran.error
    assert len(ran.error.splitlines()) <= 2
    assert not has(acting, "done")
    kimi.answers(*said("Fine."))  # what is sent next is valid: each call has its result
    assert acting.run("%%chat kimi-k2.6\nAnd now?").status == "ok"
    sent = kimi.requests[-1].json["messages"]
    called = [call["id"] for message in sent for call in message.get("tool_calls") or ()]
    assert called == [message["tool_call_id"] for message in sent if message["role"] == "tool"]


def test_a_closed_input_is_no_consent(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "done = 1")

    ask(acting, "\x04")

    assert not has(acting, "done")
    assert NO_ANSWER in told(kimi)


# --- answered elsewhere --------------------------------------------------------------------------


def test_an_answer_elsewhere_ends_the_wait(
    acting: RunningKernel, kimi: Service, tmp_path: Path
) -> None:
    acting.run(PANEL)
    does(kimi, "done = 1")

    started = acting.start(CELL)
    next_box(acting)
    (tmp_path / "go").touch()
    ran = acting.finish(started)

    assert ran.status == "ok"
    assert has(acting, "done")
    started = acting.start("word = input('Word? ')")
    assert reply_to_next(acting, "mine") == "Word? "
    assert acting.finish(started).status == "ok"


def test_a_box_that_was_left_open_answers_no_other_question(
    acting: RunningKernel, kimi: Service, tmp_path: Path
) -> None:
    acting.run(PANEL.replace('"consent"', '"consent" and told[0].arguments["code"] == "one = 1"'))
    does(kimi, "one = 1", "two = 2")

    started = acting.start(CELL)
    next_box(acting)
    (tmp_path / "go").touch()
    ran, prompts = answer_boxes(acting, started, "y", "n2 because no")

    assert "[y2] once" in prompts[0]
    assert prompts[1].startswith("That was none of the answers.")
    assert has(acting, "one")
    assert not has(acting, "two")
    assert ran.status == "ok"


def test_a_late_reply_is_told(acting: RunningKernel, kimi: Service, tmp_path: Path) -> None:
    acting.run(PANEL)
    kimi.answers(calls(("act", {"code": "one = 1"})))
    talk = Unhurried()
    kimi.plays(talk)

    started = acting.start(CELL)
    next_box(acting)
    (tmp_path / "go").touch()
    until(lambda: len(kimi.requests) == 2)
    acting.client.input("y")
    told = "the panel had answered before"
    seen = acting.wait_until(started, lambda seen: told in str(seen[-1:]), "remark")
    talk.end()
    ran = acting.finish(started, seen)

    assert any(told in page for page in pages_of(ran))
    assert "had answered" not in ran.html


def test_a_box_that_was_left_open_is_not_taken_away_with_the_painting(
    acting: RunningKernel, kimi: Service, tmp_path: Path
) -> None:
    """JupyterLab runs no other cell until it is answered, and it would be nowhere to be seen."""
    acting.run(PANEL)
    does(kimi, "one = 1")

    started = acting.start(CELL)
    next_box(acting)
    (tmp_path / "go").touch()
    ran = acting.finish(started)

    assert ran.of("clear_output") == []
    assert DONE in pages_of(ran)[-1]
    assert [page for page in ran.html.split(DONE) if "waits for your answer" in page] == []


def test_a_box_that_is_left_at_once_is_taken_away_and_needs_no_remark(
    acting: RunningKernel, kimi: Service, tmp_path: Path
) -> None:
    """As a panel in the same page does it."""
    acting.run(PANEL)
    acting.run("from nbchat.frontends.notebook import consent; consent.WITHDRAWN_SECONDS = 30.0")
    does(kimi, "one = 1")

    started = acting.start(CELL)
    next_box(acting)
    (tmp_path / "go").touch()
    until((tmp_path / "gone").exists)
    acting.client.input("")
    ran = acting.finish(started)

    assert len(ran.of("clear_output")) == 1
    assert "had answered" not in painted(ran)


# --- nobody there --------------------------------------------------------------------------------


def test_without_a_person_it_is_refused_and_the_cell_fails(
    acting: RunningKernel, kimi: Service
) -> None:
    does(kimi, "done = 1")

    ran = acting.run(CELL, watched=False)

    assert ran.status == "error"
    assert ran.error.splitlines()[0].startswith("\x1b[1mNeedsConsent\x1b[0m: the tool act needs")
    assert len(ran.error.splitlines()) == 2
    assert "--yes" in ran.error
    assert DONE in ran.html
    assert not has(acting, "done")
    assert DONE in acting.run("print(nbchat.chat('main').last_answer)").text


def test_with_yes_it_runs_where_nobody_is(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "done = 1")

    ran = acting.run(CELL.replace("act", "act --yes"), watched=False)

    assert ran.status == "ok"
    assert has(acting, "done")


def test_yes_is_for_one_cell(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "one = 1")
    acting.run(CELL.replace("act", "act --yes"))
    does(kimi, "two = 2")

    _, prompts = ask(acting, "n never")

    assert len(prompts) == 1


def test_where_no_value_may_leave_yes_runs_no_code(acting: RunningKernel, kimi: Service) -> None:
    acting.run("open('nbchat.toml', 'w').write('data = \"schema\"')\n%chat trust")
    does(kimi, "done = 1")

    acting.run(CELL.replace("act", "act --yes"))

    assert not has(acting, "done")
    assert 'data = "schema"' in told(kimi)


def test_what_is_captured_cannot_be_asked(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "done = 1")

    ran = acting.run(
        "%%capture shown\nget_ipython().run_cell_magic('chat', 'kimi-k2.6 --tools act', 'Do it.')"
    )

    assert "NeedsConsent" in ran.error
    assert not has(acting, "done")


# --- hostile -------------------------------------------------------------------------------------


def test_hidden_characters_are_written_out(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "x = 'a\u202eb\u200b\u00a0\u2028' # <b>\x0c")

    ran, _ = ask(acting, "n never")

    pages = [one for one in pages_of(ran) if "waits for your answer" in one]
    assert "\\u202eb\\u200b\\xa0\\u2028" in pages[0]
    assert "\\x0c" in pages[0]
    assert "&lt;b&gt;" in pages[0]
    for hidden in "\u202e\u200b\u00a0\u2028\x0c":
        assert not any(hidden in page for page in pages)


def test_code_that_nobody_can_read_is_not_asked_about(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "done = 1\n" + "#" * LONGEST_READ)

    ran, _ = ask(acting)

    assert not has(acting, "done")
    assert "more than a person can read" in told(kimi)
    assert DONE in ran.html


def test_all_of_long_code_is_shown(acting: RunningKernel, kimi: Service) -> None:
    does(kimi, "\n".join(f"line_{number} = 1" for number in range(3_000)))

    ran, _ = ask(acting, "n never")

    assert "3,000 lines" in painted(ran)
    assert all(f"line_{number} = 1" in painted(ran) for number in range(3_000))
