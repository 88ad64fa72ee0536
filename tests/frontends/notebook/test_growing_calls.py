"""Calls while an answer streams: asked about, running with what they print, and done."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from nbchat.events import Event
from nbchat.frontends.notebook.growing_answer import GrowingAnswer
from nbchat.frontends.notebook.growing_calls import LONGEST_LINE
from nbchat.messages import Text, ToolCall, ToolResult
from nbchat.render.tool_calls import FIRST_LINES
from nbchat.tools.consent import ConsentQuestion, Step
from nbchat.tools.running import Job
from nbchat.tools.tool import tool

from ...fakes.provider import Service, said
from ...running_kernel import Ran, RunningKernel
from .calling import TOOLS, calls
from .conftest import plain

PRINTS = """
def noisy(lines: int) -> str:
    "Print a lot, and go on where that was seen."
    import os, time
    def wait_for(name):
        while not os.path.exists(name):
            time.sleep(0.01)
    print("first line")
    wait_for("seen")
    for number in range(lines):
        print("x" * 99)
    wait_for("seen more")
    return "quiet again"
"""


def add(a: int, b: int) -> int:
    return a + b


ADD = tool(add)
ONE, TWO = (ToolCall(name, "add", {"a": 1, "b": 2}) for name in ("one", "two"))


def growing(*events: Event) -> GrowingAnswer:
    answer = GrowingAnswer("kimi-k2.6", 0.0)
    for event in events:
        answer.take(event, 1.0)
    return answer


def page(answer: GrowingAnswer, now: float = 1.0) -> str:
    return plain("".join([*answer.settled, answer.tail(now)]))


def test_what_is_settled_only_grows() -> None:
    answer = GrowingAnswer("kimi-k2.6", 0.0)
    events = [
        *(Text("Before.\n\n"), Text("Between"), ONE, Text("behind"), TWO),
        *(ToolResult("one", "add", "3"), ToolResult("two", "add", "4"), Text("After.\n\n")),
    ]
    before: list[str] = []
    for event in events:
        answer.take(event, 1.0)
        settled = [*answer.settled]
        assert settled[: len(before)] == before
        before = settled
    words = page(answer)
    places = [words.index(word) for word in ("Before", "Between", "3", "behind", "4", "After")]
    assert places == sorted(places)


def test_words_that_waited_for_more_are_shown_before_a_call() -> None:
    """A price may be the beginning of a formula, until it is known that nothing follows."""
    answer = growing(Text("It costs $5"))
    assert "$5" not in page(answer)

    answer.take(ONE, 1.0)

    assert "It costs $5" in page(answer)


def test_a_running_call_says_how_long_and_shows_what_it_prints() -> None:
    from nbchat.context.cells import Output

    answer = growing(ONE)
    job = Job(ONE, ADD, {"a": 1, "b": 2})
    answer.run(job, 2.0)
    lines = [f"line {number}" for number in range(FIRST_LINES + 5)]
    answer.hear(job, [Output("stdout", "\n".join(["y" * 5_000, *lines]))])

    assert "4 s" in page(answer, 6.0)
    assert "line 18" in page(answer, 6.0)
    assert "line 19" not in page(answer, 6.0)
    assert "6 more lines" in page(answer, 6.0)
    assert "y" * LONGEST_LINE not in page(answer, 6.0)
    assert "add runs" in answer.status_line(6.0)
    assert "line 18" not in page(growing(ONE, ToolResult("one", "add", "3")))


def test_a_question_stands_in_the_place_of_its_call_until_it_is_answered() -> None:
    answer = growing(Text("Let me see."), ONE)
    answer.ask(ConsentQuestion(ONE, ADD, {"a": 1, "b": 2}))
    assert "waits for your answer" in page(answer)
    answer.ask(None)
    assert "waits" not in page(answer)


def test_a_plan_is_listed_with_all_that_it_would_run() -> None:
    answer = growing(Text("A plan."))
    steps = (Step("look <b>", "run", {"code": "a = 1"}), Step("", "add", {"a": "<i>", "b": 2}))
    answer.ask(ConsentQuestion(ToolCall("plan", "plan", {}), ADD, {}, steps))
    html = answer.tail(1.0)
    assert "look &lt;b&gt;" in html
    assert "&lt;i&gt;" in html
    assert "<i>" not in html.replace('<i hidden="1">', "")
    assert "no purpose is told" in html
    answer.ask(None)
    assert page(answer) == "A plan."


def test_a_hostile_name_is_no_html() -> None:
    call = ToolCall("1", "<img src=x onerror=alert(1)>\u202e", {"<b>": "</details>"})
    answer = growing(call)
    asked, running = growing(call), growing(call)
    asked.ask(ConsentQuestion(call, ADD, {"<b>": "</details>"}))
    running.run(Job(call, ADD, {"<b>": "</details>"}), 1.0)
    for one in (answer, asked, running):
        html = one.tail(1.0)
        assert "<img" not in html
        assert "<b>=" not in html
        assert "\u202e" not in html
        assert html.count("</details>") == html.count("<details")


# --- in a kernel ---------------------------------------------------------------------------------


@pytest.fixture
def noisy(kernel: RunningKernel, kimi: Service) -> RunningKernel:
    kernel.run(TOOLS + PRINTS)
    return kernel


def sizes(ran: Ran) -> int:
    """Characters of all that the cell has sent."""
    return sum(len(json.dumps(message["content"])) for message in ran.messages)


def asked(kernel: RunningKernel, kimi: Service, folder: Path, lines: int) -> Ran:
    """What came of a question whose tool goes on when what it prints has been seen."""
    kimi.answers(calls(("noisy", {"lines": lines}), words="Let me see."))
    kimi.answers(*said("Done."))
    started = kernel.start("%%chat kimi-k2.6 --tools noisy\nDo it.")
    seen = kernel.wait_until(started, lambda seen: "first line" in str(seen[-1:]), "line")
    (folder / "seen").touch()
    seen += kernel.wait_until(started, lambda seen: "more lines" in str(seen[-1:]), "more lines")
    (folder / "seen more").touch()
    return kernel.finish(started, seen)


def test_what_a_tool_prints_is_seen_while_it_runs(
    noisy: RunningKernel, kimi: Service, tmp_path: Path
) -> None:
    ran = asked(noisy, kimi, tmp_path, 30)

    pages = [plain(one["data"]["text/html"]) for one in ran.of("update_display_data")]
    while_running = [page for page in pages if "first line" in page and "quiet again" not in page]
    assert while_running
    assert any("more lines" in page for page in while_running)
    assert len(ran.outputs) == 1
    assert "quiet again" in ran.html
    assert not ran.of("stream")


def test_a_tool_that_prints_five_megabytes_sends_little(
    noisy: RunningKernel, kimi: Service, tmp_path: Path
) -> None:
    ran = asked(noisy, kimi, tmp_path, 50_000)

    assert "quiet again" in ran.html
    assert sizes(ran) <= 100_000


def test_a_tool_runs_on_the_main_thread(noisy: RunningKernel, kimi: Service) -> None:
    noisy.run("import threading\ndef where() -> str:\n    return threading.current_thread().name")
    kimi.answers(calls(("where", {})))
    kimi.answers(*said("Done."))

    ran = noisy.run("%%chat kimi-k2.6 --tools where\nWhere?")

    assert threading.main_thread().name in ran.html
