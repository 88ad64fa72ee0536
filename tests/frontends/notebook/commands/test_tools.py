"""`%chat tools`, `%chat fix --run`, and what other commands say of tools that have run."""

from __future__ import annotations

import pytest

from ....fakes.provider import Service, said
from ....running_kernel import RunningKernel
from ..calling import TOOLS, answer_boxes, calls

CELL = "%%chat kimi-k2.6 --tools look,run\nDo it."


@pytest.fixture
def acting(kernel: RunningKernel, kimi: Service) -> RunningKernel:
    kernel.run(TOOLS)
    return kernel


def test_tools_lists_what_can_be_named(acting: RunningKernel) -> None:
    shown = acting.run("%chat tools").text

    lines = {line.split()[0]: line for line in shown.splitlines() if line}
    assert lines["run"].split()[1] == "yes"
    assert lines["look"].split()[1] == "no"
    assert lines["act"].split()[1] == "yes"
    assert lines["add"].split()[1:] == ["no", "Add", "two", "numbers."]
    assert "8 requests and 20 calls at most" in shown
    assert "%%chat --tools look,run," in shown


def test_the_ready_tools_look_and_run(acting: RunningKernel, kimi: Service) -> None:
    kimi.answers(calls(("look", {"at": "variables"}), ("run", {"code": "print(6 * 7)"})))
    kimi.answers(*said("It is 42."))

    ran, prompts = answer_boxes(acting, acting.start(CELL), "y")

    assert ran.status == "ok", ran.error
    assert len(prompts) == 1
    assert "42" in str(kimi.requests[-1].json["messages"][-1]["content"])
    assert not ran.of("stream")
    assert len(ran.outputs) == 1


def test_undo_and_usage_tell_of_what_has_run(acting: RunningKernel, kimi: Service) -> None:
    kimi.answers(calls(("look", {"at": "variables"}), ("run", {"code": "x = 1"})))
    kimi.answers(*said("Done."))
    answer_boxes(acting, acting.start(CELL), "y")

    assert "run 1 time, 0." in acting.run("%chat usage").text
    assert "run 1 time." in acting.run("%chat usage", watched=False).text
    undone = acting.run("%chat undo").text
    assert undone.rstrip().endswith("What run changed stays as it is.")


def test_undo_says_nothing_of_what_was_refused(acting: RunningKernel, kimi: Service) -> None:
    kimi.answers(calls(("run", {"code": "x = 1"})))
    kimi.answers(*said("Done."))
    answer_boxes(acting, acting.start(CELL), "n never")

    assert "stays" not in acting.run("%chat undo").text


@pytest.mark.parametrize("option", ["--run ", ""])
def test_a_fix_runs_only_with_run_and_with_consent(
    acting: RunningKernel, kimi: Service, option: str
) -> None:
    acting.run("%chat use kimi-k2.6")
    acting.run("fixed = 1 / 0")
    if option:
        kimi.answers(calls(("run", {"code": "fixed = 1 / 1"})))
    kimi.answers(*said("```python\nfixed = 1 / 1\n```"))

    started = acting.start(f"%chat fix {option}gently")
    ran, _ = answer_boxes(acting, started, *(["y"] if option else []))

    assert ("Nothing has been run." in ran.html) == (not option)
    assert ("tools" in kimi.requests[0].json) == bool(option)
    assert "gently" in str(kimi.requests[0].json["messages"][-1]["content"])
    assert acting.run("print('fixed' in globals())").text.strip() == str(bool(option))


def test_fix_takes_no_other_option(acting: RunningKernel) -> None:
    acting.run("1 / 0")

    assert "--run and --show" in acting.run("%chat fix --tools run").error
