"""What an object says of itself, and what is no data and is not sent."""

from __future__ import annotations

import asyncio
import io
import itertools
import re
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pandas as pd
import polars as pl
import pytest
from IPython.display import HTML, Latex, Markdown

from nbchat.context.expand import expand
from nbchat.context.forms import Form
from nbchat.context.values import show

from .zoo import with_text

pytestmark = pytest.mark.field("V5")

FRAME = pd.DataFrame({"a": [1, 1, 2], "b": [1.0, 2.0, 3.0]})


class Plain:
    pass


class Held:
    def __init__(self) -> None:
        self.a = 1


async def _coroutine() -> None: ...


def _closed(made: Any) -> Any:
    made.close()
    return made


NOT_SENT: dict[str, tuple[Callable[[], Any], str]] = {
    "a DataFrameGroupBy": (lambda: FRAME.groupby("a"), "send x.describe(), say"),
    "a SeriesGroupBy": (lambda: FRAME.groupby("a").b, "send x.describe(), say"),
    "a Rolling": (lambda: FRAME.rolling(2), "send x.mean(), say"),
    "an ExponentialMovingWindow": (lambda: FRAME.ewm(1), "send x.mean(), say"),
    "a GroupBy": (lambda: pl.DataFrame({"a": [1]}).group_by("a"), "send x.len(), say"),
    "a generator": (lambda: (i for i in ()), "send list(x), say"),
    "a list_iterator": (lambda: iter([1]), "send list(x), say"),
    "a map": (lambda: map(str, []), "send list(x), say"),
    "a chain": (lambda: itertools.chain(), "send list(x), say"),
    "a coroutine": (lambda: _closed(_coroutine()), "send await x, say"),
    "a Cursor": (lambda: sqlite3.connect(":memory:").cursor(), "send x.fetchall(), say"),
    "a Connection": (lambda: sqlite3.connect(":memory:"), ""),
    "a lock": (threading.Lock, ""),
    "a RLock": (threading.RLock, ""),
    "a StringIO": (io.StringIO, "send x.getvalue(), say"),
    "a BytesIO": (io.BytesIO, "send x.getvalue(), say"),
    "a memoryview": (lambda: memoryview(b"abc"), "send bytes(x), say"),
    "a Styler": (lambda: FRAME.style, "send x.data, say"),
    "a StringMethods": (lambda: pd.Series(["a"]).str, ""),
    "a Plain": (Plain, ""),
    "a Held": (Held, "send vars(x), say"),
    "an object": (object, ""),
    "a HTML": (lambda: HTML("<b>bold</b>"), "send x.data, say"),
}


@pytest.mark.parametrize("kind", NOT_SENT)
def test_what_is_no_data_is_not_sent_and_people_are_told_what_to_send(kind: str) -> None:
    make, advice = NOT_SENT[kind]

    got = expand("What is {x}?", {"x": make()})

    assert (got.text, got.blocks) == ("What is x?", {})
    assert got.inserted == [f"x is {kind} and not sent" + (f"; {advice}" if advice else "")]


def test_nothing_is_taken_from_what_is_not_sent() -> None:
    numbers = (n for n in range(3))

    show("x", numbers, Form())
    show("x", [numbers], Form("all"))

    assert [*numbers] == [0, 1, 2]


def test_what_an_object_says_stands_in_the_sentence_without_its_address() -> None:
    found, mock = re.match("a", "abc"), MagicMock(name="db")

    assert show("x", found, Form()).text == "<re.Match object; span=(0, 1), match='a'>"
    assert show("x", mock, Form()).text == show("x", MagicMock(name="db"), Form()).text
    assert show("x", re.compile("a+"), Form()).text == "re.compile('a+')"
    with Path(__file__).open() as file:
        assert "0x" not in show("x", file, Form()).text
    assert "0x" not in show("x", asyncio.Lock(), Form()).text


class Long:
    def __repr__(self) -> str:
        return "word " * 2000


def test_a_long_text_is_cut_in_its_middle_and_says_so() -> None:
    shown = show("x", Long(), Form())

    assert len(shown.text) <= 2000
    assert shown.facts == ("2,000 of 9,999 characters",)
    assert show("x", Long(), Form("all")).text == ("word " * 2000).strip()


def test_a_text_of_many_megabytes_is_looked_at_by_its_ends_alone() -> None:
    huge = with_text(lambda: f"{object()!r} " * 400_000 + "the end")

    shown = show("x", huge, Form())

    assert len(shown.text) <= 2000
    assert shown.text.startswith("<object object> <object")
    assert shown.text.endswith("the end")
    assert "0x" not in shown.text
    assert show("x", [huge], Form()).text == "[<Odd>]"


def test_markdown_and_formulas_are_what_their_class_writes() -> None:
    written, formula = show("x", Markdown("# Title"), Form()), show("x", Latex("$x$"), Form())

    assert (written.text, written.fence, written.kind) == ("# Title", "markdown", "Markdown")
    assert (formula.text, formula.fence) == ("$x$", "latex")
