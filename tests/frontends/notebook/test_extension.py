"""`%load_ext nbchat`, what it registers, and `%unload_ext nbchat`."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ...running_kernel import DEADLINE, RunningKernel
from ...waiting import until


def test_unloading_leaves_nothing_behind(kernel: RunningKernel) -> None:
    look = """
import threading
ip = get_ipython()
magics = ip.magics_manager.magics
callbacks = [one for several in ip.events.callbacks.values() for one in several]
print(
    sorted(t.name for t in threading.enumerate() if "nbchat" in t.name),
    "chat" in magics["cell"], "chat" in magics["line"],
    [m for m in ip.Completer.custom_matchers if "nbchat" in m.__module__],
    [t for t in ip.input_transformers_cleanup if "nbchat" in t.__module__],
    [c for c in callbacks if "nbchat" in getattr(c, "__module__", "")],
)
"""
    kernel.run("%%chat demo\nHi")
    assert kernel.run(look).text.startswith("['nbchat-engine'] True True [<")

    assert kernel.run("%unload_ext nbchat").status == "ok"

    assert kernel.run(look).text.strip() == "[] False False [] [] []"
    assert kernel.run("%%chat demo\nHi").status == "error"


def test_the_kernel_sends_as_it_did_before(kernel: RunningKernel) -> None:
    look = "print('send_multipart' in vars(get_ipython().kernel.iopub_thread))"
    assert kernel.run(look).text.strip() == "True"
    kernel.run("%reload_ext nbchat")
    kernel.run("%load_ext nbchat")

    kernel.run("%unload_ext nbchat")

    assert kernel.run(look).text.strip() == "False"


def test_reloading_goes_on_where_it_was(kernel: RunningKernel) -> None:
    kernel.run("%%chat demo\nRemember me")
    kernel.run("%reload_ext nbchat")

    assert "Remember me" in kernel.run("%%chat demo\nWhat did I just ask?").text


def test_loading_imports_nothing_that_a_question_needs() -> None:
    """Nor what draws an answer, nor tools: the notebook waits for it."""
    code = (
        "import sys; from nbchat.frontends.notebook import extension; "
        "print(sorted({name.split('.')[1] for name in sys.modules if name[:7] == 'nbchat.'}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    rooms = {"render", "tools", "wire", "engine", "conversation", "network", "store", "settings"}
    assert not rooms & set(ast.literal_eval(ran.stdout))


def test_loading_says_nothing_and_warms_afterwards(tmp_path: Path) -> None:
    with RunningKernel(cwd=tmp_path) as kernel:
        heavy = "import sys; print([m for m in ('httpx2', 'pydantic', 'rich') if m in sys.modules])"
        loaded = kernel.run(f"%load_ext nbchat\n{heavy}")
        until(lambda: kernel.run(heavy).text.strip() == "['httpx2', 'pydantic']")

    assert loaded.text.strip() == "[]"


HOOK = """
import sys

asked = []
kinds = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")

def hook(event, given):
    if event in kinds:
        asked.append((event, str(given)))

sys.addaudithook(hook)
"""
PROBE = """
import socket

probe = socket.socket()
probe.connect_ex(("127.0.0.1", 9))
probe.close()
"""


def test_loading_warming_and_the_demo_touch_no_network(tmp_path: Path) -> None:
    """Not even a look for a name, or for a server on this machine."""
    with RunningKernel(cwd=tmp_path) as kernel:
        kernel.run(HOOK)
        kernel.run("%load_ext nbchat")
        ours = "[t for t in threading.enumerate() if t.name == 'nbchat-preload']"
        kernel.run(f"import threading; [t.join() for t in {ours}]")
        kernel.run("%chat")
        answered = kernel.run("%%chat demo\nHi")
        before = kernel.run("asked").text
        kernel.run(PROBE)
        after = kernel.run("asked").text

    assert "Hello!" in answered.text
    assert before == "[]"
    assert "socket.connect" in after  # so the hook does see them


@pytest.fixture
def completions(kernel: RunningKernel) -> Iterator[Callable[[str], list[str]]]:
    def complete(code: str) -> list[str]:
        reply = kernel.client.complete(code, reply=True, timeout=DEADLINE)
        return list(reply["content"]["matches"])

    return complete


def test_tab_completes_models_options_and_commands(completions: Callable[[str], list[str]]) -> None:
    assert "kimi-k2-thinking" in completions("%%chat kimi-k2-t")
    assert "--think" in completions("%%chat demo --th")
    assert "history" in completions("%chat hi")
    assert "kimi-k2.6" in completions("%chat use kimi-k2")
    assert "kimi-k2.6" not in completions("x = kimi-k2")


VALUES = """
import pandas, nbchat
data = pandas.DataFrame({"a": [1]}); day, dose, _hidden = "Monday", 2.5, 1
dump = lambda: None
for name in ("physics", "my trip", 'a "b" c'):
    nbchat.chat(name)
