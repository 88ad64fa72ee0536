"""Arrays: small ones whole, of others the range and the ends, and it says which."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from nbchat.context.forms import Form
from nbchat.context.shown import Shown, block
from nbchat.context.values import show


def shown(value: object, form: Form | None = None) -> Shown:
    got = show("a", value, form or Form())
    assert got.refusal == ""
    return got


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.arange(3), "[0, 1, 2]"),
        (np.array([[1.5, np.nan], [np.inf, -2]]), "[[1.5, nan],\n [inf, -2.0]]"),
        (np.float32([0.1, 0.2]), "[0.1, 0.2]"),
        (np.array(5), "5"),
        (np.array([]), "[]"),
        (np.zeros((0, 3)), "[]"),
        (np.array(["a", "b"]), "['a', 'b']"),
        (np.array(["2020-01-01", "NaT"], dtype="M8[D]"), "['2020-01-01', 'NaT']"),
        (np.array([(1, "x")], dtype=[("n", "i8"), ("s", "U1")]), "[(1, 'x')]"),
        (np.ma.masked_equal([1, 2, 3], 2), "[1, None, 3]"),
        (np.array([None, [1], "x"], dtype=object), "[None, [1], 'x']"),
    ],
)
def test_a_small_one_goes_whole(value: Any, text: str) -> None:
    got = shown(value)

    assert (got.text, got.fence) == (text, "python")
    assert got.kind == f"{type(value).__name__}, shape {value.shape}, {value.dtype}"


@pytest.mark.field("V4")
def test_of_a_larger_one_it_says_what_is_sent() -> None:
    got = shown(np.arange(5000))

    assert got.kind == "ndarray, shape (5000,), int64"
    assert got.facts == ("5,000", "brief")
    assert got.text.splitlines() == [
        "0 … 4999, mean 2499.5",
        "first items: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]",
        "last items: [4990, 4991, 4992, 4993, 4994, 4995, 4996, 4997, 4998, 4999]",
    ]


def test_of_a_very_large_one_a_sample_is_looked_at() -> None:
    huge = np.broadcast_to(np.float64(1.5), (10**6, 10**6))

    assert "always 1.5, mean 1.5, of 10,000 sampled items" in shown(huge).text


def test_what_is_missing_is_counted() -> None:
    items = np.where(np.arange(6000) % 3, np.arange(6000), np.nan)

    assert shown(items).text.startswith("2,000 missing, 1.0 … 5999.0, mean 3000")
    assert shown(np.ma.masked_less(np.arange(6000), 1000)).text.startswith(
        "1,000 missing, 1000 … 5999, mean 3499.5\nfirst items: [None, None, "
    )


def test_the_fields_of_a_structured_one_are_told() -> None:
    rows = np.zeros(5000, dtype=[("n", "i8"), ("s", "U5"), ("at", "M8[s]")])

    assert shown(rows).text.startswith(
        "'n': int64, always 0\n's': <U5, always ''\n'at': datetime64[s], always 1970-01-01\n"
    )


def test_as_much_as_asked_for() -> None:
    square = np.arange(10_000).reshape(100, 100)

    assert shown(square, Form("rows", 2)).text.endswith(
        "# the first 2 of 100 items of the first axis"
    )
    assert shown(square, Form("rows", 2)).facts == ("100 × 100", "first 2 items")
    assert len(shown(np.arange(8_000), Form("all")).text) == len(str([*range(8_000)]))
    assert shown(np.arange(10**6), Form("all")).facts == ("1,000,000", "first 7,812 items")
    assert shown(square, Form("schema")).text == "shape: (100, 100)\ndtype: int64"


@pytest.mark.parametrize(
    "value",
    [
        np.array(["x" * 100_000] * 30),
        np.array(["x" * 1_000_000] * 30, dtype=object),
        np.array([object()] * 3000),
        np.zeros(3, dtype=[(f"field_{i}", "f8") for i in range(3000)]),
        np.zeros(3000, dtype="V8"),
        np.zeros((3, 0, 3)),
        np.zeros(3000, dtype=complex),
        np.zeros((1,) * 32),
        np.ma.masked_all(3000),
        np.array([b"\xff"] * 3000),
        np.full(3000, np.nan),
        np.zeros(3000, bool),
    ],
)
def test_none_is_long(value: Any) -> None:
    got = shown(value)

    assert 0 < len(block("a", got)) <= 3000
    assert "0x" not in got.text


def test_an_instance_does_not_answer_for_its_class() -> None:
    class Own(np.ndarray):
        pass

    value = np.arange(3).view(Own)
    value.__dict__.update(tolist=lambda: ["no"], shape=(9,), reshape=None)

    assert shown(value).text == "[0, 1, 2]"


# --- of other libraries --------------------------------------------------------------------------


class Tensor:
    """As much of one as is asked for: none of those libraries is a dependency."""

    shape = property(lambda self: (2, 3))
    dtype = property(lambda self: "torch.float32")
    device = property(lambda self: "cuda:0")

    def cpu(self) -> None:
        raise AssertionError("it stays where it is")

    __array__ = __len__ = __str__ = __repr__ = cpu  # type: ignore[assignment]


class spmatrix:  # noqa: N801 - its name there
    shape = property(lambda self: (1000, 1000))
    dtype = property(lambda self: np.dtype("float64"))
    nnz = property(lambda self: 3)


@pytest.mark.parametrize(
    ("library", "kind", "text"),
    [
        ("torch", Tensor, "shape: (2, 3)\ndtype: torch.float32\ndevice: cuda:0"),
        ("scipy.sparse", spmatrix, "shape: (1000, 1000)\ndtype: float64\nnnz: 3"),
    ],
)
def test_a_tensor_goes_by_its_form(
    monkeypatch: pytest.MonkeyPatch, library: str, kind: type, text: str
) -> None:
    module = ModuleType(library)
    vars(module)[kind.__name__] = kind
    monkeypatch.setitem(sys.modules, library, module)

    got = shown(kind())

    assert got.text == text
    assert got.facts[1] == "schema"


def test_of_a_table_of_numbers_whole_rows_are_shown_with_readable_numbers() -> None:
    array = np.arange(4_000).reshape(1_000, 4) / 3

    text = show("x", array, Form()).text

    assert "first rows:\n[[0.0, 0.333333, 0.666667, 1.0],\n [1.33333, " in text
    assert text.endswith("[1332.0, 1332.33, 1332.67, 1333.0]]")
