"""A cell that shows something of its own beside answers: nothing of it is touched, live as static.

Each cell is run twice, once as JupyterLab does and once as nbclient does; what is left is the
same, in the same order.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ...conftest import is_personal
from ...fakes.provider import Service, answer, said
from ...running_kernel import Ran, RunningKernel
from ...waiting import until
from .unhurried import Unhurried, shown

ANSWER = "The answer."


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    """One for all of them: what a cell has shown is known by its execution alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(is_personal, list(os.environ)):
            patch.delenv(name)
        # With it ipykernel leaves alone what is written below Python.
        patch.delenv("PYTEST_CURRENT_TEST")
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("NBCHAT_HISTORY", "off")
        with RunningKernel(cwd=tmp_path_factory.mktemp("kernel")) as kernel:
            kernel.run("%load_ext nbchat")
            yield kernel


@pytest.fixture(autouse=True)
def model(kernel: RunningKernel, kimi: Service) -> Iterator[None]:
    kimi.always(answer(*said("The ", "answer.", thought=["hm"]), gap=0.03))
    kernel.run("%chat use kimi-k2.6\n%chat reset")
    yield
    kernel.run("get_ipython().events.callbacks['pre_run_cell'].clear()")


def left(ran: Ran) -> list[Any]:
    """What a notebook would save of a cell: streams are joined, and nothing is transient."""
    kept: list[Any] = []
    for output in ran.outputs:
        if "name" in output:
            if kept and kept[-1][0] == output["name"]:
                kept[-1] = (output["name"], kept[-1][1] + output["text"])
            else:
                kept.append((output["name"], output["text"]))
        elif "data" in output:
            kept.append(("data", output["data"]))
        else:
            kept.append(("error", output["ename"]))
    return kept


def words(ran: Ran) -> list[str]:
    """The same, for people."""
    return [
        (content.get("text/plain", "") if isinstance(content, dict) else content).strip()
        for _, content in left(ran)
    ]


BEFORE_AND_AFTER = {
    "print": ("print('before')\n%chat ask Hi\nprint('after')", ["before", ANSWER, "after"]),
    "print, not yet sent": ("print('before', end='')\n%chat ask Hi", ["before", ANSWER]),
    "stderr": ("import sys; print('oh', file=sys.stderr)\n%chat ask Hi", ["oh", ANSWER]),
    "display": (
        "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\n%chat ask Hi",
        ["<IPython.core.display.HTML object>", ANSWER],
    ),
    "a figure": (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\n"
        "fig, _ = plt.subplots(figsize=(1, 1))\ndisplay(fig)\nplt.close()\n%chat ask Hi",
        ["<Figure size 100x100 with 1 Axes>", ANSWER],
    ),
    "a figure that comes at the end": (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.subplots(figsize=(1, 1))\n"
        "%chat ask Hi\n%chat ask Ho",
        [ANSWER, ANSWER, "<Figure size 100x100 with 1 Axes>"],
    ),
    "several answers": ("%chat ask Hi\n%chat ask Ho", [ANSWER, ANSWER]),
    "a loop": (
        "for word in 'abc':\n    print(word)\n    %chat ask Tell me of {word}\nprint('end')",
        ["a", ANSWER, "b", ANSWER, "c", ANSWER, "end"],
    ),
    "a loop of cells": (
        "for word in 'ab':\n    get_ipython().run_cell('%%chat kimi-k2.6\\n' + word)",
        [ANSWER, ANSWER],
    ),
    "a shell command": ("!echo before\n%chat ask Hi", ["before", ANSWER]),
    "a process": (
        "import subprocess\n_ = subprocess.run(['echo', 'before'])\n%chat ask Hi",
        ["before", ANSWER],
    ),
    "below Python": (
        "import os\n_ = os.write(1, b'before\\n')\n%chat ask Hi",
        ["before", ANSWER],
    ),
    "a child of the kernel": (
        "import os\nif not (child := os.fork()):\n"
        "    print('before', flush=True)\n    os._exit(0)\n"
        "_ = os.waitpid(child, 0)\n%chat ask Hi",
        ["before", ANSWER],
    ),
    "a thread that has ended": (
        "import threading\nthread = threading.Thread(target=print, args=('before',))\n"
        "thread.start(); thread.join()\n%chat ask Hi",
        ["before", ANSWER],
    ),
    "a command": ("%chat providers\n%chat ask Hi", None),
    "a result": (
        "get_ipython().ast_node_interactivity = 'all'\n"
        "get_ipython().run_cell(\"'before'\\nget_ipython().run_line_magic('chat', 'ask Hi')\");\n"
        "get_ipython().ast_node_interactivity = 'last_expr'",
        None,
    ),
    "a traceback": (
        "try:\n    1 / 0\nexcept Exception:\n    get_ipython().showtraceback()\n%chat ask Hi",
        ["ZeroDivisionError", ANSWER],
    ),
    "an output that is updated later": (
        "handle = display('one', display_id=True)\n%chat ask Hi\nhandle.update('two')",
        ["'two'", ANSWER],
    ),
    "a widget": (
        "import ipywidgets\ndisplay(ipywidgets.IntSlider())\n%chat ask Hi",
        None,
    ),
    "cleared before": (
        "from IPython.display import clear_output\nprint('a')\nclear_output()\nprint('b')\n"
        "%chat ask Hi",
        ["b", ANSWER],
    ),
    "cleared when the next comes": (
        "from IPython.display import clear_output\nprint('a')\nclear_output(wait=True)\n"
        "%chat ask Hi\nprint('b')",
        [ANSWER, "b"],
    ),
    "cleared after": (
        "from IPython.display import clear_output\nprint('a')\n%chat ask Hi\nclear_output()\n"
        "print('b')\n%chat ask Ho",
        ["b", ANSWER],
    ),
    "a loop that clears": (
        "from IPython.display import clear_output\nfor word in 'abc':\n"
        "    clear_output(wait=True)\n    print(word)\n    %chat ask Hi",
        ["c", ANSWER],
    ),
    "timed": ("%%time\nprint('before')\n%chat ask Hi", None),
    "shown by a hook": ("%chat ask Hi", ["hook", ANSWER]),
    "nothing else": ("x = 1\n%chat ask Hi", [ANSWER]),
}


