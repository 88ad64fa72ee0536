"""`%chat insert` and `%chat copy`: code goes into a cell or the clipboard, and is never run."""

from __future__ import annotations

import os
import re
import signal
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbchat.frontends.notebook.clipboard import MOST_BYTES, SIGNS, can_copy

from ....fakes.provider import Service, answer, said
from ....running_kernel import Ran, RunningKernel

pytestmark = pytest.mark.field("N2")

KEY = "sk-canary-0123456789abcdef"
CODE = "for a in [1]:\n\tprint('\u00e9', a)  \n\nx = 1"
THREE = (
    f"Install it:\n```bash\npip install x\n```\nThen\n```python\n{CODE}\n```\n~~~sql\nselect 1\n~~~"
)


class Notebook:
    """A kernel whose Kimi says what a test wants."""

    def __init__(self, kernel: RunningKernel, service: Service) -> None:
        self.kernel, self.service = kernel, service

    def ask(self, words: str, line: str = "%%chat kimi-k2.6") -> Ran:
        self.service.plays(answer(*said(words)))
        return self.kernel.run(f"{line}\nCode?")

    def run(self, line: str, **how: Any) -> Ran:
        return self.kernel.run(line, **how)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    folder = tmp_path_factory.mktemp("code")
    with Service() as service, RunningKernel(folder) as kernel:
        kernel.run(
            f"%load_ext nbchat\nimport os; os.environ.update(KIMI_API_KEY={KEY!r}, "
            f"KIMI_BASE_URL='{service.url}/v1', NBCHAT_HISTORY='off')"
        )
        yield Notebook(kernel, service)


def inserted(ran: Ran) -> list[str]:
    return [one["text"] for one in ran.reply["content"]["payload"]]


def test_the_block_of_python_goes_below_as_it_was_written(notebook: Notebook) -> None:
    notebook.ask(THREE)

    ran = notebook.run("%chat insert")

    assert inserted(ran) == [CODE]
    assert ran.text == "Block 2 of 3, python, 4 lines, is below, and was not run.\n"


def test_a_number_names_a_block_and_a_shells_gets_its_magic(notebook: Notebook) -> None:
    notebook.ask(THREE)

    assert inserted(notebook.run("%chat insert 1")) == ["%%bash\npip install x"]
    assert inserted(notebook.run("%chat insert #2")) == [CODE]


def test_a_language_that_no_cell_runs_is_shown_to_copy(notebook: Notebook) -> None:
    notebook.ask(THREE)

    ran = notebook.run("%chat insert 3")

    assert not inserted(ran)
    assert "no cell runs sql; to copy:\n\nselect 1" in ran.text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "%chat insert 4",
            "the last answer has 3 blocks of code, and none has the number 4.\n"
            "1 bash: pip install x · 2 python: for a in [1]: · 3 sql: select 1",
        ),
        ("%chat insert 0", "none has the number 0."),
        ("%chat copy 99999999999999999999", "none has the number 999999999."),
        ("%chat insert all", "%chat insert takes the number of a block, from 1, not 'all'."),
        ("%chat copy ²", "takes the number of a block"),
    ],
)
def test_a_block_that_is_not_there_is_told_with_those_that_are(
    notebook: Notebook, line: str, words: str
) -> None:
    notebook.ask(THREE)

    ran = notebook.run(line)

    assert words in ran.error
    assert "Traceback" not in ran.error
    assert not inserted(ran)


def test_an_empty_block_is_not_inserted(notebook: Notebook) -> None:
    notebook.ask("```python\n```")

    ran = notebook.run("%chat insert")

    assert "block 1 of the last answer is empty" in ran.error
    assert not inserted(ran)


def test_an_answer_without_code_says_so(notebook: Notebook) -> None:
    notebook.ask("Use `x`.")

    assert "the last answer has no block of code" in notebook.run("%chat insert").error


def test_the_answer_that_was_seen_last_counts_wherever_it_belongs(notebook: Notebook) -> None:
    notebook.ask("```python\nfirst\n```")
    notebook.ask("```python\naside\n```", "%%chat kimi-k2.6 --fresh")
    aside = inserted(notebook.run("%chat insert"))
    notebook.ask("```python\nother\n```", "%%chat kimi-k2.6 --name other")
    other = inserted(notebook.run("%chat insert"))

    assert (aside, other) == (["aside"], ["other"])


def test_what_is_not_whole_or_not_seen_is_told(notebook: Notebook) -> None:
    notebook.ask("```python\nis\u200b_admin = 1 # \u202e\u200b")

    ran = notebook.run("%chat insert")

    assert inserted(ran) == ["is\u200b_admin = 1 # \u202e\u200b"]
    assert "It has no end: the answer broke off in it, or did not close it.\n" in ran.text
    assert "U+200B ZERO WIDTH SPACE (2 times), U+202E RIGHT-TO-LEFT OVERRIDE" in ran.text


