"""`%%chat` in terminal IPython, on a real pty: drawn, and where no cursor can be moved."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ...fakes.provider import Service, answer, said, sse
from ...render.sequences import CONTROLS, SEQUENCES
from .calling import calls
from .unhurried import Unhurried

pexpect: Any = pytest.importorskip("pexpect", reason="no ptys here")
pyte: Any = pytest.importorskip("pyte", reason="no terminal to look at")

# What we and rich send: styles; and where the cursor goes to repaint, or is hidden meanwhile.
OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[1A|\x1b\[2K|\r\x1b\[2K|\x1b\[\?25[lh]|\r(?=\x1b\[)")
IPYTHONS = re.compile(r"\x1b\[\d+;0t|\x1b\]0;[^\x07]*\x07")
BELOW = "kimi-k2.6 · 9 → 12 tokens"
START = (
    "from IPython import start_ipython; "
    "start_ipython(['--simple-prompt', '--no-banner', '--colors=NoColor'])"
)


class Ipython:
    """IPython on a terminal of 80 columns.

    `said` is all it wrote since the last prompt, `lines` what a person sees.
    """

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.child = pexpect.spawn(
            *(sys.executable, ["-c", START]),
            encoding="utf-8",
            timeout=60,
            env={**os.environ, "IPYTHONDIR": str(folder), **env},
            cwd=str(folder),
            dimensions=(40, 80),
        )
        self._screen = pyte.HistoryScreen(80, 40, history=10_000)
        self._stream = pyte.Stream(self._screen)
        self._count = 1
        self.done()
        self.run("%load_ext nbchat\n")

    def run(self, keys: str) -> str:
        self.child.send(keys)
        return self.done()

    def done(self) -> str:
        self.child.expect_exact(f"In [{self._count}]: ")
        self._count += 1
        self.said = str(self.child.before)
        self._stream.feed(self.said)
        return self.said

    @property
    def lines(self) -> list[str]:
        """Every line that was on the screen and is not erased."""
        rows = [
            *self._screen.history.top,
            *(self._screen.buffer[y] for y in range(self._screen.lines)),
        ]
        return ["".join(row[x].data for x in range(80)).rstrip() for row in rows]


ENV = {"KIMI_API_KEY": "k", "NBCHAT_HISTORY": "off"}


@pytest.fixture(params=["xterm-256color", "dumb"])
def terminal(tmp_path: Path, service: Service, request: pytest.FixtureRequest) -> Iterator[Ipython]:
    env = {**ENV, "KIMI_BASE_URL": f"{service.url}/v1", "TERM": request.param}
    ipython = Ipython(tmp_path, env)
    yield ipython
    ipython.child.kill(signal.SIGKILL)
    ipython.child.wait()  # `close` alone gives a busy machine a tenth of a second
    ipython.child.close()


TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\n\n"


@pytest.fixture
def streamed(service: Service) -> None:
    """The next answer, with thinking, in pieces."""
    words = said("# Tit", "le\n\n", "words **bo", "ld**\n\n", TABLE, "end", thought=["so ", "so"])
    service.plays(answer(*words, hold=0.5))


@pytest.mark.parametrize("terminal", ["xterm-256color"], indirect=True)
@pytest.mark.usefixtures("streamed")
def test_an_answer_streams_as_text_with_its_thinking_dimmed(terminal: Ipython) -> None:
    shown = terminal.run("%%chat kimi-k2.6\nHi\n\n\n")
    after = terminal.lines[terminal.lines.index("Hi") :]

    assert "waiting…" in shown
    assert "\x1b[2mso so\x1b[0m" in shown
    assert [line for line in after if line][1:] == [
        *("so so", "Title", "words bold", " a   b", " ─────", " 1   2", "end"),
        f"{BELOW} · <$0.0001",
    ]
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")


@pytest.mark.parametrize("terminal", ["dumb"], indirect=True)
@pytest.mark.usefixtures("streamed")
def test_a_terminal_without_a_cursor_gets_the_words_as_they_come(terminal: Ipython) -> None:
    shown = IPYTHONS.sub("", terminal.run("%%chat kimi-k2.6\nHi\n\n\n")).replace("\r\n", "\n")

    assert "\x1b" not in shown
    assert shown.endswith(f"# Title\n\nwords **bold**\n\n{TABLE}end\n{BELOW} · <$0.0001\n\n")


@pytest.mark.parametrize("terminal", ["xterm-256color"], indirect=True)
def test_the_first_answer_brings_rich_and_nothing_before_it_does(
    terminal: Ipython,
    service: Service,
) -> None:
    service.plays(answer(*said("Hello")))
    look = "import sys; print('rich' in sys.modules)\n"

    assert "False" in terminal.run(look)
    terminal.run("%%chat kimi-k2.6\nHi\n\n\n")
    assert "True" in terminal.run(look)


@pytest.mark.parametrize(
    ("terminal", "first", "last"),
    [("xterm-256color", "diff", ""), ("dumb", "```diff", "```")],
    indirect=["terminal"],
)
def test_a_repair_is_drawn_as_its_answer_is(
    terminal: Ipython, first: str, last: str, service: Service
) -> None:
    service.plays(answer(*said("A slip.\n\n```python\n1 / 1\n```\n")))
    terminal.run("1 / 0\n")

    terminal.run("%chat fix\n")

    shown = [line.strip() for line in terminal.lines]
    at = shown.index("--- cell_2.py")
    assert shown[at - 2 : at + 6] == [
        *("", first, "--- cell_2.py", "+++ cell_2.py"),
        *("@@ -1 +1 @@", "-1 / 0", "+1 / 1", last),
    ]


def test_a_long_answer_stays_whole_in_a_small_terminal(terminal: Ipython, service: Service) -> None:
    """What is repainted never reaches the top of the screen, so nothing is drawn twice."""
    code = "```python\n" + "".join(f"line_{n} = {n}\n" for n in range(200)) + "```\n\n"
    prose = "".join(f"word{n} " for n in range(600))
    service.plays(answer(*said(*(code + prose).splitlines(keepends=True), prose), gap=0.002))

    terminal.run("%%chat kimi-k2.6\nHi\n\n\n")
    lines = [line.strip() for line in terminal.lines]

    assert [line for line in lines if line.startswith("line_")] == [
        f"line_{n} = {n}" for n in range(200)
    ]
    words = re.findall(r"word\d+", "".join(f"{line:80}" for line in terminal.lines))
    assert words == [f"word{n}" for n in range(600)] * 2


def test_nothing_a_terminal_obeys_comes_from_the_model(terminal: Ipython, service: Service) -> None:
    """Every control character, and 200 sequences cut at every byte; wherever words are shown."""
    hostile = [f"{n}:{sequence}." for n, sequence in enumerate([*CONTROLS, *SEQUENCES])]
    pieces = [
        piece
        for words in hostile
        for cut in range(1, len(words))
        for piece in (words[:cut], f"{words[cut:]} ", "\n\n")
    ]
    everything = "".join(hostile)
    call = {"index": 0, "id": "c", "function": {"name": everything[:900], "arguments": "{}"}}
    asked = {"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": "length"}]}
    service.plays(
        answer(*said(*pieces, thought=[*everything])),
        answer(sse(asked)),
        answer(
            b'{"error":{"message":"no \\u001b[2J\\u001b]0;x\\u0007\\u009b31m\\r way"}}', status=400
        ),
    )

    shown = terminal.run("%%chat kimi-k2.6\nHi\n\n\n")
    for _ in range(2):
        shown += terminal.run("%%chat kimi-k2.6\nHi\n\n\n")
    left = IPYTHONS.sub("", OURS.sub("", shown.replace("\r\n", "\n")))

    assert [
        c for c in left if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 or c == "\u202e"
    ] == []
    seen = "".join("".join(terminal.lines).split())
    assert all(f"{n}:" in seen for n in range(len(hostile)))
    assert "]52;c;aGk=." in seen
    assert r"no\x1b[2J\x1b]0;x\x07\x9b31mway" in seen


def test_ctrl_c_keeps_what_had_arrived(terminal: Ipython, service: Service) -> None:
    service.plays(Unhurried())

    terminal.child.send("%%chat kimi-k2.6\nTalk\n\n\n")
    terminal.child.expect_exact("word word ")
    terminal.child.sendintr()
    shown = terminal.done()
    usage = terminal.run("%chat usage\n")

    assert re.search(r"Interrupted.*stopped after \d+ characters; kept", shown)
    assert "Traceback" not in shown
    assert "kimi-k2.6" in usage


def test_into_a_pipe_go_the_words_alone(service: Service, tmp_path: Path) -> None:
    service.answers(*said("# Title\n\n**bold** \x1b[31mred", thought=["so"]))
    code = "%load_ext nbchat\nget_ipython().run_cell_magic('chat', 'kimi-k2.6', 'Hi')"

    ran = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "-c", code],
        env={
            **os.environ,
            **ENV,
            "IPYTHONDIR": str(tmp_path),
            "KIMI_BASE_URL": f"{service.url}/v1",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ran.stdout.endswith(f"# Title\n\n**bold** [31mred\n{BELOW} · <$0.0001\n")
    assert ran.returncode == 0


@pytest.mark.field("C1")
@pytest.mark.field("C2")
@pytest.mark.parametrize("terminal", ["dumb"], indirect=True)
def test_lines_are_ours_as_they_are_typed_in_a_terminal_too(
    terminal: Ipython, service: Service
) -> None:
    service.always(answer(*said("Yes.")))
    terminal.run("%chat use kimi-k2.6\n")
    alone = terminal.run("%chat ask Is it so?\n")
    terminal.run("x = %chat ask Is it so?\n")
    shown = terminal.run("print(type(x), x.text)\n")
    pasted = "# The sky\\n%%chat\\nWhy?"
    is_whole = terminal.run(f"print(get_ipython().check_complete('{pasted}')[0])\n")
    below = terminal.run(f"get_ipython().run_cell('{pasted}');\n")

    assert alone.count("Yes.") == below.count("Yes.") == 1
    assert "Out[" not in alone
    assert "incomplete" in is_whole.splitlines()
    assert "<class 'nbchat.events.Answer'> Yes." in shown
    questions = [r.json["messages"][-1]["content"] for r in service.requests]
    assert questions == ["Is it so?", "Is it so?", "Why?"]


ACT = (
    "import dataclasses, nbchat\n"
    "act = dataclasses.replace(nbchat.tool(approve=True, name='act')"
    "(lambda code: exec(code, globals()) or print('loud') or 'ran'), code='code')\n"
)


@pytest.mark.parametrize(("keys", "done"), [("y\n", "True"), ("n too late\n", "False")])
def test_a_person_at_a_terminal_is_asked(
    terminal: Ipython, service: Service, keys: str, done: str
) -> None:
    service.answers(calls(("act", {"code": "done = '\u202e'"}), words="Let me *see*."))
    service.answers(*said("All is well."))
    for line in ACT.splitlines():
        terminal.run(f"{line}\n")

    terminal.child.send("%%chat kimi-k2.6 --tools act\nDo it.\n\n\n")
    terminal.child.expect_exact("no, and why: ")
    before = str(terminal.child.before)
    shown = terminal.run(keys)

    assert "\\u202e" in before
    assert "\u202e" not in before + shown
    assert "[act" in shown
    assert "All is well." in shown
    assert done in terminal.run("'done' in globals()\n")