@pytest.mark.field("L1")
@pytest.mark.parametrize("name", BEFORE_AND_AFTER)
def test_what_a_cell_shows_itself_stays_as_in_static_mode(kernel: RunningKernel, name: str) -> None:
    cell, expected = BEFORE_AND_AFTER[name]
    if name == "shown by a hook":
        kernel.run(
            "ip = get_ipython()\nip.events.register('pre_run_cell', lambda _: print('hook'))"
        )

    live, static = kernel.run(cell), kernel.run(cell, watched=False)

    assert (live.status, static.status) == ("ok", "ok"), live.error
    if name == "timed":  # times differ
        assert len(left(live)) == len(left(static))
        assert words(live)[:2] == ["before", ANSWER]
        return
    if name == "a widget":
        assert [set(c) for _, c in left(live)] == [set(c) for _, c in left(static)]
        assert words(live)[1:] == [ANSWER]
        return
    assert left(live) == left(static)
    assert words(live)[-1 if name == "a command" else 0 :]
    if expected is None:
        assert ANSWER in words(live)
        assert len(words(live)) == 2
    else:
        assert [w.replace("\x1b[0m", "") for w in words(live)] == expected


@pytest.mark.field("L1")
@pytest.mark.parametrize(
    "during",
    [
        "print('beat', n)",
        "print('beat', n, file=sys.stderr)",
        "os.write(1, b'beat %d\\n' % n)",
        "display(Pretty(f'beat {n}\\n'))",
    ],
)
@pytest.mark.parametrize("cell", ["%%chat\nTalk", "print('first')\n%chat ask Talk"])
def test_what_comes_while_an_answer_streams_stays_too(
    kernel: RunningKernel, kimi: Service, tmp_path: Path, during: str, cell: str
) -> None:
    """Some of it perhaps before the first word, and the rest when words can be seen."""
    talk = Unhurried()
    kimi.plays(talk)
    kernel.run(
        "import os, sys, threading, time\nfrom IPython.display import Pretty, display\n"
        "def beat():\n    for n in range(20):\n        time.sleep(0.05)\n"
        f"        while n == 3 and not os.path.exists({str(tmp_path / 'go')!r}): time.sleep(0.01)\n"
        f"        {during}\n"
        "thread = threading.Thread(target=beat)\n"
        "get_ipython().events.register('pre_run_cell', lambda _: thread.ident or thread.start())"
    )

    started = kernel.start(cell)
    messages = kernel.wait_until(started, lambda seen: shown(seen, "word word"), "words")
    (tmp_path / "go").touch()
    messages += kernel.wait_until(started, lambda seen: "beat 8" in Ran(seen).text, "beat")
    talk.end()
    ran = kernel.finish(started, messages)
    kernel.run("thread.join()")

    kinds = left(ran)
    answers = [c for k, c in kinds if k == "data" and "beat" not in c["text/plain"]]
    assert [c["text/plain"] for c in answers] == ["word " * talk.count]
    assert "nbc-foot" in answers[0]["text/html"]
    others = "".join(
        c if isinstance(c, str) else c["text/plain"] + "\n" for _, c in kinds if c not in answers
    )
    seen = re.findall(r"beat (\d+)", others)
    assert len(seen) >= 8
    assert seen == [str(n) for n in range(len(seen))]
    assert ("first" in others) == ("first" in cell)
    assert others.startswith("first") == ("first" in cell)
    assert "Pretty" in during or len(kinds) <= 4  # above the answer, it, and below it


