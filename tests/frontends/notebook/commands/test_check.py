"""`%chat check` in a real kernel: what to do first, and what was looked at, as page and as text."""

from __future__ import annotations

import json

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbchat.engine.findings import Finding, fits, unseen, wrong
from nbchat.frontends.check_report import FINE, faults, report_lines, rows
from nbchat.frontends.notebook.commands.check import report_page

from ....engine.check_stage import as_json, at_paths, openai_list
from ....fakes.provider import Service, answer, said
from ....running_kernel import RunningKernel
from ..conftest import KEY, plain

# A busy machine may take longer for what is looked at than a person waits.
PATIENT = """
from nbchat.engine import checks, local_servers
checks.SECONDS, local_servers.SEARCH_SECONDS = 30.0, 10.0
"""
HOSTILE = "<img src=x onerror=alert(1)>\u202e\x1b[2J"


def lists(service: Service, *models: str) -> None:
    service.always(at_paths({"/v1/models": as_json(openai_list(*models))}))


def test_a_check_says_first_what_is_wrong_and_what_to_do(
    kernel: RunningKernel, kimi: Service
) -> None:
    lists(kimi, "kimi-k2.6")
    kernel.run(PATIENT)

    right = kernel.run("%chat check")
    kernel.run("import os; os.environ['KIMI_API_KEY'] = ' '")
    no_key = kernel.run("%chat check kimi-k2.6")
    kernel.run(f"os.environ['KIMI_API_KEY'] = {KEY!r}")
    not_there = kernel.run("%chat check kimi-k3.1-pro")

    for ran in (right, no_key, not_there):
        assert (ran.status, ran.stderr) == ("ok", "")
        assert len(ran.outputs) == 1
        assert KEY not in json.dumps(ran.messages, default=str)
    assert right.text.splitlines()[0] == FINE
    assert "model          ok  kimi-k2.6 (KIMI_API_KEY is set)" in right.text
    assert "other keys     ok  none is set" in right.text
    assert no_key.text.splitlines()[:3] == [
        "Key: KIMI_API_KEY is set, and empty.",
        "  Set the key:",
        '  import os, getpass; os.environ["KIMI_API_KEY"] = getpass.getpass()',
    ]
    assert "the rest       ?      not looked at: answer, in its list" in no_key.text
    assert plain(not_there.html).startswith("In its list: kimi-k3.1-pro is not the one model")
    assert "POST" not in {request.method for request in kimi.requests}


def test_live_says_first_what_it_costs(kernel: RunningKernel, kimi: Service) -> None:
    lists(kimi, "kimi-k2.6")
    kernel.run(PATIENT)
    kimi.plays(*[as_json(openai_list("kimi-k2.6"))], answer(*said("1 2 3")), answer(*said("no")))

    ran = kernel.run("%chat check kimi-k2.6 --live")

    first, second = ran.outputs
    assert first["text"] == "--live asks two short questions, which cost a few tokens.\n"
    assert "question       ok" in second["data"]["text/plain"]
    assert [request.method for request in kimi.requests].count("POST") == 2


@pytest.mark.parametrize("line", ["a b", "--fast", "kimi-k2.6 --live x"])
def test_what_is_no_model_is_refused(kernel: RunningKernel, line: str) -> None:
    ran = kernel.run(f"%chat check {line}")

    assert ran.status == "error"
    assert "%chat check takes the name of one model" in ran.error


def test_what_a_server_says_is_text_and_nothing_else(shell: InteractiveShell) -> None:
    findings = [fits("model", HOSTILE), wrong("key", HOSTILE, f"{HOSTILE}\n%chat models")]

    page = report_page(findings)

    assert "<img" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page


def test_the_report_fits_the_terminal_and_says_each_thing_once() -> None:
    findings = [
        fits("model", "m (named here), at Somebody"),
        wrong("key", "the key in X has quotes around it, or one of them.", "Set it again:\nx = 1"),
        *map(unseen, ("answer", "in its list")),
        Finding("connection", "unknown", "nothing came", "Look again."),
    ]

    lines = list(report_lines(findings, 50))

    assert max(map(len, lines)) <= 50
    assert faults(findings)[0].what.startswith("Key: ")
    assert rows(findings) == [
        ("model", "ok", "m (named here), at Somebody"),
        ("key", "wrong", "see above"),
        ("the rest", "?", "not looked at: answer, in its list"),
        ("connection", "?", "see above"),
    ]
