"""What a tool prints and displays in a real kernel: heard, bounded, and sent by nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ...running_kernel import RunningKernel
from .kept import cells

HEAR = """
import json, logging, os, subprocess, sys, threading, time
from IPython.display import HTML, Markdown, clear_output, display, update_display
from nbchat.frontends.cells.tool_output import heard_now, tool_output

def hear(work, listener=None):
    with tool_output(get_ipython(), listener) as heard:
        work()
    return [(o.kind, o.text, len(o.image.data) if o.image else 0) for o in heard.outputs]
"""


@pytest.fixture
def hearing(kernel: RunningKernel) -> RunningKernel:
    ran = kernel.run(HEAR)
    assert ran.status == "ok", ran.error
    return kernel


def heard(kernel: RunningKernel, body: str) -> list[Any]:
    """What a tool with that body is heard to show; nothing of it is sent."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    ran = kernel.run(f"def work():\n{lines}\nheard = hear(work)")
    assert ran.status == "ok", ran.error
    assert ran.outputs == []
    outputs: list[Any] = json.loads(kernel.run("print(json.dumps(heard), end='')").text)
    return outputs


def test_prints_displays_and_values_are_heard_in_order(hearing: RunningKernel) -> None:
    assert heard(
        hearing,
        "print('one')\ndisplay(HTML('<b>bold</b>'))\nprint('two', file=sys.stderr)\nprint('three')",
    ) == [
        ["stdout", "one", 0],
        ["display", "bold", 0],
        ["stderr", "two", 0],
        ["stdout", "three", 0],
    ]


def test_loggers_are_heard_that_were_made_before(hearing: RunningKernel) -> None:
    hearing.run("log = logging.getLogger('x'); log.addHandler(logging.StreamHandler())")

    assert heard(hearing, "log.error('bad')") == [["stderr", "bad", 0]]


def test_child_processes_are_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # under pytest ipykernel does not listen to them
    with RunningKernel(cwd=tmp_path) as kernel:
        kernel.run(HEAR)

        assert heard(kernel, "subprocess.run(['echo', 'child'])\nos.write(1, b'raw')") == [
            ["stdout", "child\nraw", 0]
        ]


def test_figures_are_shown_and_closed(hearing: RunningKernel) -> None:
    hearing.run("import matplotlib.pyplot as plt")
    figures = heard(hearing, "plt.plot([1, 2])\nplt.figure()\nplt.plot([2, 1])")

    assert [text.split()[0] for _, text, _ in figures] == ["[figure", "[figure"]
    assert all(size > 1_000 for *_, size in figures)
    assert hearing.run("plt.get_fignums()").text == "[]"


def test_displays_are_updated_and_cleared(hearing: RunningKernel) -> None:
    assert heard(
        hearing,
        "h = display('first', display_id=True)\nh.update('second')\n"
        "print('gone')\nclear_output(wait=True)\nprint('stays')\nh.update('third')",
    ) == [["stdout", "stays", 0]]
    assert heard(hearing, "h = display('a', display_id=True)\nh.update('b')") == [
        ["display", "'b'", 0]
    ]


def test_a_display_of_a_cell_above_is_updated_there(hearing: RunningKernel) -> None:
    hearing.run("above = display('before', display_id=True)")
    ran = hearing.run("hear(lambda: above.update('after'))")

    (update,) = ran.of("update_display_data")
    assert update["data"]["text/plain"] == "'after'"


def test_rich_and_widgets_are_heard_as_text(hearing: RunningKernel) -> None:
    shown = heard(
        hearing,
        "import rich, ipywidgets as widgets\nrich.print('[b]bold[/b]')\n"
        "display(widgets.IntSlider(value=7))",
    )

    assert shown[0] == ["display", "bold", 0]
    assert "IntSlider(value=7" in shown[1][1]


def test_much_is_cut_in_the_middle_and_kept_nowhere(hearing: RunningKernel) -> None:
    """IPython would keep a copy, and each way to print has one."""
    ran = hearing.run(
        "heard = hear(lambda: [print('x' * 99) for _ in range(50_000)])\n"
        "kept = get_ipython().history_manager.outputs"
    )
    assert sum(len(str(message)) for message in ran.messages) < 100_000
    shown = json.loads(hearing.run("print(json.dumps(heard), end='')").text)
    assert len(shown) == 1
    assert "characters left out" in shown[0][1]
    assert len(shown[0][1]) < 10_000
    assert int(hearing.run("sum(len(str(one)) for one in kept.values())").text) < 50_000


def test_threads_of_before_and_after_print_as_ever(hearing: RunningKernel) -> None:
    hearing.run(
        "go, after = threading.Event(), threading.Event()\n"
        "def old():\n    go.wait(20); print('old', flush=True); after.set()\n"
        "before = threading.Thread(target=old); before.start()"
    )
    ran = hearing.run(
        "held = []\n"
        "def work():\n"
        "    held.append(sys.stdout)\n"
        "    go.set(); after.wait(20); print('tool')\n"
        "    late = threading.Thread(target=lambda: (time.sleep(0.3), print('late', flush=True)))\n"
        "    late.start(); held.append(late)\n"
        "heard = hear(work)\n"
        "held[1].join(); print('end', file=held[0])"
    )
    assert ran.status == "ok", ran.error
    assert sorted(ran.text.split()) == ["end", "late", "old"]
    assert hearing.run("heard").text == "[('stdout', 'tool', 0)]"


def test_an_error_that_is_shown_is_heard(hearing: RunningKernel) -> None:
    (shown,) = heard(
        hearing, "try:\n    1 / 0\nexcept Exception:\n    get_ipython().showtraceback()"
    )

    assert shown[0] == "error"
    assert shown[1].endswith("ZeroDivisionError: division by zero\n")
    assert "\x1b" not in shown[1]


def test_a_listener_paints_meanwhile_what_is_sent(hearing: RunningKernel) -> None:
    ran = hearing.run(
        "seen = []\n"
        "def listen(heard):\n"
        "    seen.append([o.text for o in heard.outputs])\n"
        "    if len(seen) == 1: print('painted', flush=True)\n"
        "def work():\n"
        "    print('tool')\n"
        "    while not seen: time.sleep(0.01)\n"
        "    time.sleep(0.2)\n"
        "heard = hear(work, listen)"
    )
    assert ran.text == "painted\n"
    assert hearing.run("seen[0], heard, threading.active_count() < 50").text == (
        "(['tool'], [('stdout', 'tool', 0)], True)"
    )
    assert "nbchat-tool-output" not in hearing.run("threading.enumerate()").text


def test_what_raises_leaves_all_as_it_was(hearing: RunningKernel) -> None:
    ran = hearing.run("def work():\n    print('tool')\n    raise ValueError('bad')\nhear(work)")

    assert ran.error
    after = hearing.run("print('printed'); display('shown'); heard_now()")
    assert [o.get("text") or o["data"]["text/plain"] for o in after.outputs] == [
        "printed\n",
        "'shown'",
    ]
    assert hearing.run("[vars(s).get('write') for s in (sys.stdout, sys.stderr)]").error == ""


def test_the_recorder_keeps_nothing_of_it_as_the_cells_own(hearing: RunningKernel) -> None:
    hearing.run("print('mine'); x = hear(lambda: (print('tool'), display('shown')))")

    (kept,) = cells(hearing, 1)
    assert kept.texts == [("stdout", "mine")]
