"""Whatever the environment lacks: one clear line, no traceback, and what is left works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .every_command import CELLS, LINES, MARK

pytestmark = pytest.mark.field("L9")

LOOKS = ("%chat", "%chat help", "%chat settings", "%chat providers kimi", "%chat models kimi")
QUESTIONS = [
    cell for cell in CELLS if cell.startswith(("%chat ask", "%%chat")) and "--show" not in cell
]
ERROR = re.compile(r"\x1b\[1m(?P<kind>\w+)\x1b\[0m: (?P<words>.*)", re.DOTALL)


@dataclass
class Broken:
    """An environment: `said` is what `%chat` and `%chat settings` say of it, if they should.

    `notice` comes with the first answer that cannot be stored; with `refused` every question is,
    for this reason, since where it would be sent is not known.
    """

    variables: dict[str, str | None] = field(default_factory=dict)
    prepare: str = ""
    file: str = ""
    said: str = ""
    notice: str = ""
    refused: str = ""


ODD_STDOUT = """
import sys

class Odd:  # what some editors put there: it can be written to, and that is all
    def __init__(self, file): self.write, self.flush = file.write, file.flush

sys.stdout = Odd(sys.stdout)
"""
NO_HOME = "this user has no home folder. Set HOME, or set NBCHAT_HISTORY to a file."
NO_SQLITE = "this Python has no sqlite3. Install it, or a Python that has it."

ENVIRONMENTS = {
    "the working folder was removed": Broken(
        prepare="import os, shutil; shutil.rmtree(os.getcwd())",
    ),
    "it was removed, and the history is in it": Broken(
        {"NBCHAT_HISTORY": "here.sqlite"},
        prepare="import os, shutil; shutil.rmtree(os.getcwd())",
        said="the working directory was removed",
        notice="the working directory was removed",
    ),
    "no home folder": Broken(
        {"HOME": None, "XDG_DATA_HOME": None, "XDG_CONFIG_HOME": None},
        prepare="import sys; sys.modules['pwd'] = None",
        said=NO_HOME,
        notice=NO_HOME,
    ),
    "no sqlite3": Broken(
        prepare="import sys; sys.modules['sqlite3'] = sys.modules['_sqlite3'] = None",
        said=NO_SQLITE,
        notice=NO_SQLITE,
    ),
    "standard output of Windows, and a data folder that is a file": Broken(
        {"PYTHONIOENCODING": "cp1252", "XDG_DATA_HOME": os.devnull},
        notice="cannot be used (Not a directory)",
    ),
    "a history of a user that is not there": Broken(
        {"NBCHAT_HISTORY": "~nobody-here/talks.sqlite"},
        said="a user that is not known here",
        notice="a user that is not known here",
    ),
    "standard output in ASCII": Broken({"PYTHONIOENCODING": "ascii"}),
    "the C locale": Broken({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "a standard output that is no file": Broken(prepare=ODD_STDOUT),
    "a settings file that is no TOML": Broken(
        file="model = \n", said="is not TOML at line 1", refused="is not TOML at line 1"
    ),
    "a settings file with a wrong name": Broken(
        file="modell = 'x'\n", said="'modell' is not a setting", refused="'modell' is not a setting"
    ),
    "a settings file that is not there": Broken(
        {"NBCHAT_CONFIG": "~nobody-here/nbchat.toml"},
        said="NBCHAT_CONFIG names ~nobody-here/nbchat.toml",
        refused="NBCHAT_CONFIG names ~nobody-here/nbchat.toml",
    ),
    "a variable with a wrong value": Broken(
        {"NBCHAT_DISPLAY": "loud"},
        said="NBCHAT_DISPLAY: display",
        refused="NBCHAT_DISPLAY: display",
    ),
}


def run_all(broken: Broken, folder: Path) -> tuple[dict[str, list[str]], str]:
    """What every cell and line printed, in order, and standard error."""
    work = folder / "work"
    work.mkdir()
    variables = {
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "OLLAMA_BASE_URL": "http://127.0.0.1:9",
        "PREPARE": broken.prepare,
        **broken.variables,
    }
    if broken.file:
        (folder / "nbchat.toml").write_text(broken.file)
        variables["NBCHAT_CONFIG"] = str(folder / "nbchat.toml")
    env = {**os.environ, **variables}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.every_command"],
        cwd=work,
        env={name: value for name, value in env.items() if value is not None},
        capture_output=True,
        timeout=600,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    said: dict[str, list[str]] = {}
    for piece in ran.stdout.decode("utf-8", "replace").split(MARK)[1:]:
        typed, _, words = piece.partition("\n")
        said.setdefault(typed, []).append(words)
    return said, ran.stderr.decode("utf-8", "replace")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_command_works_with_what_is_left_or_says_in_a_line_why_not(
    name: str, tmp_path: Path
) -> None:
    broken = ENVIRONMENTS[name]

    said, errors = run_all(broken, tmp_path)

    assert len(said) == len({*CELLS}) + len(LINES) + 1
    everything = "".join(words for several in said.values() for words in several)
    assert "Traceback" not in everything + errors
    for cell in CELLS:
        for words in said[repr(cell)]:
            error = ERROR.search(words)
            assert not error or error["words"].strip().count("\n") <= 1, words
    for cell in LOOKS:
        assert not ERROR.search(said[repr(cell)][0]), said[repr(cell)][0]
    for cell in QUESTIONS:
        for words in said[repr(cell)]:
            if broken.refused:
                assert broken.refused in ERROR.search(words)["words"]
            else:
                assert re.search(r"\ndemo . \d+ -?. \d+ tokens\n", words.replace("->", ">")), words
    assert broken.said in said["'%chat'"][0]
    assert broken.said in said["'%chat help'"][0]
    if broken.refused:
        assert broken.said in said["'%chat settings'"][0]
        assert broken.said in errors  # of `nbchat models`
    assert everything.count("Not saved") == bool(broken.notice)
    if broken.notice:
        (told,) = re.findall("^.*Not saved.*$", everything, re.MULTILINE)
        assert broken.notice in told
    assert "kimi-k2.6" in said["['models', 'kimi']"][0]


@pytest.mark.parametrize("where", ["/dev/full", "closed"])
def test_a_terminal_that_takes_nothing_is_told_in_a_line(where: str) -> None:
    shell = f"{sys.executable} -m nbchat models {'>&-' if where == 'closed' else f'> {where}'}"

    ran = subprocess.run(shell, shell=True, capture_output=True, text=True, timeout=60)

    if where == "closed":  # nobody listens, and nothing is wrong
        assert (ran.returncode, ran.stderr) == (0, "")
    else:
        assert ran.returncode == 2
        assert ran.stderr == "nbchat: nothing can be printed here: No space left on device.\n"
