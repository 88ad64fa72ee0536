"""`%%chat` in terminal IPython, on a real pty."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..service import Service, answer, said

pexpect: Any = pytest.importorskip("pexpect", reason="no ptys here")
OURS = re.compile(r"\x1b\[[012;]*m")  # bold, dim, plain
IPYTHONS = re.compile(r"\x1b\[\d+;0t|\x1b\]0;[^\x07]*\x07|\x1b\[1;31m")


class Ipython:
    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        arguments = ["-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor"]
        self._env = {**os.environ, "IPYTHONDIR": str(folder), **env}
        self.child = pexpect.spawn(
            sys.executable, arguments, encoding="utf-8", timeout=60, env=self._env, cwd=str(folder)
        )
        self._count = 1
        self.child.expect_exact("In [1]: ")
        self.run("%load_ext nbchat\n")

    def run(self, keys: str) -> str:
        self.child.send(keys)
        return self.done()

    def done(self) -> str:
        self._count += 1
        self.child.expect_exact(f"In [{self._count}]: ")
        return str(self.child.before)


@pytest.fixture
def terminal(tmp_path: Path, service: Service) -> Iterator[Ipython]:
    ipython = Ipython(tmp_path, {"KIMI_API_KEY": "k", "KIMI_BASE_URL": f"{service.url}/v1"})
    yield ipython
    ipython.child.close(force=True)


def test_an_answer_streams_as_text_with_its_thinking_dimmed(terminal: Ipython, service: Service) -> None:
    service.answers(*said("# Title\n", "words **bold**", thought=["so ", "so"]))

    shown = terminal.run("%%chat kimi-k2.6\nHi\n\n\n")

    assert "\x1b[2mso so\x1b[0m" in shown
    assert "\x1b[1m# Title\x1b[0m" in shown
    assert "words **bold**" in shown
    assert "kimi-k2.6 · 9 → 12 tokens" in shown
    assert "<div" not in shown
    assert "object at" not in shown


def test_nothing_a_terminal_obeys_comes_from_the_model(terminal: Ipython, service: Service) -> None:
    hostile = "a\x1b]52;c;aGk=\x07b\x1b[2Jc\x9b31md\re\x08f\u202eg\x00h"
    service.answers(*said(*hostile, thought=[*hostile]))
    service.answers(b'{"error":{"message":"no \\u001b[2J\\u001b]0;x\\u0007 way"}}', status=400)

    shown = terminal.run("%%chat kimi-k2.6\nHi\n\n\n") + terminal.run("%%chat kimi-k2.6\nHi\n\n\n")
    left = IPYTHONS.sub("", OURS.sub("", shown)).replace("\r\n", "\n")

    assert [c for c in left if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 or c == "\u202e"] == []
    assert "]52;c;aGk=b[2Jc31mdef" in left


def test_ctrl_c_keeps_what_had_arrived(terminal: Ipython, service: Service) -> None:
    service.plays(answer(*said(*["word "] * 200), gap=0.02))

    terminal.child.send("%%chat kimi-k2.6\nTalk\n\n\n")
    terminal.child.expect_exact("word word ")
    terminal.child.sendintr()
    shown = terminal.done()
    usage = terminal.run("%chat usage\n")

    assert re.search(r"Interrupted.*stopped after \d+ characters; kept", shown)
    assert "Traceback" not in shown
    assert "kimi-k2.6" in usage