def test_code_that_cannot_be_inserted_is_shown_as_safe_as_in_an_answer(notebook: Notebook) -> None:
    notebook.ask("```html\n</pre><script>alert(1)</script>\u202e\n```")

    ran = notebook.run("%chat insert", watched=False)

    assert not inserted(ran)
    assert "to copy:" in ran.text
    assert "<script" not in ran.html
    assert "\\u202e" in ran.html


def test_a_notebook_shows_what_is_to_be_copied(notebook: Notebook) -> None:
    notebook.ask(THREE)

    (shown,) = notebook.run("%chat copy 2").outputs

    assert shown["data"]["text/plain"].endswith(
        f"Block 2 of 3, python, 4 lines, to copy:\n\n{CODE}"
    )
    assert "\x1b" not in shown["data"]["text/html"]


def test_nothing_is_run(notebook: Notebook) -> None:
    notebook.ask("```python\nran = True\n```")
    notebook.run("%chat insert")

    assert notebook.run("print('ran' in globals())").text == "False\n"


# --- terminals -----------------------------------------------------------------------------------


def described(term: str) -> bool:
    return term in ("st-256color", "xterm-256color")


@pytest.mark.parametrize(
    ("variables", "can"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "foot"}, True),
        ({"TERM": "alacritty"}, True),
        ({"TERM": "st-256color"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "vscode"}, True),
        ({"WT_SESSION": "0-1"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, False),
        ({"TERM": "dumb", "WT_SESSION": "0-1"}, False),
        ({"TERM": "xterm-kitty", "CI": "true"}, False),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux-0/default,1,0"}, False),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "WezTerm"}, False),
        ({"TERM": "screen.xterm-256color"}, False),
        ({"TERM": "linux"}, False),
        ({}, False),
    ],
)
def test_only_a_terminal_that_says_so_gets_the_sequence(
    variables: dict[str, str], can: bool
) -> None:
    assert can_copy(variables, described) is can


pexpect: Any = pytest.importorskip("pexpect", reason="no ptys here")
START = "from IPython import start_ipython; start_ipython(['--no-banner', '--colors=NoColor'])"
OSC_52 = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


class Terminal:
    """IPython with its own prompt, in a terminal of that name."""

    def __init__(self, folder: Path, service: Service, program: str) -> None:
        env = {name: value for name, value in os.environ.items() if name not in UNWANTED}
        env |= {
            "IPYTHONDIR": str(folder),
            "KIMI_API_KEY": KEY,
            "KIMI_BASE_URL": f"{service.url}/v1",
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "TERM": "xterm-256color",
            "TERM_PROGRAM": program,
        }
        command = (sys.executable, ["-c", START])
        self.child = pexpect.spawn(
            *command, encoding="utf-8", timeout=60, env=env, cwd=str(folder), dimensions=(40, 100)
        )
        self._count = 0
        self._wait()
        self.run("%load_ext nbchat")

    def _wait(self) -> str:
        self._count += 1
        self.child.expect(rf"In \[(\x1b\[[\d;]*m)*{self._count}")
        return str(self.child.before)

    def run(self, line: str) -> str:
        self.child.send(f"{line}\r")
        return self._wait()

    def ask(self) -> None:
        self.child.send("%chat ask Code?\r")
        self._wait()


UNWANTED = ("CI", "TMUX", "STY", *SIGNS)


@pytest.fixture
def terminal(service: Service, tmp_path: Path) -> Iterator[Callable[[str], Terminal]]:
    opened: list[Terminal] = []

    def open_one(program: str) -> Terminal:
        opened.append(Terminal(tmp_path, service, program))
        return opened[-1]

    yield open_one
    for one in opened:
        one.child.kill(signal.SIGKILL)
        one.child.wait()  # `close` alone gives a busy machine a tenth of a second
        one.child.close()


def test_a_terminal_copies_what_it_can_hold_and_begins_the_next_line_with_it(
    terminal: Callable[[str], Terminal], service: Service
) -> None:
    shown = terminal("WezTerm")
    large = "#" * (MOST_BYTES * 3 // 4 + 1)  # base64 is a third longer
    small = "```python\nx = '\u00e9'\n```"
    service.plays(answer(*said(f"```\n{large}\n```")), answer(*said(small)))
    shown.ask()
    too_large = shown.run("%chat copy")
    shown.ask()
    copied = shown.run("%chat copy")
    shown.run("%chat insert")
    shown.child.expect("x = '\u00e9'")
    shown.run("")
    shown.child.send("print(x * 3)\r")
    shown.child.expect("\u00e9\u00e9\u00e9")

    assert not OSC_52.search(too_large)
    assert "to copy:" in too_large
    assert OSC_52.findall(copied) == [b64encode("x = '\u00e9'".encode()).decode()]
    assert "is in the clipboard." in copied


def test_of_a_value_the_json_is_copied(notebook: Notebook) -> None:
    notebook.ask('Here: {"name": "Ada", "tags": ["a"]}', '%%chat kimi-k2.6 --as "name, tags list"')

    copied, inserted_ = notebook.run("%chat copy"), notebook.run("%chat insert")

    for ran in (copied, inserted_):
        assert '"tags": [' in ran.text
        assert "Here:" not in ran.text
    assert "no cell runs json" in inserted_.text