@pytest.mark.field("L1")
@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize("cell", ["%%chat\nTalk", "print('first')\n%chat ask Talk"])
def test_an_answer_is_whole_where_another_thread_clears_the_cell(
    kernel: RunningKernel, kimi: Service, tmp_path: Path, cell: str, wait: bool
) -> None:
    talk = Unhurried()
    kimi.plays(talk)
    kernel.run(
        "import os, threading, time\nfrom IPython.display import clear_output\n"
        "def clear():\n    for n in range(5):\n        time.sleep(0.1)\n"
        f"        while n == 1 and not os.path.exists({str(tmp_path / 'go')!r}): time.sleep(0.01)\n"
        f"        clear_output(wait={wait})\n        print('cleared', n)\n"
        "thread = threading.Thread(target=clear)\n"
        "get_ipython().events.register('pre_run_cell', lambda _: thread.ident or thread.start())"
    )

    started = kernel.start(cell)
    seen = kernel.wait_until(started, lambda seen: shown(seen, "word word"), "words")
    (tmp_path / "go").touch()
    seen += kernel.wait_until(started, lambda seen: "cleared 4" in Ran(seen).text, "last")
    talk.end()
    ran = kernel.finish(started, seen)
    kernel.run("thread.join()")

    left_over = words(ran)
    assert "first" not in left_over
    assert left_over.count(("word " * talk.count).strip()) == 1
    assert len(left_over) == 2
    assert "cleared 4" in str(left_over)


CLEARED_FROM_A_THREAD = """
import threading
from IPython.display import clear_output
def hook(message):
    content = message["content"]
    kind = message["header"]["msg_type"], bool(content["metadata"])
    if kind == {kind!r} and not cleared:
        cleared.append(kind)
        thread = threading.Thread(target=clear_output, kwargs={{"wait": {wait}}})
        thread.start()
        thread.join()
    return message
cleared = []
get_ipython().display_pub.register_hook(hook)
"""


@pytest.mark.field("L1")
@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize(
    "kind",
    [("display_data", False), ("update_display_data", False), ("update_display_data", True)],
    ids=["when it is added", "when it is painted again", "when it ends"],
)
def test_an_answer_is_there_once_where_a_thread_clears_the_cell_just_before_it_is_sent(
    kernel: RunningKernel, kimi: Service, kind: tuple[str, bool], wait: bool
) -> None:
    kimi.plays(answer(*said(*["word "] * 40), gap=0.02))
    kernel.run(CLEARED_FROM_A_THREAD.format(kind=kind, wait=wait))

    ran = kernel.run("print('first')\n%chat ask Hi")
    cleared = kernel.run("get_ipython().display_pub.unregister_hook(hook)\ncleared").text

    assert cleared == str([kind])
    assert words(ran) == [("word " * 40).strip()]


@pytest.mark.field("L1")
def test_a_question_asked_in_the_cell_that_loads_the_extension_takes_nothing_away(
    kernel: RunningKernel,
) -> None:
    ran = kernel.run("%unload_ext nbchat\nprint('before')\n%load_ext nbchat\n%chat ask Hi")

    assert words(ran) == ["before", ANSWER]


