"""A notebook that shows all logs shows its own, not those of the libraries we use."""

from __future__ import annotations

import pytest

from ...fakes.provider import Service, answer, said
from ...running_kernel import RunningKernel
from .conftest import KEY

ALL_LOGS = """
import logging, markdown_it
logging.basicConfig(level=logging.DEBUG, format="%(name)s|%(levelname)s|%(message)s")
def lines_of_markdown_it():
    markdown_it.MarkdownIt().parse("# mine")
def levels():
    names = [n for n in logging.root.manager.loggerDict if n.split(".")[0] in OURS]
    return {n: logging.getLogger(n).level for n in names} | {"filters": [
        n for n in names if n.startswith("markdown_it") and logging.getLogger(n).filters]}
OURS = ("markdown_it", "httpcore2", "httpx2", "asyncio", "matplotlib", "PIL", "nbchat")
"""
TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n\n> two\n\n```python\nx = 1\n```\n"


def libraries(text: str) -> set[str]:
    return {line.partition("|")[0].partition(".")[0] for line in text.splitlines() if "|" in line}


@pytest.mark.field("L12")
def test_no_librarys_lines_are_among_an_answer(kernel: RunningKernel, kimi: Service) -> None:
    kernel.run(ALL_LOGS)
    kimi.always(answer(*said(TABLE, usage=(3, 4))))
    for watched in (True, False):
        for line in ("demo", "kimi-k2.6"):
            ran = kernel.run(f"%%chat {line}\nshow me a table", watched=watched)

            assert ran.status == "ok"
            assert ran.stderr == ""
            assert "<table" in ran.html
            assert [output for output in ran.outputs if "data" in output] == ran.outputs
    for code in ("%chat history", "%chat export talk.md", "nbchat.ask('kimi-k2.6', 'hi')"):
        assert kernel.run(f"import nbchat\n{code}" if "ask" in code else code).stderr == ""


@pytest.mark.field("L12")
def test_the_users_own_lines_and_levels_stay_as_they_were(kernel: RunningKernel) -> None:
    kernel.run(ALL_LOGS)
    kernel.run("import nbchat.render.markdown.parser, matplotlib.pyplot as plt\nbefore = levels()")
    mine = kernel.run("lines_of_markdown_it()").stderr
    assert libraries(mine) == {"markdown_it"}

    ran = kernel.run("logging.debug('mine')\nget_ipython().run_cell_magic('chat', 'demo', 'hi')")
    assert ran.stderr == "root|DEBUG|mine\n"
    figure = kernel.run("fig, axes = plt.subplots(); axes.plot([1]); plt.close(fig)")
    assert kernel.run("%%chat demo\nwhat is in {fig}?").stderr == ""
    assert kernel.run("lines_of_markdown_it()").stderr == mine
    assert libraries(figure.stderr) <= {"matplotlib", "PIL"}
    after = "{name: level for name, level in levels().items() if name in before} == before"
    assert kernel.run(f"print({after}, levels()['filters'])").text == "True []\n"


@pytest.mark.field("L12")
def test_no_line_is_left_when_the_connections_are_closed(
    kernel: RunningKernel, kimi: Service
) -> None:
    kernel.run(ALL_LOGS)
    kimi.always(answer(*said("Hi.")))
    kernel.run("%%chat kimi-k2.6\nhi")

    assert kernel.run("%unload_ext nbchat").stderr == ""


@pytest.mark.field("L12")
def test_a_library_that_was_asked_for_is_shown_without_a_key(
    kernel: RunningKernel, kimi: Service
) -> None:
    kernel.run(ALL_LOGS)
    kimi.always(answer(*said(TABLE, usage=(3, 4))))
    kernel.run("logging.getLogger('httpcore2').setLevel(logging.DEBUG)")
    ran = kernel.run("%%chat kimi-k2.6\nhi")

    assert libraries(ran.stderr) == {"httpcore2"}
    assert KEY not in str(ran.messages)
    kernel.run("logging.getLogger('markdown_it').setLevel(logging.DEBUG)")
    assert libraries(kernel.run("%%chat demo\nhi").stderr) == {"markdown_it"}


@pytest.mark.field("L12")
def test_our_own_lines_are_shown_when_they_are_asked_for(kernel: RunningKernel) -> None:
    kernel.run(ALL_LOGS)
    kernel.run("logging.getLogger('nbchat').setLevel(logging.DEBUG)")
    kernel.run("%%chat demo\nhi")
    code = "logging.getLogger('nbchat.frontends.panel.questions').debug('ours')"

    assert kernel.run(code).stderr == "nbchat.frontends.panel.questions|DEBUG|ours\n"
