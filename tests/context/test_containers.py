"""Lists, dicts and objects with fields, as Python text of a bounded length."""

from __future__ import annotations

import threading
from array import array
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pydantic
import pytest

from nbchat.context.forms import Form
from nbchat.context.values import show

from .zoo import with_text

Pair = namedtuple("Pair", "a b")


@dataclass
class Point:
    x: int
    y: object
    password: str = field(default="hidden", repr=False)


class Model(pydantic.BaseModel):
    name: str
    token: pydantic.SecretStr


class Plain:
    def method(self) -> None: ...


WRITTEN: list[tuple[Any, str, str]] = [
    ([1, "a", None], "list, 3 items", "[1, 'a', None]"),
    ([], "list, 0 items", "[]"),
    ((1,), "tuple, 1 item", "(1,)"),
    pytest.param({"b", "a"}, "set, 2 items", "{'a', 'b'}", id="a set, in order"),
    (set(), "set, 0 items", "set()"),
    (frozenset([1]), "frozenset, 1 item", "frozenset([1])"),
    ({"a": {"b": [1.5]}}, "dict, 1 item", "{'a': {'b': [1.5]}}"),
    (OrderedDict(a=1), "OrderedDict, 1 item", "OrderedDict({'a': 1})"),
    (defaultdict(list, a=[1]), "defaultdict, 1 item", "defaultdict({'a': [1]})"),
    (Counter("aab"), "Counter, 2 items", "Counter({'a': 2, 'b': 1})"),
    (deque([1]), "deque, 1 item", "deque([1])"),
    (array("d", [1.5]), "array, 1 item", "array('d', [1.5])"),
    ({"a": 1}.keys(), "dict_keys, 1 item", "dict_keys(['a'])"),
    (Pair(1, "x"), "Pair, 2 fields", "Pair(a=1, b='x')"),
    (Point(1, Point(2, 3)), "Point, 2 fields", "Point(x=1, y=Point(x=2, y=3))"),
    (SimpleNamespace(a=1), "SimpleNamespace, 1 field", "SimpleNamespace(a=1)"),
    (
        Model(name="Ada", token="s3cret"),  # type: ignore[arg-type]
        "Model, 2 fields",
        "Model(name='Ada', token=SecretStr('**********'))",
    ),
]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    WRITTEN,
    ids=lambda part: part if isinstance(part, str) else type(part).__name__,
)
def test_a_container_is_written_as_python_has_it(value: Any, kind: str, text: str) -> None:
    shown = show("x", value, Form())

    assert (shown.kind, shown.text, shown.fence) == (kind, text, "python")
    assert not shown.is_inline
    assert show("x", value, Form(), "schema").text == f"x ({kind})"


LARGE: dict[str, Any] = {
    "numbers": [*range(100_000)],
    "texts": [f"some words of number {n}" for n in range(5000)],
    "one long text": ["x" * 100_000],
    "records": [{"name": f"n{n}", "tags": ["a", "b"], "at": {"x": n}} for n in range(500)],
    "long lists": {f"k{n}": [*range(1000)] for n in range(12)},
    "many keys": {f"key number {n}": n for n in range(10_000)},
    "deep": (lambda make: make(make, 60))(lambda make, n: [n, make(make, n - 1)] if n else []),
    "wide and deep": [[[[n] * 9] * 9] * 9 for n in range(9)],
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_one_is_bounded_and_says_how_much_is_shown(name: str) -> None:
    value = LARGE[name]

    shown = show("x", value, Form())

    assert len(shown.text) <= 2200
    assert shown.text.count("[") == shown.text.count("]")
    assert shown.text.count("{") == shown.text.count("}")
    if shown.text.endswith(f" of {len(value):,} items)\n]"):
        count = int(shown.text.rpartition("… (")[2].split()[0].replace(",", ""))
        assert shown.facts == (f"{len(value):,} items", f"first {count:,}")
    assert len(show("x", value, Form("all")).text) <= 52_000


def test_all_of_it_and_the_first_items_can_be_asked_for() -> None:
    numbers = [*range(3000)]

    assert "2998, 2999" in " ".join(show("x", numbers, Form("all")).text.split())
    assert show("x", numbers, Form("rows", 2)).text == "[0, 1, … (2 of 3,000 items)]"


def test_one_that_holds_itself_ends() -> None:
    cycle: list[Any] = [1]
    cycle.append({"me": cycle})

    assert show("x", cycle, Form()).text == "[1, {'me': […]}]"


@pytest.mark.field("V5")
def test_what_is_inside_is_told_without_addresses() -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    held = {
        "frame": frame,
        "array": np.zeros((3, 4)),
        "number": np.int64(7),
        "call": partial(print, Plain(), frame),
        "lambda": lambda: 1,
        "method": Plain().method,
        "plain": Plain(),
        "lock": threading.Lock(),
        "class": Plain,
        "generator": (i for i in ()),
        "error": ValueError("no"),
    }

    text = " ".join(show("x", held, Form()).text.split())

    assert "0x" not in text
    for words in (
        "'frame': <DataFrame 2 × 1>",
        "'array': <ndarray 3 × 4>",
        "'number': 7",
        "'plain': <Plain>",
        "'error': ValueError('no')",
    ):
        assert words in text
    assert show("x", held, Form()) == show("x", dict(held), Form())


@pytest.mark.field("V3")
def test_one_item_that_fails_does_not_take_the_others_with_it() -> None:
    class Fails:
        def __repr__(self) -> str:
            raise SystemExit

    assert show("x", [1, Fails()], Form()).text == "[1, <Fails, whose repr raises SystemExit>]"


def test_one_that_has_a_text_of_its_own_is_that() -> None:
    class Own(dict[str, int]):
        def __repr__(self) -> str:
            return "its own"

    assert show("x", Own(a=1), Form()).text == "its own"
    assert show("x", with_text(lambda: "text"), Form()).text == "text"
