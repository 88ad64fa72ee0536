"""A cell that fails changes nothing: no conversation, not the list of them, not the disk."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ...fakes.provider import Service, answer, said
from ...running_kernel import RunningKernel
from ...waiting import until

pytestmark = pytest.mark.field("L5")

# What a question, or a command, could have changed.
STATE = """
import json, nbchat
from nbchat import runtime
_opened = runtime.current()
print(json.dumps([_opened.active, *(
    [c.name, c.id, c.system, c.model, c.title, c.stored, [t.id for t in c.turns],
     [t.id for t in c.all_turns], [t.id for t in c.redo()], runtime.current().choose_model(c)]
    for c in _opened.conversations.values()
)]))
for _chat in _opened.conversations.values():
    _chat.redo() or _chat.undo()
"""
SYSTEM = "--system 'You are a pirate.'"
PYTHON = "import nbchat; nbchat.chat().ask('Hi', {!r}, system='Pirate.', temperature={})"
REFUSAL = b'{"error": {"message": "no"}}'
FAILING = {
    "unknown model": f"%%chat nosuch {SYSTEM}\nHi",
    "unknown model, new name": f"%%chat nosuch --name oops {SYSTEM}\nHi",
    "unknown provider": f"%%chat nosuch:model {SYSTEM}\nHi",
    "unknown model, aside": f"%%chat nosuch --fresh --name oops {SYSTEM}\nHi",
    "no key": f"%%chat glm-5.3 {SYSTEM} --name oops\nHi",
    "temperature": f"%%chat kimi-k2.6 {SYSTEM} --temperature 9 --name oops\nHi",
    "top_p": f"%%chat kimi-k2.6 {SYSTEM} --top-p 9\nHi",
    "max_tokens": f"%%chat kimi-k2.6 {SYSTEM} --max-tokens 0\nHi",
    "no question": f"%%chat kimi-k2.5 {SYSTEM} --name oops\n  ",
    "a variable that cannot be shown": f"%%chat kimi-k2.5 {SYSTEM} --name oops\nIs {{bad}} so?",
    "refused: 401": f"%%chat kimi-k2.5 {SYSTEM} --name oops\nHi",
    "refused: 429": f"%%chat kimi-k2.5 {SYSTEM}\nHi",
    "refused: 400": f"%%chat kimi-k2.5 {SYSTEM} --fresh\nHi",
    "nobody there": f"%%chat ollama:qwen3 {SYSTEM} --name oops\nHi",
    "use": "%chat use nosuch",
    "use of what has ended": "%chat use github:gpt-4.1",
    "resume": "%chat resume nosuch",
    "import": "%chat import nosuch.json",
    "python, unknown model": PYTHON.format("nosuch", 0),
    "python, temperature": PYTHON.format("kimi-k2.5", 9),
    "python, refused: 401": PYTHON.format("kimi-k2.5", 0),
}


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """JupyterLab tells kernels their notebook so."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "analysis.ipynb"))
    return Path(os.environ["XDG_DATA_HOME"]) / "nbchat" / "history.sqlite"


@pytest.fixture
def kernel(
    history: Path, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningKernel]:
    monkeypatch.setenv("KIMI_API_KEY", "sk-test-0123456789")
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    monkeypatch.setenv("OLLAMA_BASE_URL", "http://127.0.0.1:9")
    with RunningKernel(cwd=tmp_path) as kernel:
        kernel.run("%load_ext nbchat")
        kernel.run("class Bad:\n    def __str__(self): raise ValueError('no')\nbad = Bad()")
        service.answers(*said("Yes."))
        service.answers(*said("Yes."))
        kernel.run("%%chat kimi-k2.6 --system Brief.\nOne")
        kernel.run("%%chat kimi-k2.6\nTwo")
        kernel.run("%chat undo")
        yield kernel


def state(kernel: RunningKernel, history: Path) -> tuple[Any, list[Any]]:
    """The conversations of a kernel, and every row on the disk."""
    seen = json.loads(kernel.run(STATE).text)
    kernel.run("%chat list")  # what waits to be written has been
    with sqlite3.connect(history) as connection:
        header = "SELECT id, name, system, model, head, length FROM conversation ORDER BY id"
        rows = [*connection.execute(header), *connection.execute("SELECT * FROM turn")]
    connection.close()
    return seen, rows


def test_a_cell_that_fails_changes_nothing(
    kernel: RunningKernel, service: Service, history: Path
) -> None:
    before = state(kernel, history)

    for what, cell in FAILING.items():
        status = int(what.partition(": ")[2] or 400)
        service.always(
            answer(b'{"error": {"message": "no"}}', status=status, headers={"retry-after": "99"})
        )
        assert kernel.run(cell, cell="a cell").status == "error", what
        assert state(kernel, history) == before, what


def test_a_cell_that_is_stopped_before_the_first_word_changes_nothing(
    kernel: RunningKernel, service: Service, history: Path
) -> None:
    before = state(kernel, history)
    service.always(answer(hold=60))
    asked = len(service.requests)

    for line in (f"kimi-k2.5 {SYSTEM}", "kimi-k2.5 --name oops", "kimi-k2.5 --fresh"):
        started = kernel.start(f"%%chat {line}\nHi")
        kernel.wait_for(started, "display_data", 2)
        asked += 1
        until(lambda: len(service.requests) == asked)  # noqa: B023
        kernel.interrupt()
        assert kernel.finish(started).status == "error"
        assert state(kernel, history) == before, line


def test_an_answer_that_comes_makes_the_system_prompt_that_of_the_conversation(
    kernel: RunningKernel, service: Service, history: Path
) -> None:
    kernel.run(f"%%chat nosuch {SYSTEM}\nHi")
    service.always(answer(*said("Yes.")[:-3]))
    broken = kernel.run(f"%%chat kimi-k2.6 {SYSTEM}\nTwo")
    service.always(answer(*said("Yes.")))
    kernel.run("%%chat --fresh --system 'Only here.'\nAside")
    kernel.run("%%chat\nThree")

    systems = [request.json["messages"][0]["content"] for request in service.requests]
    assert broken.status == "error"
    assert systems == ["Brief.", "Brief.", "You are a pirate.", "Only here.", "You are a pirate."]
    assert state(kernel, history)[1][0][2] == "You are a pirate."
