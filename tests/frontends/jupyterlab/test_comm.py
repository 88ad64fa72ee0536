"""The kernel's end of the extension, over a real kernel's sockets."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbchat.frontends.jupyterlab.comm import COMM

from ...running_kernel import RunningKernel

Request = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def request_answer(kernel: RunningKernel) -> Request:
    """Say something on the comm, and read what the kernel says on it until it is idle."""

    def ask(**content: Any) -> list[dict[str, Any]]:
        client = kernel.client
        message = client.session.msg("comm_msg", {"comm_id": COMM, "data": content})
        client.shell_channel.send(message)
        said = []
        while True:
            try:
                heard = client.get_iopub_msg(timeout=30)
            except queue.Empty:
                raise AssertionError("the kernel did not become idle") from None
            if heard["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if heard["header"]["msg_type"] == "comm_msg":
                said.append(heard["content"]["data"])
            if heard["content"].get("execution_state") == "idle":
                return said

    return ask


def comms(kernel: RunningKernel) -> dict[str, Any]:
    """Those of ours that the kernel tells a page of, which asks as JupyterLab does."""
    reply = kernel.client.comm_info(target_name=COMM, reply=True, timeout=30)
    found: dict[str, Any] = reply["content"]["comms"]
    return found


def test_it_is_there_while_nbchat_is_loaded_and_opens_nothing_in_the_page(tmp_path: Path) -> None:
    with RunningKernel(cwd=tmp_path) as kernel:
        before = comms(kernel)
        loaded = kernel.run("%load_ext nbchat")
        while_loaded = comms(kernel)
        again = kernel.run("%reload_ext nbchat")
        after_reload = comms(kernel)
        kernel.run("%unload_ext nbchat")
        after = comms(kernel)

    assert (before, after) == ({}, {})
    assert while_loaded == after_reload == {COMM: {"target_name": COMM}}
    assert [m["data"] for m in loaded.of("comm_msg")] == [{"kind": "hello"}]
    assert [m["comm_id"] for m in again.of("comm_close")] == [COMM]
    assert loaded.of("comm_open") == again.of("comm_open") == []


def test_it_is_there_where_ipython_itself_loads_nbchat(tmp_path: Path) -> None:
    """Before any cell, so that nothing runs to which its greeting could belong."""
    profile = tmp_path / "profile_default"
    profile.mkdir()
    settings = "c.InteractiveShellApp.extensions = ['nbchat']\n"
    (profile / "ipython_kernel_config.py").write_text(settings)
    with RunningKernel(tmp_path, {**os.environ, "IPYTHONDIR": str(tmp_path)}) as kernel:
        assert comms(kernel) == {COMM: {"target_name": COMM}}


def test_it_says_which_names_are_values(kernel: RunningKernel, request_answer: Request) -> None:
    kernel.run("x = 1")
    source = "%%chat\n😀 {x} {nothing}"
    answer = request_answer(kind="names", request="7", source=source)

    assert answer == [
        {"kind": "names", "request": "7", "places": [[10, 13, True], [14, 23, False]]}
    ]


@pytest.mark.parametrize(
    ("given", "of_page", "told"),
    [("", "zh-CN", "zh"), ("", "en", "en"), ("en", "zh-CN", "en"), ("zh", "en", "zh")],
)
def test_it_says_which_language_a_person_is_to_read(
    kernel: RunningKernel, request_answer: Request, given: str, of_page: str, told: str
) -> None:
    kernel.run(f"import os, nbchat\nos.environ['NBCHAT_LANG'] = {given!r}")
    try:
        answer = request_answer(kind="language", request="1", language=of_page)
    finally:
        kernel.run("del os.environ['NBCHAT_LANG']; nbchat.languages._page_is_chinese = False")

    assert answer == [{"kind": "language", "request": "1", "language": told}]


def test_it_says_what_to_run_for_the_error_of_the_cell_that_failed_last(
    kernel: RunningKernel, request_answer: Request
) -> None:
    def answer(cell: str) -> dict[str, Any]:
        [said] = request_answer(kind="wish", request="1", cell=cell, wish="fix")
        return said

    wish = {"kind": "wish", "request": "1", "begin": ""}
    not_last = {**wish, "run": "", "said": "notLast"}
    mend = {**wish, "run": "%chat fix", "said": ""}
    before = answer("c1")
    kernel.run("1/0", cell="c1")
    first = answer("c1"), answer("c2")
    kernel.run("missing", cell="c2")

    assert before == not_last
    assert first == (mend, not_last)
    assert (answer("c1"), answer("c2")) == (not_last, mend)


def test_it_says_which_panel_belongs_beside_the_notebook(
    kernel: RunningKernel, request_answer: Request
) -> None:
    def model(*, make: bool) -> str:
        (answer,) = [
            said
            for said in request_answer(kind="panel", request="1", make=make)
            if said.get("kind") == "panel" and said.get("request")
        ]
        found: str = answer["model"]
        return found

    kernel.run("%load_ext nbchat")
    before = model(make=False)
    made = model(make=True)
    shown = kernel.run("%chat panel")
    (widget,) = [m["data"]["application/vnd.jupyter.widget-view+json"] for m in beside(shown)]
    told = [m["data"] for m in shown.of("comm_msg") if m["comm_id"] == COMM]

    assert before == ""
    assert made not in ("", widget["model_id"])
    assert told == [{"kind": "panel", "model": widget["model_id"]}]
    assert model(make=False) == model(make=True) == widget["model_id"]


def test_the_interrupt_button_stops_what_a_panel_without_a_cell_asks(
    kernel: RunningKernel, request_answer: Request
) -> None:
    """While a cell runs, ipykernel has the handler of idle times put aside."""
    kernel.run("%load_ext nbchat")
    request_answer(kind="panel", request="1", make=True)
    handler = kernel.run("get_ipython().kernel.saved_sigint_handler.__module__").text

    assert handler == "'nbchat.frontends.panel.interrupt'"


def beside(ran: Any) -> list[dict[str, Any]]:
    """The outputs of which a page with the extension shows a line."""
    return [m for m in ran.of("display_data") if "application/vnd.nbchat.panel" in m["data"]]


def test_it_begins_a_question_about_what_a_cell_has_shown(
    kernel: RunningKernel, request_answer: Request
) -> None:
    kernel.run("6 * 7", cell="c1")
    number = kernel.run("x = 1").reply["content"]["execution_count"] - 1

    def answer(cell: str) -> dict[str, Any]:
        [said] = request_answer(kind="wish", request="1", cell=cell, wish="about", number=number)
        return said

    wish = {"kind": "wish", "request": "1", "run": ""}
    assert answer("c1") == {**wish, "begin": f"%%chat\n{{Out[{number}]}} ", "said": ""}
    assert answer("c2") == {**wish, "begin": "", "said": "runFirst"}


NO_MESSAGES: list[dict[str, Any]] = [
    {},
    {"kind": "names", "source": "%%chat {x}"},
    {"kind": "run", "request": "1", "source": "1"},
    {"kind": "names", "request": "../1", "source": ""},
    {"kind": "names", "request": "1", "source": "x" * 200_001},
    {"kind": "names", "request": "1", "source": "", "more": 1},
    {"kind": "wish", "request": "1", "wish": "fix", "cell": 1},
    {"kind": "wish", "request": "1", "wish": "fix", "cell": "c" * 65},
    {"kind": "panel", "request": "1"},
    {"kind": "panel", "request": "1", "make": "yes"},
    {"kind": "wish", "request": "1", "wish": "about", "cell": "c1", "number": "1"},
    {"kind": "wish", "request": "1", "wish": "about", "cell": "c1", "number": -1},
    {"kind": "wish", "request": "1", "wish": "run", "cell": "c1"},
    {"kind": "wish", "request": "1", "wish": "fix"},
    {"kind": "proposal", "request": "1", "by_itself": 1},
    {"kind": "leave"},
]


def test_what_is_not_a_message_is_not_answered(request_answer: Request) -> None:
    for content in NO_MESSAGES:
        assert request_answer(**content) == [], content
        assert request_answer(kind="wish", request="1", wish="fix", cell="c") != [], content


HOSTILE = """
class Trap:
    def __getattribute__(self, name): open('touched', 'a').write(name)
    def __str__(self): open('touched', 'a').write('str')
    def __repr__(self): open('touched', 'a').write('repr')
trap = Trap()
"""


def test_looking_for_names_runs_nothing_of_a_value(
    kernel: RunningKernel, request_answer: Request
) -> None:
    kernel.run(HOSTILE)
    request_answer(kind="names", request="1", source="%%chat\n{trap} {trap.x} {trap:all}")
    request_answer(kind="names", request="1", source="%%chat --each trap\n{trap}")

    assert kernel.run("import os; os.path.exists('touched')").text == "False"
