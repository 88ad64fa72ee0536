"""Numbers, texts and dates in a question."""

from __future__ import annotations

import datetime
import enum
import uuid
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbchat.context.expand import expand
from nbchat.context.forms import Form
from nbchat.context.values import show


class Colour(enum.Enum):
    RED = 1


SHORT: dict[str, Any] = {
    **{"2": 2, "2.5": 2.5, "True": True, "None": None, "(1+2j)": 1 + 2j, "1.20": Decimal("1.20")},
    **{"1/3": Fraction(1, 3), "2024-05-01": datetime.date(2024, 5, 1), "Colour.RED": Colour.RED},
    **{"0.5": np.float64(0.5), "2024-05-01 00:00:00": pd.Timestamp("2024-05-01")},
    **{"a short text": "a short text", "a/b.csv": PurePosixPath("a/b.csv"), "": ""},
    "00000000-0000-0000-0000-000000000007": uuid.UUID(int=7),
}


@pytest.mark.parametrize("text", SHORT)
def test_a_short_value_stands_in_the_sentence(text: str) -> None:
    got = expand("Sum {x}.", {"x": SHORT[text]})

    assert got.text == f"Sum {text}."
    assert got.blocks == {}


@pytest.mark.parametrize("text", SHORT)
def test_under_schema_it_is_its_kind(text: str) -> None:
    shown = show("x", SHORT[text], Form(), "schema")

    assert shown.text == f"x ({shown.kind})"
    assert not text or text not in shown.text.replace("NoneType", "")


def test_a_text_of_several_lines_stands_below() -> None:
    got = expand("Why {log}?", {"log": "first\nsecond\n"})

    assert got.text == "Why log?"
    assert got.blocks == {"log": "`log` (str, 13 characters):\n```\nfirst\nsecond\n```"}


def test_a_long_text_is_cut_and_says_so() -> None:
    shown = show("log", "x" * 60_000, Form())

    assert shown.kind == "str, 60,000 characters"
    assert shown.facts == ("first 50,000 characters",)
    assert shown.text.endswith("x… (cut after 50,000 of 60,000 characters)")


def test_the_first_lines_of_a_text_can_be_asked_for() -> None:
    shown = show("log", "".join(f"{n}\n" for n in range(100)), Form("rows", 2))

    assert (shown.text, shown.facts) == ("0\n1\n", ("first 2 of 100 lines",))


def test_bytes_are_written_as_python_writes_them() -> None:
    shown = show("data", b"\x00" * 700, Form())

    assert shown.kind == "bytes, 700 bytes"
    assert shown.text == f"{bytes(500)!r}… (500 of 700 bytes)"
    assert show("data", bytearray(b"ab"), Form()).text == "b'ab'"


def test_a_number_that_python_does_not_write_is_refused() -> None:
    shown = show("n", 10**5000, Form())

    assert shown.refusal.startswith("n is not sent: its str raises ValueError: Exceeds the limit")