for question in ("one", "two"):
    nbchat.chat().ask(question, "demo")
"""

# What is typed, up to the cursor; all that is offered; and where it is some of many, what is not.
OFFERED: dict[str, list[str]] = {
    "%%chat --name ph": ["physics"],
    "%%chat demo --name=ph": ["physics"],
    "%%chat --name my": ['"my trip"'],
    "%%chat --name 'my t": ["'my trip'"],
    "%%chat --name a": ["'a \"b\" c'"],
    "%chat switch ph": ["physics"],
    "%chat switch my t": ['"my trip"'],
    "x = 1\nif x:\n    %chat switch ph": ["physics"],
    "%chat delete ph": ["physics"],
    "%chat resume ph": ["physics"],
    "%chat providers ki": ["kimi"],
    "%%chat --think h": ["high"],
    "%%chat demo --think=h": ["high"],
    "# above\n\n%%chat --think h": ["high"],
    "%%chat demo --te": ["--temperature"],
    "%%chat --name x --fr": ["--fresh"],
    "%%chat demo\nWhat of {da": ["data", "day"],
    "%%chat demo\nOne {day}\nand {dos": ["dose"],
    "%%chat demo\n# two\n{dat": ["data"],
    "%%chat {da": ["day"],
    "%%chat demo --each da": ["data"],
    "%%chat --each=d": ["data"],
    "%%chat --each data --into out\nIs {": ["a"],
    "%%chat --each nothing_here --into out\nIs {": [],
    "%%chat --seed $do": ["dose"],
    "%chat use {da": ["day"],
    "%chat ask Is {da": ["data", "day"],
    "%chat sw": ["switch"],
    "x = %chat as": ["ask"],
    "%chat help sw": ["switch"],
    "%chat goto ": ["1", "#2", "#1"],
    "%chat goto #": ["#2", "#1"],
    "%chat history 2": ["2"],
    "%chat trust nb": ["nbchat.json", "nbchat.toml"],
}
NOT_OURS = ["%%chat demo\nphysi", "x = kimi-k2", "%%chat demo --seed 7"]


@pytest.mark.field("P3")
def test_tab_completes_whatever_has_a_name_and_may_stand_there(
    kernel: RunningKernel, completions: Callable[[str], list[str]]
) -> None:
    kernel.run(VALUES)
    offered = {typed: sorted(completions(typed)) for typed in OFFERED}
    not_ours = {typed: completions(typed) for typed in NOT_OURS}
    kernel.run("%%chat demo --name physics\nHi")
    answer = kernel.run(
        "chat = nbchat.chat('physics')\n"
        "print(isinstance(chat.last_answer, nbchat.Answer), chat.last_answer is chat.last.answer)\n"
        "print(nbchat.chat('nothing asked').last_answer)"
    )

    assert offered == {typed: sorted(names) for typed, names in OFFERED.items()}
    for typed, names in not_ours.items():
        assert not {"physics", "kimi-k2.6", "7"} & set(names), typed
    assert answer.text == "True True\nNone\n"


@pytest.mark.field("P3")
def test_tab_puts_a_name_in_the_place_of_what_was_typed(kernel: RunningKernel) -> None:
    kernel.run("import nbchat; nbchat.chat('my trip'); data = [1]")
    for typed, whole in (
        ("%%chat --name 'my t", "%%chat --name 'my trip'"),
        ("%chat switch my t", '%chat switch "my trip"'),
        ("%%chat demo --think=h", "%%chat demo --think=high"),
        ("%%chat demo\nWhat of {dat", "%%chat demo\nWhat of {data"),
    ):
        reply = kernel.client.complete(typed, reply=True, timeout=DEADLINE)["content"]
        start, end = reply["cursor_start"], reply["cursor_end"]
        assert typed[:start] + reply["matches"][0] + typed[end:] == whole


ODD_NAMES = """
import nbchat
from nbchat import runtime
b, usd, yes, ans = "bee", "dollars", True, nbchat.Answer()
for name in ("my trip", "a {b}", "cost $usd", "it's", 'say "so"', "- draft", "-dash", "x{b}"):
    nbchat.chat(name)
