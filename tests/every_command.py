"""Runs every command of nbchat in this process's environment, and prints what each says.

`notebook` is IPython: each line of `%chat`, and questions. `command_line` is `nbchat`. Before
that PREPARE of the environment is run as Python, to break what a variable cannot.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

MARK = "=== "
CELLS = (
    "%load_ext nbchat",
    "import threading; [t.join() for t in threading.enumerate() if t.name == 'nbchat-preload']",
    "%chat",
    "%chat help",
    "%chat settings",
    "%chat check",
    "%chat providers kimi",
    "%chat models kimi",
    "%chat ask What did I just ask?",
    "%%chat demo --name kept\nWhat did I just ask?",
    "%%chat demo --name kept\nWhat did I just ask?",
    "%%chat demo --name kept --show\nWhat did I just ask?",
    "%chat insert",
    "%chat copy 2",
    "%chat history",
    "%chat usage",
    "%chat usage today --by day",
    "%chat branches",
    "%chat tools",
    "%chat goto 1",
    "%chat switch kept",
    "%chat undo",
    "%chat redo",
    "%chat export talk.md",
    "%chat import talk.json",
    "%chat list",
    "%chat search ask",
    "%chat resume",
    "%chat delete kept",
    "%chat reset",
    "%chat use demo",
    "%chat panel",
    "%chat models --live ollama",
    "import nbchat; print(nbchat.ask('demo', 'Hi').stop.reason)",
    "%unload_ext nbchat",
)
LINES = (["models", "kimi"], ["--version"], ["serve", "--help"], ["serve", "--port", "x"])


def say(text: str) -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.write(f"{MARK}{text}\n")
        stream.flush()


def notebook() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance(colors="NoColor", history_load_length=0)
    exec(os.environ.get("PREPARE", ""))
    for cell in CELLS:
        say(repr(cell))
        shell.run_cell(cell)


def command_line() -> None:
    from nbchat.__main__ import main

    for line in LINES:
        say(repr(line))
        with suppress(SystemExit):
            main(line)


if __name__ == "__main__":
    notebook()
    command_line()
    say("end")
    os._exit(0)
