"""What a notebook saves of its answers: run again, slower or faster, it is the same to the byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from ...fakes.provider import Play, Service, answer, said
from ...running_kernel import RunningKernel

ANSWER = "Some *words*, $x^2$ and:\n\n```python\nprint(1)\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |\n"
STOP_AT_A_WORD = """
import _thread, nbchat, signal
from nbchat.messages import Text
def press(change, turn, events):
    if turn and "stop here" in turn.answer.text and turn.id not in pressed:
        pressed.add(turn.id)
        _thread.interrupt_main(signal.SIGINT)
pressed = set()
ignored = nbchat.chat("main").watch(press)
"""
CELLS = {
    "an answer": "%%chat kimi-k2.6\nwhole",
    "another one": "%%chat\nwhole",
    "several in a cell": (
        "for n in range(3):\n    %chat ask whole\nprint('between')\n%chat ask whole"
    ),
    "broken": "print('before')\n%chat ask broken",
    "broken, alone": "%%chat\nbroken",
    "stopped": "%%chat\nstopped",
    "refused": "%%chat\nrefused",
}


def playing(gap: float) -> Play:
    """Answers by the question's words, in pieces that come so many seconds apart."""
    pieces = [ANSWER[at : at + 7] for at in range(0, len(ANSWER), 7)]
    whole = answer(*said(*pieces, thought=["hm ", "hm"]), gap=gap)
    broken = answer(*said("Half of", " it")[:3], gap=gap)
    stopped = answer(*said("stop here")[:2], hold=60)
    refused = answer(b'{"error":{"message":"no"}}', status=400)
    plays = {"whole": whole, "broken": broken, "stopped": stopped, "refused": refused}

    async def play(request: Any, writer: Any) -> bool | None:
        return await plays[request.json["messages"][-1]["content"]](request, writer)

    return play


def saved(outputs: list[dict[str, Any]]) -> str:
    """The outputs of a cell as a notebook keeps them: printed pieces are joined."""
    kept: list[dict[str, Any]] = []
    for output in outputs:
        shown = {
            name: value
            for name, value in output.items()
            if name not in ("transient", "output_type")
        }
        if kept and "name" in shown and kept[-1].get("name") == shown["name"]:
            kept[-1]["text"] += shown["text"]
        else:
            kept.append(shown)
    return json.dumps(kept, indent=1, sort_keys=True)


@pytest.mark.field("C11")
def test_a_notebook_that_is_run_again_is_the_same_to_the_byte(
    kernel: RunningKernel, kimi: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_all(*, watched: bool, gap: float) -> dict[str, str]:
        kimi.always(playing(gap))
        kernel.run("%chat reset")
        return {
            name: saved(kernel.run(cell, watched=watched).outputs) for name, cell in CELLS.items()
        }

    kernel.run(STOP_AT_A_WORD)
    first = run_all(watched=True, gap=0.02)
    runs = {
        "faster": run_all(watched=True, gap=0.0),
        "as nbclient does": run_all(watched=False, gap=0.005),
    }
    monkeypatch.setenv("KIMI_API_KEY", "k")
    monkeypatch.setenv("KIMI_BASE_URL", f"{kimi.url}/v1")
    monkeypatch.setenv("NBCHAT_DISPLAY", "live")
    runs["live by nbclient"] = by_nbclient(tmp_path)

    for name, again in runs.items():
        assert again == first, name
    assert "Interrupted" in first["stopped"]
    for name, outputs in first.items():
        shown = [output for output in json.loads(outputs) if "data" in output]
        assert bool(shown) != (name == "refused")
        assert all(o["metadata"] == {"nbchat": {"model": "kimi-k2.6"}} for o in shown)


@pytest.mark.field("C11")
def test_what_is_said_of_a_conversation_is_the_same_in_each_run_that_nobody_watches(
    kernel: RunningKernel, kimi: Service
) -> None:
    said_of_it = ("%chat history", "%chat history 2", "%chat usage", "%chat branches")

    def run_all(gap: float) -> list[str]:
        kimi.always(playing(gap))
        for name in ("an answer", "another one", "broken"):
            kernel.run(CELLS[name], watched=False)
        shown = [saved(kernel.run(line, watched=False).outputs) for line in said_of_it]
        kernel.run("%chat delete main", watched=False)
        return shown

    first = run_all(gap=0.02)

    assert run_all(gap=0.0) == first
    history, turn, usage, _ = first
    assert all("#2 \\u00b7 kimi-k2.6" in shown for shown in (history, turn))
    assert "requests" in usage
    assert "tokens/s" not in usage


def by_nbclient(folder: Path) -> dict[str, str]:
    """The same cells in a kernel of their own."""
    before = ["%load_ext nbchat", STOP_AT_A_WORD]
    cells = [nbformat.v4.new_code_cell(source) for source in (*before, *CELLS.values())]
    notebook = nbformat.v4.new_notebook(cells=cells)
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, allow_errors=True, resources=where).execute()
    ran = notebook.cells[len(before) :]
    return {name: saved(cell.outputs) for name, cell in zip(CELLS, ran, strict=True)}
