"""A prompt for each row: what of it is filled in, and what stays as typed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy
import pandas
import pytest

from nbchat.dataframes.template import Template, is_missing
from nbchat.errors import BadCall, NoQuestion

COLUMNS = ["text", "stars", "Customer Name", "0"]
LONG = "long " * 1_000


def filled(prompt: str, **cells: Any) -> str:
    template = Template.of(prompt, COLUMNS)
    return template.fill([cells[name] for name in template.columns]).text


@pytest.mark.parametrize(
    ("prompt", "made"),
    [
        ("Rate: {text}", "Rate: good"),
        ("{text}{text} {stars}", "goodgood 5"),
        ("{text} as {{text}} or {x.y} or {}", "good as {{text}} or {x.y} or {}"),
        ("{text}: `{text}` stays", "good: `{text}` stays"),
        ("{text}\n```\n{text}\n```", "good\n```\n{text}\n```"),
        ("{text} $x_{text}$", "good $x_{text}$"),
        ('{text} as {"a": 1}', 'good as {"a": 1}'),
        ("{text} as {text: string}", "good as {text: string}"),
        ("{text} as {text, stars}", "good as {text, stars}"),
    ],
)
def test_names_of_columns_are_filled_in_and_nothing_else(prompt: str, made: str) -> None:
    assert filled(prompt, text="good", stars=5) == made


def test_any_name_of_a_column_can_be_filled_in() -> None:
    template = Template.of("{Customer Name}, {0}", COLUMNS)

    assert template.fill(["Ada", 7]).text == "Ada, 7"


def test_what_is_put_in_is_not_looked_at_again() -> None:
    assert filled("{text} {stars}", text="{stars} {{", stars=5) == "{stars} {{ 5"


def test_a_text_stands_in_its_place_however_long_it_is() -> None:
    assert filled("Rate: {text}!", text=LONG) == f"Rate: {LONG}!"


def test_another_value_that_is_long_stands_below() -> None:
    made = filled("Rate {text}.", text=[*range(100)])

    assert made.startswith("Rate text.\n\n`text` (list, 100 items):\n```")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (3, "3"),
        (2.5, "2.5"),
        (True, "True"),
        (numpy.float64(0.5), "0.5"),
        (Decimal("1.20"), "1.20"),
        (pandas.Timestamp("2024-05-01"), "2024-05-01 00:00:00"),
        ("", ""),
    ],
    ids=str,
)
def test_plain_values_are_written_as_python_does(cell: object, text: str) -> None:
    assert filled("<{text}>", text=cell) == f"<{text}>"


def test_a_form_says_how_much_of_a_cell_goes_along() -> None:
    assert "item" not in filled("{text:2}", text="line 1\nline 2\nitem 3")


def test_a_cell_that_cannot_be_looked_at_is_told() -> None:
    class Hostile:
        def __repr__(self) -> str:
            raise LookupError("no")

    template = Template.of("{text}", COLUMNS)

    assert "LookupError" in template.fill([Hostile()]).refusal


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("Rate it", "names no column"),
        ("Rate `{text}`", "{text} stays as typed inside code"),
        ("Rate {txt}", "Did you mean {text}?"),
        ("{text} of {star}", "Did you mean {stars}?"),
        ("{text!r} and {stars}", "Did you mean {text}?"),
        ("{text.upper} and {stars}", "Did you mean {text}?"),
        ("{ text } and {stars}", "Did you mean {text}?"),
    ],
)
def test_a_prompt_that_was_hardly_meant_so_is_refused(prompt: str, words: str) -> None:
    with pytest.raises(BadCall) as caught:
        Template.of(prompt, COLUMNS)

    assert words in str(caught.value)


def test_no_prompt_is_refused() -> None:
    with pytest.raises(NoQuestion):
        Template.of(" \n", COLUMNS)


def test_a_name_of_two_columns_is_refused() -> None:
    with pytest.raises(BadCall, match="several columns"):
        Template.of("{text}", ["text", "text"])


def test_what_stays_as_typed_is_told() -> None:
    assert Template.of("{text} #{stars}", COLUMNS).remarks == [
        "{stars} stays as typed inside code, a formula or behind a sign."
    ]


def test_what_all_prompts_begin_with_is_known() -> None:
    assert Template.of("Rules: `x`. Rate {text} and {stars}", COLUMNS).shared == "Rules: `x`. Rate "


@pytest.mark.parametrize(
    ("cell", "is_so"),
    [
        (None, True),
        (float("nan"), True),
        (numpy.float32("nan"), True),
        (Decimal("NaN"), True),
        (pandas.NA, True),
        (pandas.NaT, True),
        (numpy.datetime64("NaT"), True),
        ("", False),
        (0, False),
        (False, False),
        ("nan", False),
        ([], False),
    ],
    ids=repr,
)
def test_a_missing_value_of_any_library_is_known(cell: object, is_so: bool) -> None:
    assert is_missing(cell) == is_so
