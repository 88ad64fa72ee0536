"""`%load_ext nbchat`, what it registers, and `%unload_ext nbchat`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ...running_kernel import RunningKernel


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


def test_loading_says_nothing_and_warms_afterwards(tmp_path: Path) -> None:
    with RunningKernel(cwd=tmp_path) as kernel:
        heavy = "import sys; print([m for m in ('httpx2', 'pydantic', 'rich') if m in sys.modules])"
        loaded = kernel.run(f"%load_ext nbchat\n{heavy}")
        deadline = time.monotonic() + 20
        wanted = "['httpx2', 'pydantic']"
        while (warm := kernel.run(heavy).text.strip()) != wanted and time.monotonic() < deadline:
            time.sleep(0.1)

    assert loaded.text.strip() == "[]"
    assert warm == wanted


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
        reply = kernel.client.complete(code, reply=True, timeout=30)
        return list(reply["content"]["matches"])

    return complete


def test_tab_completes_models_options_and_commands(completions: Callable[[str], list[str]]) -> None:
    assert "kimi-k2-thinking" in completions("%%chat kimi-k2-t")
    assert "--think" in completions("%%chat demo --th")
    assert "history" in completions("%chat hi")
    assert "kimi-k2.6" in completions("%chat use kimi-k2")
    assert "kimi-k2.6" not in completions("x = kimi-k2")
