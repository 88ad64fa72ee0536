"""Conversations that outlive their kernel: what is kept, what is offered, and what never is."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
from nbclient import NotebookClient

from ....fakes.provider import Service, answer, said, sse
from ....running_kernel import DEADLINE, RunningKernel
from ....store.disk import contents
from ....trusted import write_trusted
from ....waiting import until
from ..unhurried import Unhurried, shown

KEY = "sk-canary-0123456789abcdef"
MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d"


@pytest.fixture
def history() -> Path:
    return Path(os.environ["XDG_DATA_HOME"]) / "nbchat" / "history.sqlite"


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """JupyterLab tells kernels their notebook so."""
    path = tmp_path / "analysis.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    return path


@pytest.fixture
def kimi(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    return service


@pytest.fixture
def chatting(notebook: Path, kimi: Service, tmp_path: Path) -> Iterator[RunningKernel]:
    """A kernel of that notebook, where Kimi is this service."""
    with RunningKernel(cwd=tmp_path) as kernel:
        kernel.run("%load_ext nbchat")
        kernel.run("from nbchat.store import turn_writer; turn_writer.PATIENCE_SECONDS = 30.0")
        yield kernel


def restarted(kernel: RunningKernel) -> RunningKernel:
    process = kernel.manager.provisioner.process
    process.kill()  # kill -9: nothing is said to the kernel before
    process.wait()
    kernel.manager.restart_kernel(now=True)
    kernel.client.wait_for_ready(timeout=DEADLINE)
    kernel.run("%load_ext nbchat")
    return kernel


def stored(history: Path) -> int:
    if not history.exists():
        return 0
    with closing(sqlite3.connect(history)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'turn'").fetchone():
            return 0  # it is just being made
        (count,) = connection.execute("SELECT count(*) FROM turn").fetchone()
    return int(count)


def questions(service: Service) -> list[str]:
    return [m["content"] for m in service.requests[-1].json["messages"]]


# --- a restart ---------------------------------------------------------------------------------


def test_a_restarted_kernel_offers_the_conversation_and_resumes_it(
    chatting: RunningKernel, kimi: Service
) -> None:
    kimi.always(answer(*said("Yes.")))
    for cell in "abc":
        chatting.run(f"%%chat kimi-k2.6 --system Brief.\nQuestion {cell}", cell=cell)
    cache = kimi.requests[-1].json["prompt_cache_key"]
    kernel = restarted(chatting)

    state = kernel.run("%chat").text
    assert "Conversation 'main': no turns yet." in state
    assert "This notebook has a conversation of 3 turns from today: %chat resume" in state
    assert (
        kernel.run("len(__import__('nbchat').chat().turns)").text == "0"
    )  # nothing is loaded by itself

    assert kernel.run("%chat resume").text.startswith("Resumed 'main': 3 turns.")
    history = kernel.run("%chat history").text
    assert history.startswith("> Question a\n\nYes.\n\n#1 · ")
    assert history.index("> Question a") < history.index("\n\n> Question b\n\nYes.\n\n#2 · ")
    kernel.run("%%chat\nAnd?")
    assert kimi.requests[-1].json["model"] == "kimi-k2.6"
    assert questions(kimi) == [
        "Brief.",
        "Question a",
        "Yes.",
        "Question b",
        "Yes.",
        "Question c",
        "Yes.",
        "And?",
    ]
    assert kimi.requests[-1].json["prompt_cache_key"] == cache

    kernel.run("%%chat\nQuestion b, better", cell="b")
    assert questions(kimi) == ["Brief.", "Question a", "Yes.", "Question b, better"]
    assert "question 2 of 2 here" in kernel.run("%chat history").text


@pytest.mark.field("L2")
def test_a_cell_of_several_questions_is_replaced_as_a_group_after_a_restart_too(
    chatting: RunningKernel, kimi: Service
) -> None:
    kimi.always(answer(*said("Yes.")))
    loop = "for word in {words}:\n    %chat ask Tell me of {{word}}"
    chatting.run("%%chat kimi-k2.6\nBefore", cell="before")
    chatting.run(loop.format(words=["a", "b", "c"]), cell="loop")
    kernel = restarted(chatting)
    assert kernel.run("%chat resume").text.startswith("Resumed 'main': 4 turns.")

    kernel.run(loop.format(words=["x", "y"]), cell="loop")

    assert questions(kimi) == ["Before", "Yes.", "Tell me of x", "Yes.", "Tell me of y"]


def test_without_resume_a_new_conversation_begins_and_the_old_one_stays(
    chatting: RunningKernel, kimi: Service
) -> None:
    kimi.always(answer(*said("Yes.")))
    chatting.run("%%chat kimi-k2.6\nOld question")
    kernel = restarted(chatting)
    kernel.run("%%chat kimi-k2.6\nNew question")
    listed = kernel.run("%chat list").text

    assert questions(kimi) == ["New question"]
    assert re.search(
        rf"^\* +\w{{6}} +main +New question +1 +analysis.ipynb +{MOMENT}$", listed, re.M
    )
    old = re.search(
        rf"^ +(\w{{6}}) +main +Old question +1 +analysis.ipynb +{MOMENT}$", listed, re.M
    )
    assert old
    assert "Old question" in kernel.run("%chat search old QUEST").text
    assert kernel.run(f"%chat resume {old[1]}").text.startswith("Resumed 'main': 1 turn.")
    assert kernel.run("%chat history").text.startswith("> Old question")


def test_a_killed_kernel_leaves_what_was_seen_and_says_so(
    chatting: RunningKernel, kimi: Service, history: Path
) -> None:
    kimi.plays(Unhurried("and more ", before=("word0 ", "word1 ")))

    started = chatting.start("%%chat kimi-k2.6\nTalk")
    chatting.wait_until(started, lambda seen: shown(seen, "word1"), "second word")
    until(lambda: any(b"word0 word1" in data for data in contents(history.parent).values()))
    assert stored(history) == 1
    kernel = restarted(chatting)
    resumed = kernel.run("%chat resume").text

    assert "1 turn" in resumed
    assert "The last answer broke off: the kernel ended before the answer did." in resumed
    assert "> Talk\n\nword0 word1 " in kernel.run("%chat history").text


def test_an_interrupted_answer_comes_back_as_it_was_shown(
    chatting: RunningKernel, kimi: Service
) -> None:
    kimi.plays(Unhurried())
    started = chatting.start("%%chat kimi-k2.6\nTalk")
    seen = chatting.wait_until(started, lambda seen: shown(seen, "word word"), "words")
    chatting.interrupt()
    text = chatting.finish(started, seen).outputs[0]["data"]["text/plain"]
    kernel = restarted(chatting)
    kernel.run("%chat resume")

    assert (
        kernel.run("print(__import__('nbchat').chat().turns[0].answer.text)").text.rstrip("\n")
        == text
    )
    assert "(stopped after" in kernel.run("%chat history").text


# --- what is never kept --------------------------------------------------------------------------


def test_no_form_of_a_key_is_ever_in_the_history(
    chatting: RunningKernel, kimi: Service, history: Path
) -> None:
    echo = {"error": {"message": f"bad key {KEY} in {quote(f'Bearer {KEY}')}"}}
    kimi.plays(answer(*said("Half ")[:2], sse(echo, done=False)))
    kimi.answers(f'{{"error":{{"message":"Invalid key {KEY}"}}}}'.encode(), status=401)
    kimi.answers(*said("Whole."))

    for question in ("One", "Two", "Three"):
        chatting.run(f"%%chat kimi-k2.6\n{question}")

    assert stored(history) == 2
    for data in contents(history.parent).values():
        assert not any(
            form in data for form in (KEY.encode(), KEY[8:].encode(), b64encode(KEY.encode())[:20])
        )


def test_static_mode_off_and_scripts_keep_nothing(
    notebook: Path, kernel: RunningKernel, history: Path
) -> None:
    kernel.run("%%chat demo\nStatic", watched=False)
    kernel.run("import os; os.environ['NBCHAT_HISTORY'] = 'off'")
    kernel.run("%%chat demo\nHeadings, off")
    off = kernel.run("%chat").text
    kernel.run("os.environ['NBCHAT_DISPLAY'] = 'live'; del os.environ['NBCHAT_HISTORY']")
    kernel.run("%%chat demo\nLive by the environment", watched=False)
    kernel.run("import nbchat; nbchat.chat().ask('Live, from Python', 'demo')", watched=False)
    script = (
        "import nbchat; nbchat.chat().ask('Hi', 'demo'); nbchat.chat('named').ask('Hi', 'demo')"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)

    assert "History: in memory only; it is turned off." in off
    assert not history.exists()
    assert "nothing is kept on disk here" in kernel.run("%chat list", watched=False).error


def test_without_a_notebook_only_a_named_conversation_is_kept(
    kernel: RunningKernel, history: Path
) -> None:
    kernel.run("%%chat demo\nHeadings of nobody")
    state = kernel.run("%chat").text
    kernel.run("%%chat demo --name thesis\nHeadings of mine")
    again = restarted(kernel)

    assert "only a notebook or a name (%%chat --name NAME) is kept" in state
    assert stored(history) == 1
    assert (
        "There is a conversation 'thesis' of 1 turn from today: %chat resume"
        in again.run("%chat switch thesis").text
    )
    again.run("%chat resume")
    assert again.run("%chat history").text.startswith("> Headings of mine")


# --- where it is kept ---------------------------------------------------------------------------


def test_the_notebook_is_asked_for_at_every_save(
    chatting: RunningKernel, kimi: Service, history: Path
) -> None:
    kimi.always(answer(*said("Yes.")))

    def where() -> str:
        with sqlite3.connect(history) as connection:
            (path,) = connection.execute("SELECT notebook FROM conversation").fetchone()
        connection.close()
        return Path(path).name

    chatting.run("%%chat kimi-k2.6\nOne")
    assert where() == "analysis.ipynb"
    chatting.run("import os; os.environ['JPY_SESSION_NAME'] = '/n/renamed.ipynb'")
    chatting.run("%%chat\nTwo")
    assert where() == "renamed.ipynb"
    chatting.run("__vsc_ipynb_file__ = '/n/code.ipynb'")
    chatting.run("%%chat\nThree")
    assert where() == "code.ipynb"


def test_a_history_that_cannot_be_written_is_one_line_below_the_answer(
    notebook: Path, kernel: RunningKernel, tmp_path: Path
) -> None:
    (tmp_path / "talks.csv").write_text("a,b\n1,2\n" * 100)
    write_trusted(tmp_path, 'history = "talks.csv"\n')

    first, second = (kernel.run("%%chat demo\nHeadings") for _ in range(2))
    line = f"Not saved yet: {tmp_path / 'talks.csv'} is damaged, or no database"
    assert (first.status, second.status) == ("ok", "ok")
    assert line in first.html
    assert "Not saved" not in second.html
    assert f"History: in memory for now: {tmp_path / 'talks.csv'}" in kernel.run("%chat").text
    assert kernel.run("len(__import__('nbchat').chat().turns)").text == "2"
    assert (tmp_path / "talks.csv").read_text() == "a,b\n1,2\n" * 100


def test_unloading_ends_the_thread_that_keeps(
    chatting: RunningKernel, kimi: Service, history: Path
) -> None:
    kimi.always(answer(*said("Yes.")))
    threads = (
        "import threading\n"
        "print(sorted(t.name for t in threading.enumerate() if 'nbchat' in t.name))"
    )
    chatting.run("%%chat kimi-k2.6\nOne")
    assert "nbchat-history" in chatting.run(threads).text
    chatting.run("%unload_ext nbchat")
    assert chatting.run(threads).text.strip() == "[]"
    chatting.run("%load_ext nbchat")
    chatting.run("%%chat\nTwo")

    assert stored(history) == 2
    assert questions(kimi) == ["One", "Yes.", "Two"]


def test_a_path_in_the_settings_file_is_beside_it(
    notebook: Path, kernel: RunningKernel, tmp_path: Path
) -> None:
    write_trusted(tmp_path, 'history = "talks.sqlite"\n')
    kernel.run("%%chat demo\nHeadings")

    until(lambda: stored(tmp_path / "talks.sqlite") == 1)  # a slow disk is not waited for long


# --- commands -----------------------------------------------------------------------------------


def test_deleting_is_for_good_and_asks_what(
    chatting: RunningKernel, kimi: Service, history: Path
) -> None:
    kimi.always(answer(*said("Yes.")))
    chatting.run("%%chat kimi-k2.6\nThe word is xylophone-4711")
    refused = chatting.run("%chat delete")
    deleted = chatting.run("%chat delete main").text

    assert "This removes the conversation 'main' for good:\n%chat delete main" in refused.error
    assert deleted.startswith("Deleted 'main', 1 turn; nothing of it is left in")
    assert all(b"xylophone" not in data for data in contents(history.parent).values())
    assert chatting.run("%chat history").text.strip() == "Nothing has been asked yet."
    assert chatting.run("%chat list").text.strip() == "No conversation is stored yet."
    chatting.run("%%chat kimi-k2.6\nAfter")
    assert questions(kimi) == ["After"]


def test_branches_are_listed_and_gone_to(kernel: RunningKernel) -> None:
    for question in ("One", "Two"):
        kernel.run(f"%%chat demo\n{question}", watched=False)
    assert kernel.run("%chat undo").text.startswith("Took back 1 of 2 turns.")
    assert kernel.run("%chat redo").text.startswith("1 turn back again.")
    assert kernel.run("%chat redo").text.startswith("Nothing to bring back.")
    kernel.run("%chat undo")
    kernel.run("%%chat demo\nOther", watched=False)

    assert kernel.run("%chat branches").text.splitlines()[1:] == [
        "   1       2      One     Two",
        "*  2       2      One     Other",
    ]
    assert kernel.run("%chat goto 1").text.startswith("On branch 1: 2 turns, the last is 'Two'.")
    assert "(question 1 of 2 here)\n> Two" in kernel.run("%chat history").text
    assert "takes the number of a branch, from 1 to 2" in kernel.run("%chat goto 3").error
    kernel.run("%chat reset")
    assert kernel.run("%chat redo").text.startswith("2 turns back again.")


def test_a_conversation_goes_out_and_comes_back(kernel: RunningKernel, tmp_path: Path) -> None:
    kernel.run("%%chat demo --raw\nHello {there}", watched=False)
    kernel.run("%%chat demo\nWhat did I just ask?", watched=False)
    for file in ("talk.json", "talk.md", "talk.ipynb"):
        assert kernel.run(f"%chat export {file}").text.startswith(f"Wrote 2 turns to {file}.")
    assert "is not overwritten" in kernel.run("%chat export talk.ipynb").error

    kernel.run("%chat switch other")
    assert kernel.run("%chat import talk.json").text.startswith(
        "Read 2 turns from talk.json; demo answers"
    )
    assert (
        kernel.run("%%chat\nWhat did I just ask?").text
        == 'Just before this you asked: "What did I just ask?"'
    )
    assert "is not a conversation of nbchat" in kernel.run("%chat import talk.ipynb").error

    notebook = nbformat.read(tmp_path / "talk.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert [cell.source for cell in notebook.cells] == [
        "%load_ext nbchat",
        "%%chat demo --raw\nHello {there}",
        "%%chat demo\nWhat did I just ask?",
    ]
    before = [cell.outputs for cell in notebook.cells[1:]]
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert [[o.data for o in cell.outputs] for cell in notebook.cells[1:]] == [
        [o.data for o in outs] for outs in before
    ]
