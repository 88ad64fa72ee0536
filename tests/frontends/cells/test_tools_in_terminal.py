"""Tools in terminal IPython, on a real pty: the same main thread, and Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from ...fakes.calls import called
from ...fakes.provider import Service, answer, said
from ..notebook.test_terminal import ENV, Ipython

SETUP = (
    "import nbchat, threading, time; chat = nbchat.chat('tools')",
    "sleeper = nbchat.tool(lambda: (print('asleep', flush=True), time.sleep(30)), name='sleeper')",
    "yes = lambda call: True",
)
ASK = "answer = chat.ask('Go', 'kimi-k2.6', tools=[{tool}], approve=yes)\n"
TOLD = "print([part.content for part in chat.turns[-1].answer.parts if hasattr(part, 'content')])\n"


@pytest.fixture
def terminal(tmp_path: Path, service: Service) -> Iterator[Ipython]:
    service.always(answer(*said("Done.")))
    ipython = Ipython(tmp_path, {**ENV, "KIMI_BASE_URL": f"{service.url}/v1", "TERM": "dumb"})
    for line in SETUP:
        ipython.run(f"{line}\n")
    yield ipython
    ipython.child.kill(signal.SIGKILL)
    ipython.child.wait()
    ipython.child.close()


def test_code_runs_and_nothing_of_it_is_shown(terminal: Ipython, service: Service) -> None:
    code = "x = 2 + 3\nprint('prin' + 'ted', threading.current_thread().name)\nx"
    service.plays(answer(*called(("run", {"code": code}))))
    shown = terminal.run(ASK.format(tool="nbchat.tools.run"))

    assert "printed" not in shown
    assert "['printed MainThread\\n5']" in terminal.run(TOLD)
    assert "5" in terminal.run("x\n")
    assert "'x'" in terminal.run("In[-2].strip()\n")


def test_ctrl_c_reaches_a_tool(terminal: Ipython, service: Service) -> None:
    service.plays(answer(*called(("sleeper", {}))))
    terminal.child.send(ASK.format(tool="sleeper"))
    terminal.child.expect_exact("asleep\r\n")
    terminal.child.sendintr()
    shown = terminal.done()

    assert "stopped after 0 characters." in shown
    assert "Traceback" not in shown
    assert "['interrupted by the user']" in terminal.run(TOLD)
