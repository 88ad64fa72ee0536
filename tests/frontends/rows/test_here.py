"""Where a map is shown how: a line in a terminal, tqdm in a script, nothing in a pipe."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pexpect: Any = pytest.importorskip("pexpect", reason="no ptys here")
pyte: Any = pytest.importorskip("pyte", reason="no terminal to look at")

MAP = """
from nbchat.dataframes.progress import Progress
from nbchat.frontends.rows.here import display_here
display, progress = display_here(), Progress("kimi\\x1b]0;x\\x07-k2.6", 100, 100)
progress.lines.append("100 rows.\\x1b[2J")
for _ in range(10):
    progress.done += 10
    display.show(progress)
display.end(progress)
print("the script's own words")
"""
IN_IPYTHON = f"import sys, IPython; IPython.start_ipython(['--no-banner', '-c', {MAP!r}])"
WITHOUT_TQDM = f"import sys; sys.modules['tqdm'] = None\n{MAP}"
ENDING = "kimi]0;x-k2.6 · 100 rows"
ENV = {"TERM": "xterm-256color", "NBCHAT_HISTORY": "off"}


def on_a_terminal(code: str, folder: Path, **env: str) -> tuple[str, list[str]]:
    """All that a script writes to its terminal, and the lines that a person sees at the end."""
    child = pexpect.spawn(
        *(sys.executable, ["-c", code]),
        encoding="utf-8",
        timeout=60,
        env={**os.environ, **ENV, "IPYTHONDIR": str(folder), **env},
        cwd=str(folder),
        dimensions=(40, 100),
    )
    child.expect(pexpect.EOF)
    screen = pyte.Screen(100, 40)
    pyte.Stream(screen).feed(child.before)
    return child.before, [line.rstrip() for line in screen.display if line.strip()]


def test_in_a_terminal_of_ipython_it_is_a_line_that_goes(tmp_path: Path) -> None:
    written, seen = on_a_terminal(IN_IPYTHON, tmp_path)

    assert "10 of 100 rows" in written
    assert seen == ["100 rows.[2J", ENDING, "the script's own words"]


def test_where_no_cursor_can_be_moved_it_is_a_few_lines(tmp_path: Path) -> None:
    written, seen = on_a_terminal(IN_IPYTHON, tmp_path, TERM="dumb")

    assert "\x1b[2K" not in written
    assert [line for line in seen if "\x1b" not in line] == [
        *("100 rows.[2J", ENDING, "the script's own words"),
    ]


def test_a_script_on_a_terminal_has_the_bar_of_tqdm(tmp_path: Path) -> None:
    written, seen = on_a_terminal(MAP, tmp_path)

    assert "\x1b]0" not in written
    assert "\x1b[2J" not in written
    assert seen[0] == "100 rows.[2J"
    assert re.match(r"kimi\]0;x-k2\.6: 100%\|█+\| 100/100 ", seen[1])
    assert seen[2:] == [ENDING, "the script's own words"]


def test_without_tqdm_a_script_has_the_line_of_a_terminal(tmp_path: Path) -> None:
    _, seen = on_a_terminal(WITHOUT_TQDM, tmp_path)

    assert seen == ["100 rows.[2J", ENDING, "the script's own words"]


def test_a_script_that_nobody_watches_shows_nothing(tmp_path: Path) -> None:
    ran = subprocess.run(
        *([sys.executable, "-c", MAP],),
        env={**os.environ, **ENV},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (ran.stdout, ran.stderr) == ("the script's own words\n", "")


def test_a_script_imports_neither_ipython_nor_pandas_for_that(tmp_path: Path) -> None:
    look = "import sys; print(sorted({'IPython', 'pandas', 'ipywidgets'} & {*sys.modules}))"
    _, seen = on_a_terminal(f"{MAP}\n{look}", tmp_path)

    assert seen[-1] == "[]"