open("talk.json", "w").close()
"""
# What is typed, and which conversation is gone on in when Tab has completed it.
GOES_ON_IN = {
    "%chat switch my": "my trip",
    "%chat switch a": "a {b}",
    '%chat switch "a {{': "a {b}",
    "%chat switch cost $$u": "cost $usd",
    "%chat switch it": "it's",
    "%chat switch say": 'say "so"',
    "%chat switch -d": "-dash",
    '%chat switch "- ': "- draft",
    "%chat switch x": "x{b}",
}
ASKS_IN = {
    "%%chat demo --name my": "my trip",
    "%%chat demo --name=a": "a {b}",
    "%%chat demo --name cost": "cost $usd",
    "%%chat demo --name -d": "-dash",
    "%%chat demo --name it": "it's",
}
DASHES: dict[str, list[str]] = {
    "%%chat demo -th": ["--think"],
    "%%chat demo –th": ["--think"],
    "%%chat demo —se": ["--search", "--seed"],
    "%chat models -": ["--live"],
    "%chat switch --": [],
    "%chat use -": [],
    "%chat undo -": [],
}
# Where nothing of ours may stand; IPython would offer names of Python.
NOTHING_THERE = [
    *("%%chat demo pri", "%%chat demo --seed pri", "%%chat demo --system pri", "%%chat zzz"),
    *("%chat use pri", "%chat nosuch pri", "%chat pri", "%chat usage pri", "%chat switch pri"),
    *("%chat models kimi pri", "%chat ask pri", "%chat search {b", "%chat help pri", "%chat zz"),
    *("x = %chat usage pri", "if 1: %chat usage pri", "%%chat demo\nOf {b.up", "%%chat demo\n{pri"),
    *("%%chat {yes", "%chat use {yes", "%%chat demo --name pri"),
]


@pytest.mark.field("P3")
def test_a_line_that_tab_has_completed_works_and_where_none_would_nothing_is_offered(
    kernel: RunningKernel, completions: Callable[[str], list[str]]
) -> None:
    kernel.run(ODD_NAMES)
    for typed, name in GOES_ON_IN.items():
        now = kernel.run(f"{completed(kernel, typed)}\nprint(runtime.current().active)")
        assert now.text.endswith(f"\n{name}\n"), (typed, now.error)
    for typed, name in ASKS_IN.items():
        line = completed(kernel, typed)
        assert kernel.run(f"{line}\nHi", watched=False).error == "", line
        assert kernel.run(f"print(len(nbchat.chat({name!r}).turns))").text == "1\n", line
    for typed in NOTHING_THERE:
        assert completions(typed) == [], typed
    for typed, options in DASHES.items():
        assert completions(typed) == options, typed

    assert "print" in completions("%%chat demo\npri")
    assert completions("%%chat {an") == ["ans"]
    assert completions("%chat import ta") == ["talk.json"]


def completed(kernel: RunningKernel, typed: str) -> str:
    """The line, with the one name that Tab offers."""
    reply = kernel.client.complete(typed, reply=True, timeout=DEADLINE)["content"]
    (name,) = reply["matches"]
    return f"{typed[: reply['cursor_start']]}{name}{typed[reply['cursor_end'] :]}"
