"""A terminal of a kernel, such as `jupyter console`: it prints outputs, and updates none.

It asks the kernel whether what was typed is a whole cell, and sends that then; both are done
here over the same sockets, and what it would print is put together as it does.
"""

from __future__ import annotations

import pytest

from ...fakes.provider import Service, answer, said
from ...running_kernel import Ran, RunningKernel

WORDS = [*["Some words here. "] * 30, "\n\n", *["And more of them. "] * 60, "\n\nThe end."]
ANSWER = "".join(WORDS)
BELOW = "kimi-k2.6 · 9 → 12 tokens · <$0.0001\n"
CELLS = {
    "alone": "%chat ask Talk",
    "a cell": "%%chat\nTalk",
    "beside a print": "print('before')\n%chat ask Talk",
}


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


def typed(kernel: RunningKernel, code: str, *, cell: str | None = None) -> Ran:
    """Run what a person has typed there."""
    asked = kernel.client.is_complete(code)
    while kernel.client.get_shell_msg(timeout=60)["parent_header"]["msg_id"] != asked:
        pass
    return kernel.run(code, cell=cell)


@pytest.mark.field("C12")
def test_a_terminal_prints_the_answer_once_as_it_comes_and_nothing_else(
    kernel: RunningKernel, kimi: Service
) -> None:
    kernel.run("%chat use kimi-k2.6")
    kimi.always(answer(*said(*WORDS, thought=["hm "] * 20), gap=0.003))

    for name, cell in CELLS.items():
        ran = typed(kernel, cell)
        before = "before\n" if "print" in name else ""
        assert printed(ran) == f"{before}{ANSWER}\n{BELOW}", name
        assert len(ran.of("stream")) > 1
        assert ran.of("clear_output") == []

    in_a_notebook = typed(kernel, CELLS["alone"], cell="c")
    assert [o["data"]["text/plain"] for o in in_a_notebook.outputs] == [ANSWER]
    assert in_a_notebook.repaints > 3


@pytest.mark.field("C12")
def test_what_a_page_is_painted_as_leaves_no_line_where_nothing_is_updated(
    kernel: RunningKernel, kimi: Service
) -> None:
    """A front-end that nobody knows for a terminal: no name of a model, no sentence for a page."""
    kernel.run("%chat use kimi-k2.6")
    kimi.always(answer(*said(*WORDS), gap=0.003))

    for cell in CELLS.values():
        ran = kernel.run(cell)
        lines = [line for line in printed(ran).splitlines() if line]
        assert ran.repaints > 3
        assert not any("kimi" in line or "arriving" in line for line in lines)


@pytest.mark.field("C12")
def test_nothing_is_noted_any_more_once_the_extension_is_unloaded(kernel: RunningKernel) -> None:
    look = "get_ipython().kernel.shell_handlers['is_complete_request'].__name__"

    noting = kernel.run(look).text
    kernel.run("%unload_ext nbchat")

    assert (noting, kernel.run(look).text) == ("'_note_and_handle'", "'is_complete_request'")
