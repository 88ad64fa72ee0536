"""`--tools A,B`: what a name stands for, and what is said where it stands for nothing."""

from __future__ import annotations

import math
from typing import Any

import pytest

from nbchat.errors import BadOption
from nbchat.frontends.notebook.arguments import parse_arguments
from nbchat.frontends.notebook.named_tools import functions, named_tools
from nbchat.tools.tool import tool

from ...fakes.provider import Service
from ...running_kernel import DEADLINE, RunningKernel
from .calling import TOOLS


def add(a: int, b: int) -> int:
    return a + b


MADE = tool(add)
HERE: dict[str, Any] = {
    "add": add, "made": MADE, "both": [add, MADE], "math": math, "df": 3, "_own": add, "look": add,
}  # fmt: skip


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("add", [add]),
        ("made,add", [MADE, add]),
        ("both, add", [add, MADE]),
        ("math.sqrt,,add", [math.sqrt, add]),
    ],
    ids=["one", "two", "list", "module"],
)
def test_a_name_is_a_function_a_tool_or_a_list(names: str, found: list[Any]) -> None:
    assert named_tools(names, HERE) == found


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("ad", "Did you mean add or"),
        ("runn", "Did you mean run?"),
        ("df", "'df' in --tools is of type int"),
        ("math", "of type module"),
        ("df.real", "only functions of modules"),
        ("math.sqr", "the module math has no 'sqr'"),
        ("x" * 500, "no tool or function"),
    ],
)
def test_any_other_name_is_told(names: str, words: str) -> None:
    with pytest.raises(BadOption) as raised:
        named_tools(names, HERE)
    assert words in str(raised.value)
    assert len(str(raised.value)) < 300


def test_functions_that_can_be_named() -> None:
    assert [*functions(HERE)] == ["add", "made"]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("demo --tools add,run", "add,run"),
        ("demo --tools=look", "look"),
        ("demo --plan", "look,run"),
        ("demo --plan --tools add --yes", "add"),
        ("demo", ""),
    ],
)
def test_a_line_names_tools(line: str, names: str) -> None:
    assert parse_arguments(line).tool_names == names


@pytest.mark.parametrize(
    ("line", "words"),
    [("demo --yes", "no tool is named"), ("demo --tools ,", "needs names"), ("--tools", "a value")],
)
def test_a_line_without_names_is_told(line: str, words: str) -> None:
    with pytest.raises(BadOption, match=words):
        parse_arguments(line)


def test_nothing_is_sent_where_a_name_is_wrong(kernel: RunningKernel, kimi: Service) -> None:
    kernel.run(TOOLS)

    ran = kernel.run("%%chat kimi-k2.6 --tools adt\nHi")

    assert "Did you mean act or add?" in ran.error
    assert not kimi.requests


def test_what_is_declared_is_shown_as_it_would_be_sent(kernel: RunningKernel) -> None:
    kernel.run(TOOLS)

    shown = kernel.run("%%chat kimi-k2.6 --tools add,act --show\nHi").html

    assert '"Add two numbers."' in shown.replace("&quot;", '"')
    assert '"name":"act"' in shown.replace("&quot;", '"').replace('": "', '":"')


def test_names_are_completed(kernel: RunningKernel) -> None:
    kernel.run(TOOLS)

    code = "%%chat kimi-k2.6 --tools add,a"
    kernel.client.complete(code, len(code))
    reply = kernel.client.get_shell_msg(timeout=DEADLINE)["content"]

    assert reply["matches"] == ["act"]
    assert reply["cursor_start"] == len(code) - 1
