"""The demo acts: it looks, asks to run a line that fits, and reads what came of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from nbchat.engine.demo.acting import NO_TOOLS
from nbchat.engine.demo.repairs import ASKED
from nbchat.engine.demo.script import INTRODUCTION, reply
from nbchat.tools.consent import ConsentQuestion, Decision

from .acted import SALES, Person, act, called, last_words, results, tools_of

QUESTION = "Show me what you can do with df"
MEANS = "df.groupby('stand')['cones'].mean().round(2)"


async def test_it_looks_asks_to_run_a_line_that_fits_and_tells_what_came() -> None:
    person = Person()

    answer = await act(QUESTION, tools_of({"df": SALES}), person)

    assert called(answer) == [("look", {"name": "df"}), ("run", {"code": MEANS})]
    assert person.asked == [MEANS]
    assert "a DataFrame, 150 rows × 3 columns: `stand`, `cones`, `day`" in answer.text
    assert last_words(answer) == (
        "`run` gave 3 numbers: the largest is 75.5 for `station`, the smallest 73.5 for `park`."
    )
    assert answer.stop.reason == "end"
    assert answer.usage.output


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (SALES[["cones"]], "df.describe().round(2)"),
        (SALES[["stand"]], "df.describe()"),
        (SALES.set_index("day")[["cones"]], "df.describe().round(2)"),
        (pl.DataFrame({"a": ["x", "y"] * 9, "b": [1, 2] * 9}), "df.group_by('a').mean()"),
        (pl.DataFrame({"b": [1, 2]}), "df.describe()"),
        (pd.Series(range(500)), "df.describe()"),
        (pl.Series("b", [1, 2]), "df.describe()"),
        (np.arange(1000.0), "df.mean()"),
        ([1, 2, 4.5], "sum(df) / len(df)"),
        ({"a": 1}, "len(df)"),
        (["a", "b"], "len(df)"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
async def test_the_line_fits_what_it_saw_and_runs(value: Any, code: str) -> None:
    answer = await act(QUESTION, tools_of({"df": value}), Person())

    assert called(answer) == [("look", {"name": "df"}), ("run", {"code": code})]
    assert "failed" not in last_words(answer)
    assert "`index" not in answer.text


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Plot df", "df.groupby('stand')['cones'].mean().plot.bar()"),
        ("Can you draw a chart of df?", "df.groupby('stand')['cones'].mean().plot.bar()"),
        ("What can you do with df, by cold?", "df.groupby('cold')['cones'].mean().round(2)"),
        ("What can you do with df, by warmth?", "df.groupby('stand')['warmth'].mean().round(2)"),
    ],
)
async def test_the_line_fits_what_was_asked(question: str, code: str) -> None:
    df = SALES.assign(warmth=1.5, cold=[True, False] * 75)[["stand", "cold", "warmth", "cones"]]

    answer = await act(question, tools_of({"df": df}), approve=lambda _: "not now")

    assert called(answer)[-1] == ("run", {"code": code})


async def test_a_name_that_is_none_makes_it_look_at_all_there_is() -> None:
    answer = await act("What can you do with my sales of cones?", tools_of({"sales": SALES}))

    assert [(name, *given.values()) for name, given in called(answer)[:3]] == [
        ("look", "cones"),
        ("look",),
        ("look", "sales"),
    ]
    assert called(answer)[3][1]["code"].startswith("sales.groupby('stand')")


async def test_a_refusal_is_told_with_its_reason() -> None:
    answer = await act(QUESTION, tools_of({"df": SALES}), approve=lambda _: "the park is mine")

    assert last_words(answer) == "`run` was refused: the park is mine. It did not run."


async def test_where_nobody_can_be_asked_it_says_so() -> None:
    answer = await act(QUESTION, tools_of({"df": SALES}))

    assert "nobody can be asked here" in last_words(answer)
    assert last_words(answer).endswith("It did not run.")


async def test_code_that_was_edited_is_told_as_such() -> None:
    def edit(question: ConsentQuestion) -> Decision:
        return Decision(True, arguments={"code": "len(df)"})

    answer = await act(QUESTION, tools_of({"df": SALES}), Person(edit))

    assert "edited" in last_words(answer)
    assert "150" in last_words(answer)
    assert called(answer)[-1] == ("run", {"code": MEANS})


async def test_an_error_is_told_by_its_last_line() -> None:
    def edit(question: ConsentQuestion) -> Decision:
        return Decision(True, arguments={"code": "df['cone']"})

    answer = await act(QUESTION, tools_of({"df": SALES}), Person(edit))

    assert "`run` failed: `KeyError: 'cone'`." in last_words(answer)


async def test_without_run_it_says_what_it_would_take() -> None:
    answer = await act(QUESTION, tools_of({"df": SALES})[:1])

    assert [name for name, _ in called(answer)] == ["look"]
    assert last_words(answer).endswith(
        "With `run` among my tools I would ask to run a line with it."
    )


async def test_without_look_it_runs_the_name_first() -> None:
    answer = await act(QUESTION, tools_of({"df": [1, 2, 3]})[1:], Person())

    assert [given["code"] for _, given in called(answer)] == ["df", "type(df)"]
    assert last_words(answer) == "`run` gave `<class 'list'>`."


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Run `df.shape`, please.", "df.shape"),
        ("Please run this:\n```python\nlen(\n  df\n)\n```", "len(\n  df\n)"),
    ],
)
async def test_code_of_the_question_is_what_it_asks_to_run(question: str, code: str) -> None:
    person = Person()

    await act(question, tools_of({"df": SALES}), person)

    assert person.asked == [code]


async def test_repaired_code_is_run_and_told_with_what_came_of_it() -> None:
    question = (
        f"{ASKED}\n\nThis cell [3] of the notebook failed with NameError:\n```python\nlen(totl)\n"
        "```\n- `totl` is not defined. Did you mean `total`?\n\nRun the repaired code."
    )
    person = Person()

    answer = await act(question, tools_of({"total": [1, 2]}), person)

    assert person.asked == ["len(total)"]
    assert answer.text.startswith("`totl` is not defined; I put `total` in its place.")
    assert last_words(answer) == "`run` gave `2`.\n\n```python\nlen(total)\n```"


async def test_functions_are_called_with_what_the_question_gives() -> None:
    seen = []

    def mean_price(fruit: str, weights: list[float], currency: str = "EUR") -> float:
        """The mean price."""
        seen.append((fruit, weights, currency))
        return 3.5

    answer = await act("What is mean_price of apples, with 2 and 3.5?", [mean_price])

    assert seen == [("apples", [2, 3.5], "EUR")]
    assert last_words(answer) == "`mean_price` gave `3.5`."


async def test_two_functions_are_asked_for_at_once() -> None:
    def first(n: int) -> int:
        """One more."""
        return n + 1

    def second(n: int) -> int:
        """Twice."""
        return n * 2

    answer = await act("Use first and second with 20.", [first, second])

    assert answer.text == "`first` gave `21`.\n\n`second` gave `40`."
    assert len(answer.rounds) == 2


async def test_what_a_function_raises_is_told() -> None:
    def fails() -> None:
        raise ValueError("no cones left")

    answer = await act("Please use fails.", [fails])

    assert last_words(answer) == "`fails` failed: `ValueError: no cones left`."


async def test_what_is_no_question_for_tools_is_answered_as_without() -> None:
    for question in ("Hello", "Show me a heading", "How do I set a key?"):
        answer = await act(question, tools_of({"df": SALES}))

        assert answer.tool_calls == []
        assert answer.text == reply([question])


@pytest.mark.parametrize("question", [QUESTION, "Run the tests", "Could you plot this?"])
async def test_without_tools_it_says_how_to_give_it_some(question: str) -> None:
    assert (await act(question, [])).text == f"{INTRODUCTION}\n\n{NO_TOOLS}"


async def test_a_tool_that_must_be_called_is_called_once() -> None:
    def add(a: int, b: int) -> int:
        """Add."""
        return a + b

    answer = await act("Hello", [add], tool_choice="add")

    assert [name for name, _ in called(answer)] == ["add"]
    assert results(answer) == ["2"]
    assert last_words(answer) == "`add` gave `2`."


async def test_no_tool_is_called_where_none_may_be() -> None:
    assert (await act(QUESTION, tools_of({"df": SALES}), tool_choice="none")).tool_calls == []
