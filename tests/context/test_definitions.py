"""Functions and classes in a question: their source."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from nbchat.context.expand import expand
from nbchat.context.forms import Form
from nbchat.context.values import show

from ..running_kernel import RunningKernel

pytestmark = [pytest.mark.field("V6"), pytest.mark.field("N3")]


def double(x: int) -> int:
    """Twice as much."""
    return 2 * x


def twice(function: Callable[[int], int]) -> Callable[[int], int]:
    @functools.wraps(function)
    def wrapper(x: int) -> int:
        return function(function(x))

    return wrapper


@twice
def triple(x: int) -> int:
    return 3 * x


@dataclass
class Point:
    x: int

    def norm(self) -> float:
        return abs(self.x)

    class Inside:
        pass


@functools.cache
def cached(x: int) -> int:
    return x


square = lambda x: x * x  # noqa: E731


def test_a_function_is_its_source() -> None:
    got = expand("What does {f} do?", {"f": double})

    assert got.text == "What does f do?"
    assert got.blocks["f"] == (
        '`f` (function):\n```python\ndef double(x: int) -> int:\n    """Twice as much."""\n'
        "    return 2 * x\n```"
    )


@pytest.mark.parametrize(
    ("value", "kind", "begins", "ends"),
    [
        (triple, "function", "@twice\ndef triple(", "return 3 * x"),
        (cached, "function", "@functools.cache\ndef cached(", "return x"),
        (square, "function", "square = lambda x", "# noqa: E731"),
        (Point, "class", "@dataclass\nclass Point:\n    x: int", "    class Inside:\n        pass"),
        (Point.Inside, "class", "class Inside:", "    pass"),
        (Point(1).norm, "method", "def norm(self)", "return abs(self.x)"),
        (functools.partial(double, 3), "function", "# partial, with 3\ndef double", "2 * x"),
        (pd.DataFrame.head, "function", "@final\ndef head(", ")"),
        (len, "built-in function", "def len(obj, /): ...\n    # Return the number", "."),
        (math.floor, "built-in function", "def floor(x, /): ...", ""),
        (str.upper, "built-in function", "def upper(self, /): ...", ""),
        (int, "class", "class int: ...", ""),
    ],
    ids=lambda part: getattr(part, "__name__", "")[:20],
)
def test_a_definition_is_its_source_or_its_signature(
    value: Any, kind: str, begins: str, ends: str
) -> None:
    shown = show("x", value, Form())

    assert (shown.kind, shown.fence) == (kind, "python")
    assert shown.text.startswith(begins)
    assert shown.text.rstrip().endswith(ends)
    assert "0x" not in shown.text
    assert show("x", value, Form("schema")).text.startswith(f"x ({kind}, ")


def test_a_long_source_is_cut_and_says_so() -> None:
    shown = show("x", pd.DataFrame, Form())

    assert len(shown.text) < 8100
    assert shown.text.startswith(
        '@set_module("pandas")\nclass DataFrame('
    ) or "class DataFrame(" in (shown.text)
    assert shown.facts == ("first 8,000 characters",)


def test_a_function_without_a_source_is_its_signature() -> None:
    names: dict[str, Any] = {}
    exec("def made(x, y=2):\n    'Made up.'", names)

    assert show("x", names["made"], Form()).text == "def made(x, y=2): ...\n    # Made up."


# --- in a kernel ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    with RunningKernel(cwd=tmp_path_factory.mktemp("definitions")) as kernel:
        kernel.run(
            "from nbchat.context.values import show\nfrom nbchat.context.forms import Form\n"
            "from dataclasses import dataclass"
        )
        yield kernel


def test_what_a_cell_has_defined_has_its_source(kernel: RunningKernel) -> None:
    kernel.run("@dataclass\nclass Point:\n    x: int\n\ndef f(x):\n    return x")
    kernel.run("@dataclass\nclass Point:\n    x: int\n    y: int")

    told = kernel.run("print(show('f', f, Form()).text)\nprint(show('P', Point, Form()).text)").text

    assert told == "def f(x):\n    return x\n@dataclass\nclass Point:\n    x: int\n    y: int\n"