@pytest.mark.field("L1")
def test_where_nothing_can_be_read_along_nothing_is_taken_away(kernel: RunningKernel) -> None:
    """A kernel that is not ipykernel's."""
    kernel.run("from nbchat.frontends.notebook.kernel_messages import read_along, read_no_more")
    kernel.run("read_no_more(get_ipython())")

    ran = kernel.run("print('before')\n%chat ask Hi")
    kernel.run("read_along(get_ipython())")

    assert words(ran) == ["before", ANSWER]
    assert ran.of("clear_output") == []


@pytest.mark.field("L1")
def test_an_answer_alone_in_its_cell_is_taken_away_for_one_output(kernel: RunningKernel) -> None:
    ran = kernel.run("x = 1\n%chat ask Hi")

    assert len(ran.of("clear_output")) == 1
    assert ran.of("display_data")[-1]["transient"] == {}
    assert words(ran) == [ANSWER]


@pytest.mark.field("L1")
def test_under_capture_the_answer_alone_is_captured(kernel: RunningKernel) -> None:
    cell = "%%capture kept\nprint('before')\n%chat ask Hi\nprint('between')\n%chat ask Ho"
    look = "kept.stdout, [(o.data, o.update, o.transient) for o in kept.outputs]"

    shown = kernel.run(cell)
    live = kernel.run(look).text
    kernel.run(cell, watched=False)

    assert shown.outputs == []
    assert live == kernel.run(look).text
    assert live.startswith("('before\\nbetween\\n',\n [({")
    assert live.count("text/html") == 2


@pytest.mark.field("L1")
@pytest.mark.parametrize("first", ["print('first')", "%chat ask First"])
def test_an_interrupt_in_the_second_keeps_what_is_above(
    kernel: RunningKernel, kimi: Service, first: str
) -> None:
    if "ask" in first:
        kimi.plays(answer(*said("first")))
    kimi.plays(Unhurried())

    asked = len(kimi.requests) + (2 if "ask" in first else 1)
    started = kernel.start(f"{first}\n%chat ask Second\n%chat ask Third")
    until(lambda: len(kimi.requests) == asked)
    seen: list[dict[str, Any]] = []
    while "word word" not in str(seen[-1:]):
        seen += kernel.wait_for(started, "update_display_data")
    kernel.interrupt()
    ran = kernel.finish(started, seen)

    assert ran.status == "error"
    (_, above), (_, stopped), (_, error) = left(ran)
    assert "first" in str(above)
    assert stopped["text/plain"].startswith("word word")
    assert "nbc-foot" in stopped["text/html"]
    assert "Interrupted" in error


@pytest.mark.field("L1")
@pytest.mark.parametrize("first", ["print('first')", "%chat ask First", "pass"])
@pytest.mark.parametrize("how", ["refused", "stopped before the first word"])
def test_a_question_without_an_answer_leaves_nothing_but_its_error(
    kernel: RunningKernel, kimi: Service, first: str, how: str
) -> None:
    if "ask" in first:
        kimi.plays(answer(*said("first")))
    if how == "refused":
        kimi.answers(b'{"error":{"message":"no"}}', status=400)
        ran = kernel.run(f"{first}\n%chat ask Second")
    else:
        kimi.plays(answer(hold=60))
        asked = len(kimi.requests) + (2 if "ask" in first else 1)
        started = kernel.start(f"{first}\n%chat ask Second")
        until(lambda: len(kimi.requests) == asked)
        kernel.interrupt()
        ran = kernel.finish(started)

    assert ran.status == "error"
    shown = left(ran)
    assert shown[-1][0] == "error"
    assert len(shown) == (1 if first == "pass" else 2)
    assert first == "pass" or "first" in str(shown[0])


IN_THREADS = """
from concurrent.futures import ThreadPoolExecutor
def ask(name):
    get_ipython().run_cell_magic('chat', 'kimi-k2.6 --name t' + name, 'Hi')
with ThreadPoolExecutor(3) as threads:
    list(threads.map(ask, 'abc'))
"""


@pytest.mark.field("L1")
def test_answers_that_arrive_at_once_are_all_left(kernel: RunningKernel) -> None:
    assert words(kernel.run(IN_THREADS)) == [ANSWER] * 3
