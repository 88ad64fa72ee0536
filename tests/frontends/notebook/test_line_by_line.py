"""A terminal of a kernel, such as `jupyter console`: it prints outputs, and updates none.

It asks the kernel whether what was typed is a whole cell, and sends that then; both are done
here over the same sockets, and what it would print is put together as it does.
"""

from __future__ import annotations

import pytest

from ...fakes.provider import Service
from ...running_kernel import Ran, RunningKernel
from .unhurried import Unhurried, shown

WORD, MORE = "Some words here. ", ["\n\n", *["And more of them. "] * 6, "\n\nThe end."]
BELOW = "kimi-k2.6 · 9 → 12 tokens · <$0.0001\n"
CELLS = {
    "alone": "%chat ask Talk",
    "a cell": "%%chat\nTalk",
    "beside a print": "print('before')\n%chat ask Talk",
}


def talking(kimi: Service) -> Unhurried:
    """What the next question is answered."""
    talk = Unhurried(WORD, thought=["hm "] * 20, after=MORE)
    kimi.plays(talk)
    return talk


def whole(talk: Unhurried) -> str:
    return WORD * talk.count + "".join(MORE)


def printed(ran: Ran) -> str:
    """What such a terminal shows of a cell, which takes nothing back."""
    text = ""
    for message in ran.messages:
        kind, content = message["header"]["msg_type"], message["content"]
        if kind == "stream":
            text += content["text"]
        elif kind == "display_data" and "text/plain" in content["data"]:
            text += f"{content['data']['text/plain']}\n"
    return text


def typed(kernel: RunningKernel, code: str, *, cell: str | None = None) -> str:
    """Start what a person has typed there."""
    asked = kernel.client.is_complete(code)
    while kernel.client.get_shell_msg(timeout=60)["parent_header"]["msg_id"] != asked:
        pass
    return kernel.start(code, cell=cell)


@pytest.mark.field("C12")
def test_a_terminal_prints_the_answer_once_as_it_comes_and_nothing_else(
    kernel: RunningKernel, kimi: Service
) -> None:
    kernel.run("%chat use kimi-k2.6")

    for name, cell in CELLS.items():
        talk = talking(kimi)
        started = typed(kernel, cell)
        seen = kernel.wait_until(started, lambda seen: shown(seen, WORD) > 1, "printed words")
        talk.end()
        ran = kernel.finish(started, seen)
        before = "before\n" if "print" in name else ""
        assert printed(ran) == f"{before}{whole(talk)}\n{BELOW}", name
        assert ran.of("clear_output") == []

    talk = talking(kimi)
    started = typed(kernel, CELLS["alone"], cell="c")
    seen = kernel.wait_until(started, lambda seen: shown(seen, WORD) > 3, "painted words")
    talk.end()
    in_a_notebook = kernel.finish(started, seen)
    assert [o["data"]["text/plain"] for o in in_a_notebook.outputs] == [whole(talk)]


@pytest.mark.field("C12")
def test_what_a_page_is_painted_as_leaves_no_line_where_nothing_is_updated(
    kernel: RunningKernel, kimi: Service
) -> None:
    """A front-end that nobody knows for a terminal: no name of a model, no sentence for a page."""
    kernel.run("%chat use kimi-k2.6")

    for cell in CELLS.values():
        talk = talking(kimi)
        started = kernel.start(cell)
        seen = kernel.wait_until(started, lambda seen: shown(seen, WORD) > 3, "painted words")
        talk.end()
        ran = kernel.finish(started, seen)
        lines = [line for line in printed(ran).splitlines() if line]
        assert not any("kimi" in line or "arriving" in line for line in lines)


@pytest.mark.field("C12")
def test_nothing_is_noted_any_more_once_the_extension_is_unloaded(kernel: RunningKernel) -> None:
    look = "get_ipython().kernel.shell_handlers['is_complete_request'].__name__"

    noting = kernel.run(look).text
    kernel.run("%unload_ext nbchat")

    assert (noting, kernel.run(look).text) == ("'_note_and_handle'", "'is_complete_request'")
