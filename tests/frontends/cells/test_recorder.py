"""What is kept of each cell, in a real kernel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbchat.frontends.cells.recorder import record, record_no_more, recorder_of

from ...running_kernel import RunningKernel
from ..notebook.shell import shell_in
from .kept import cells, ran


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    """One kernel for all that follows."""
    with RunningKernel(cwd=tmp_path_factory.mktemp("cells")) as kernel:
        kernel.run("print('before'); 4 + 1")
        kernel.run("%load_ext nbchat")
        yield kernel


@pytest.fixture
def loaded(running: RunningKernel) -> RunningKernel:
    """That kernel, with nbchat loaded whatever the test before did."""
    running.run("%load_ext nbchat")
    return running


SHOWN = {
    "print('a'); 3": [("stdout", "a"), ("result", "3")],
    "import sys; print('no', file=sys.stderr)": [("stderr", "no")],
    "for n in range(300): print(f'{n}%', end='\\r', flush=not n % 50)": [("stdout", "299%")],
    "print('\\x1b[31mred\\x1b[0m')": [("stdout", "red")],
    "print(1); inner = get_ipython().run_cell('print(2); 3', store_history=True)": [
        ("stdout", "1\n2"),
        ("result", "3"),
    ],
    "%%capture\nprint('nothing')": [],
    "%%capture kept\nprint('nothing'); 3": [],
    "%%bash\necho shell": [("stdout", "shell")],
    "!echo system": [("stdout", "system")],
    "import asyncio\nawait asyncio.sleep(0)\nprint('async')": [("stdout", "async")],
    "shown = display('old', display_id=True)\nshown.update('new')": [("display", "'new'")],
    "from IPython.display import clear_output\nprint('old')\nclear_output()\nprint('new')": [
        ("stdout", "new")
    ],
    "print('old')\nclear_output(wait=True)\nprint('new')": [("stdout", "new")],
    "print('stays')\nclear_output(wait=True)": [("stdout", "stays")],
    "from IPython.display import HTML, Markdown\nHTML('<table><tr><td>1<td>2</table>')": [
        ("result", "12")
    ],
    "display(HTML('<style>b {}</style><p>a</p><p>b &lt; c</p>'))": [("display", "a\nb < c")],
    "display(Markdown('# Title'))": [("display", "# Title")],
    "from threading import Thread\nt = Thread(target=display, args=[1])\nt.start(); t.join()": [
        ("display", "1")
    ],
    "class Odd: pass\nOdd()": [("result", "<__main__.Odd>")],
}


@pytest.mark.parametrize("code", SHOWN)
def test_what_a_cell_shows_is_kept(loaded: RunningKernel, code: str) -> None:
    kept = ran(loaded, code)

    assert kept.texts == SHOWN[code]
    assert not kept.failed
    assert not kept.running


def test_a_cell_is_kept_with_its_number_and_the_id_that_the_front_end_gives_it(
    loaded: RunningKernel,
) -> None:
    kept = ran(loaded, "1 + 1", cell="abc")

    assert kept.id == "abc"
    assert loaded.run(f"In[{kept.number}]").text == "'1 + 1'"


FAILED = {
    "1/0": "ZeroDivisionError: division by zero\n  Cell In[N], line 1: 1/0",
    "def f(x):\n    return {}[x]\nf('key')": "KeyError: 'key'\n  Cell In[N], line 3: f('key')\n"
    "  Cell In[N], line 2, in f: return {}[x]",
    "raise ValueError": "ValueError\n  Cell In[N], line 1: raise ValueError",
    "def f(n): return f(n + 1)\nf(0)": "calls left out",
    "x = (": "SyntaxError: ",
    "%no_such_magic": "UsageError",
    "class Bad(Exception):\n    def __str__(self): 1/0\nraise Bad()": "ZeroDivisionError",
}


@pytest.mark.parametrize("code", FAILED)
def test_how_a_cell_failed_is_kept_in_few_lines(loaded: RunningKernel, code: str) -> None:
    kept = ran(loaded, code)
    if code == "%no_such_magic":  # of which IPython only prints a line
        assert kept.texts[-1][0] in ("stderr", "error")
        return

    kind, text = kept.texts[-1]
    assert kept.failed
    assert kind == "error"
    assert FAILED[code].replace("[N]", f"[{kept.number}]") in text
    assert len(text) < 2000
    assert "\x1b" not in text


def test_the_last_failure_is_known_until_its_cell_runs_without_one(loaded: RunningKernel) -> None:
    look = (
        "from nbchat.frontends.host import IPythonNotebook\n"
        "failure = IPythonNotebook(get_ipython()).failure\n"
        "print(failure and (failure.cell.source, repr(failure.error)))"
    )
    loaded.run("1/0", cell="first")
    loaded.run("int('x')", cell="second")
    assert "int('x')" in loaded.run(look).text
    loaded.run("'first'", cell="first")
    assert "int('x')" in loaded.run(look).text

    loaded.run("int('3')", cell="second")

    assert loaded.run(look).text == "None\n"


def test_only_the_newest_exception_is_held(loaded: RunningKernel) -> None:
    loaded.run(
        "import gc, weakref\nclass Big: pass\ndef f():\n    big = Big()\n"
        "    global seen; seen = weakref.ref(big)\n    raise ValueError\n"
    )
    loaded.run("f()")
    loaded.run("1/0")
    loaded.run("1/0")  # IPython holds the last one itself

    assert loaded.run("gc.collect(); seen() is None").text == "True"


def test_what_nbchat_refuses_is_no_failure_to_mend(loaded: RunningKernel) -> None:
    loaded.run("1/0")
    loaded.run("%chat no_such_command")

    look = "IPythonNotebook(get_ipython()).failure.cell.source"
    assert loaded.run(f"from nbchat.frontends.host import IPythonNotebook\n{look}").text == "'1/0'"


def test_what_a_thread_prints_later_belongs_to_its_cell(loaded: RunningKernel) -> None:
    loaded.run(
        "import threading\ngo = threading.Event()\n"
        "def late():\n    go.wait()\n    print('late')\n"
        "thread = threading.Thread(target=late)\nthread.start()"
    )
    loaded.run("go.set(); thread.join()")

    later = cells(loaded, 2)
    assert ("stdout", "late") in [text for cell in later for text in cell.texts]


def test_of_10_mb_the_beginning_and_the_end_are_kept(loaded: RunningKernel) -> None:
    kept = ran(loaded, "print('first')\nfor _ in range(100): print('x' * 100_000)\nprint('last')")

    [(kind, text)] = kept.texts
    assert kind == "stdout"
    assert text.startswith("first\n")
    assert text.endswith("\nlast")
    assert len(text) < 8_100
    left_out = int(text.partition("… ")[2].split()[0].replace(",", ""))
    assert left_out + len(text) == pytest.approx(10_000_112, abs=40)


def test_of_many_outputs_the_first_and_the_last_are_kept(loaded: RunningKernel) -> None:
    kept = ran(loaded, "for n in range(2000): print(n); display(n)")

    assert kept.texts[0] == ("stdout", "0")
    assert kept.texts[-1] == ("display", "1999")
    assert len(kept.outputs) <= 101
    assert any("outputs left out" in text for _, text in kept.texts)


FIGURE = (
    "import struct, zlib\nfrom IPython.display import Image\n"
    "def chunk(kind, data):\n"
    "    return struct.pack('>I', len(data)) + kind + data + bytes(4)\n"
    "def png(size): return (b'\\x89PNG\\r\\n\\x1a\\n'"
    " + chunk(b'IHDR', struct.pack('>IIBBBBB', 640, 480, 8, 2, 0, 0, 0)) + bytes(size))"
)


def test_the_newest_figures_are_kept_as_images(loaded: RunningKernel) -> None:
    loaded.run(FIGURE)
    kept = ran(loaded, "for _ in range(12): display(Image(png(100)))")

    assert [text for _, text, _ in kept.outputs] == ["[figure 640×480]"] * 12
    assert [size > 0 for _, _, size in kept.outputs] == [False] * 2 + [True] * 10
    assert ran(loaded, "display(Image(png(2_000_000)))").outputs == [
        ["display", "[figure 640×480]", 0]
    ]


def test_silent_runs_and_those_without_history_are_no_cells(loaded: RunningKernel) -> None:
    loaded.run("'here'")
    loaded.client.execute("print('silent')", silent=True, reply=True, timeout=60)
    loaded.client.execute("print('tool')", store_history=False, reply=True, timeout=60)

    assert cells(loaded, 1)[-1].source == "'here'"


def test_an_answer_is_no_output_of_its_cell(loaded: RunningKernel) -> None:
    asked = ran(loaded, "%%chat demo\nHello")
    assert (asked.turns, asked.outputs) == (1, [])

    mixed = ran(loaded, "print('before')\nx = %chat ask Hello\nprint('after')")
    assert (mixed.turns, mixed.texts) == (1, [("stdout", "before\nafter")])


def test_cells_before_nbchat_was_loaded_are_there_as_far_as_ipython_kept_them(
    running: RunningKernel,
) -> None:
    running.run("%unload_ext nbchat")
    running.run("%load_ext nbchat")

    first = cells(running, 200)[0]

    assert (first.number, first.source) == (1, "print('before'); 4 + 1")
    assert first.texts == [("stdout", "before"), ("result", "5")]


def test_at_most_200_cells_are_kept(loaded: RunningKernel) -> None:
    loaded.run(
        "from nbchat.frontends.cells.recorder import recorder_of\n"
        "from types import SimpleNamespace as Info\n"
        "recorder = recorder_of(get_ipython())\n"
        "for n in range(300):\n"
        "    recorder._by_execution['x'] = recorder._open("
        "Info(raw_cell=str(n), cell_id=None), str(n))"
    )

    kept = cells(loaded, 1000)

    assert len(kept) == 199
    assert loaded.run("len(recorder._by_execution) <= 202").text == "True"


def test_nothing_is_left_after_unloading(running: RunningKernel) -> None:
    look = (
        "import sys\nip = get_ipython()\n"
        "hooks = []\n"
        "import threading\ndone = threading.Event()\n"
        "def ask():\n"
        "    hooks.extend([*sys.stdout._hooks, *sys.stderr._hooks])\n    done.set()\n"
        "sys.stdout.pub_thread.schedule(ask)\ndone.wait()\n"
        "from nbchat.frontends.host import IPythonNotebook\n"
        "notebook = IPythonNotebook(ip)\n"
        "print(len(hooks), 'write' in vars(sys.stdout), len(notebook.cells), notebook.failure)"
    )
    running.run("%load_ext nbchat")
    running.run("1/0")
    before = running.run(look).text.split()
    assert before[0] == "2"
    assert int(before[2]) > 0

    running.run("%unload_ext nbchat")

    after = running.run(look).text.split()
    assert [after[0], after[1]] == ["0", before[1]]  # IPython itself stands before `write`
    assert after[2:] == ["0", "None"]


def test_an_error_from_before_nbchat_was_loaded_can_be_asked_about(running: RunningKernel) -> None:
    running.run("%unload_ext nbchat")
    running.run("def f(x): return x / 0")
    running.run("print('here'); f(1)")
    running.run("%load_ext nbchat")

    look = (
        "from nbchat.frontends.host import IPythonNotebook\n"
        "failure = IPythonNotebook(get_ipython()).failure\n"
        "print(failure.cell.source, repr(failure.error))"
    )
    assert "print('here'); f(1) ZeroDivisionError" in running.run(look).text
    kept = [cell for cell in cells(running, 5) if cell.failed]
    assert [kind for kind, _ in kept[-1].texts] == ["stdout", "error"]
    running.run("f = int")
    running.run("print('here'); f(1)")
    assert "'NoneType' object has no attribute 'cell'" in running.run(look).error


def test_a_terminal_keeps_what_ipython_keeps(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    with shell_in(tmp_path_factory.mktemp("terminal")) as shell:
        recorder = record(shell)
        shell.run_cell("print('a'); 1 + 2", store_history=True)
        shell.run_cell("1/0", store_history=True)
        shell.run_cell("get_ipython().run_cell('5', store_history=True);", store_history=True)

        one, two, three = recorder.cells

        assert (one.number, two.failed, three.is_running) == (1, True, False)
        assert two.outputs[-1].text.startswith("ZeroDivisionError: division by zero\n")
        if hasattr(shell.history_manager, "outputs"):  # since IPython 9
            assert [(output.kind, output.text) for output in one.outputs] == [
                ("stdout", "a"),
                ("result", "3"),
            ]
        record_no_more(shell)
        assert recorder.cells == []
        assert recorder_of(shell) is None
