"""Answers beside other things in one cell of a real JupyterLab: on the screen, and in the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..fakes.provider import Service, answer, said
from ..fakes.steps import Steps, grouped
from ..nightly import by_day
from .cells import SEE_ALL, Ask, let_come, outputs
from .lab import Lab, Notebook

FIGURE = (
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nfig, _ = plt.subplots(figsize=(1, 1))\n"
    "plt.close()"
)
STATIC = "import os; os.environ['NBCHAT_DISPLAY'] = 'static'"
MIXED = (
    "print('before')\ndisplay(fig)\n%chat ask One\nprint('between')\n%chat ask Two\nprint('after')"
)
LOOP = "for word in ['left', 'right', 'middle']:\n    print(word)\n    %chat ask Tell me of {word}"
STILL_ARRIVING = "still arriving; %chat history has it"


@pytest.fixture(autouse=True)
def model(service: Service) -> None:
    service.always(answer(*said("## Yes\n\n", "It *is*", " so.", thought=["hm, so"]), gap=0.1))


def saved(lab: Lab, notebook: Notebook, cell: int) -> list[dict[str, Any]]:
    """The outputs of a cell in the file, without what differs from run to run."""
    notebook.save()
    path = Path(lab.folder / "notebooks" / notebook.path)
    found: list[dict[str, Any]] = json.loads(path.read_text())["cells"][cell]["outputs"]
    for output in found:
        output.get("metadata", {}).pop("nbchat", None)
        output.pop("traceback", None)
        output.pop("evalue", None)
    return found


@pytest.mark.field("L1")
@pytest.mark.parametrize("cell", by_day(1, [MIXED, LOOP]))
def test_a_cell_leaves_on_the_screen_and_in_the_file_what_static_mode_leaves(
    ask: Ask, lab: Lab, cell: str
) -> None:
    live = ask("%chat use kimi-k2.6", FIGURE, cell)
    live.run(1, 2, 3)
    shown, kept = outputs(live, 3), saved(lab, live, 3)
    live.run(3)
    again, kept_again = outputs(live, 3), saved(lab, live, 3)
    static = ask(STATIC, "%chat use kimi-k2.6", FIGURE, cell)
    static.run(1, 2, 3, 4)

    assert outputs(static, 4) == shown == again
    assert saved(lab, static, 4) == kept == kept_again
    answers = [o for o in kept if "nbc-foot" in str(o)]
    assert len(answers) == (2 if cell == MIXED else 3)
    assert all(set(o) == {"data", "metadata", "output_type"} for o in answers)
    if cell == MIXED:
        assert [o.partition("\n")[0] for o in shown] == [
            *("before", "", "Thinking, 2 words", "between", "Thinking, 2 words", "after")
        ]


@pytest.mark.field("L1")
def test_an_answer_beside_other_things_is_seen_while_it_streams(ask: Ask, service: Service) -> None:
    notebook = ask(
        "%chat use kimi-k2.6", "print('before')\n%chat ask Talk\nprint('after')", own_page=True
    )
    notebook.run(1)
    begin, thought, *words = said(*[f"word{n} " for n in range(60)], thought=["hm"])
    steps = Steps([begin, thought, *words[:10]], *grouped(words[10:], 10), gap=0.03)
    service.plays(steps)
    notebook.page.evaluate(SEE_ALL)

    notebook.run(2, wait=False)
    let_come(notebook, steps, [*(f"word{n}" for n in range(9, 59, 10)), "tok/s"])
    notebook.ready()
    seen = notebook.page.evaluate("[...window.seen]")

    for n in range(9, 59, 10):
        assert any(f"word{n}" in s and f"word{n + 1}" not in s for s in seen)
    before, whole, after = outputs(notebook, 2)
    assert (before, after) == ("before", "after")
    assert "word0 word1" in whole
    assert STILL_ARRIVING not in whole


@pytest.mark.field("L1")
def test_an_interrupt_in_the_second_keeps_the_first(ask: Ask, lab: Lab, service: Service) -> None:
    notebook = ask("%chat use kimi-k2.6", "print('before')\n%chat ask One\n%chat ask Two")
    notebook.run(1)
    service.plays(answer(*said("First.")), answer(*said("word " * 3)[:2], hold=600))

    notebook.run(2, wait=False)
    notebook.page.wait_for_selector("text=word word")
    notebook.page.click("[data-command='notebook:interrupt-kernel']")
    notebook.page.wait_for_selector("text=Ask again, or go on.")

    before, first, second, error = outputs(notebook, 2)
    assert (before, first.split("\n")[0]) == ("before", "First.")
    assert second.startswith("word word")
    assert error.startswith("Interrupted: stopped after ")
    kinds = [o["output_type"] for o in saved(lab, notebook, 2)]
    assert kinds == ["stream", "display_data", "display_data", "error"]


@pytest.mark.field("L1")
def test_what_is_captured_is_shown_whole_where_it_goes(ask: Ask) -> None:
    """By `%%capture`, and by an Output widget, which takes no updates."""
    notebook = ask(
        "%chat use kimi-k2.6",
        "%%capture kept\nprint('before')\n%chat ask One",
        "kept.show()",
        "import ipywidgets\nbox = ipywidgets.Output()\nbox",
        "with box:\n    print('inside')\n    %chat ask Two",
        "with box:\n    %chat ask Three\nprint('outside')",
    )
    notebook.run(1, 2, 3, 4, 5, 6)
    notebook.page.wait_for_selector(".jp-Cell:nth-child(5) .nbc-foot >> nth=1")

    assert outputs(notebook, 2) == []
    before, one = outputs(notebook, 3)
    assert before == "before"
    assert "It is so." in one
    shown = "\n".join(outputs(notebook, 4))
    assert shown.index("inside") < shown.index("It is so.") < shown.rindex("It is so.")
    assert STILL_ARRIVING not in shown
    assert outputs(notebook, 6) == ["outside"]


@pytest.mark.field("L2")
def test_a_loop_is_remembered_whole_and_replaced_when_it_is_run_again(
    ask: Ask, service: Service
) -> None:
    notebook = ask("%chat use kimi-k2.6", LOOP, "%chat ask And then?")

    notebook.run(1, 2, 2, 3)

    sent = [
        [m["content"] for m in r.json["messages"] if m["role"] == "user"] for r in service.requests
    ]
    loop = ["Tell me of left", "Tell me of right", "Tell me of middle"]
    assert sent == [loop[:1], loop[:2], loop, loop[:1], loop[:2], loop, [*loop, "And then?"]]


@pytest.mark.field("L11")
@pytest.mark.parametrize("cell", by_day(1, ["print('before')\n%chat ask Talk", "%%chat\nTalk"]))
def test_a_page_that_is_saved_and_reloaded_in_mid_answer_says_so(
    ask: Ask, lab: Lab, service: Service, cell: str
) -> None:
    notebook = ask("%chat use kimi-k2.6", cell, "%chat history", own_page=True)
    notebook.run(1)
    words = said(*[f"word{n} " for n in range(200)])
    steps = Steps(words[:11], words[11:21], words[21:])
    service.plays(steps)

    notebook.run(2, wait=False)
    notebook.page.wait_for_selector("text=word9")
    steps.go_on()  # what is painted first has no text besides
    notebook.page.wait_for_selector("text=word19")
    early = saved(lab, notebook, 2)
    notebook.page.reload()
    notebook.page.wait_for_selector("text=word9")
    (*_, shown) = outputs(notebook, 2)
    steps.finish()

    assert "word199" not in str(early)
    assert STILL_ARRIVING in str(early[-1]["data"]["text/html"])
    assert STILL_ARRIVING in "".join(early[-1]["data"]["text/plain"])
    assert STILL_ARRIVING in shown
    assert "word199" not in shown
    notebook.ready()  # the kernel has the whole answer by now
    notebook.run(3)
    assert "word199" in outputs(notebook, 3)[-1]
