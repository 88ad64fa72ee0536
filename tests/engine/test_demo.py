"""What the demo says: shows, answers about nbchat that are true, and a count that is right."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbchat.context.question import compose
from nbchat.engine.demo.script import (
    DATA,
    HISTORY,
    INTRODUCTION,
    KEYS,
    MODELS,
    PANEL,
    TOPICS,
    reply,
)
from nbchat.engine.demo.service import Demo
from nbchat.frontends.notebook.arguments import parse_arguments
from nbchat.frontends.notebook.commands.table import commands
from nbchat.settings import Settings

from ..context.paper_notebook import PaperNotebook


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How do I set a key?", KEYS),
        ("Which models are there?", MODELS),
        ("How do I ask about my data?", DATA),
        ("Is there a panel?", PANEL),
        ("Can I undo that?", HISTORY),
        ("Hello", INTRODUCTION),
        ("A monkey, a modelled datum", INTRODUCTION),
    ],
)
def test_a_question_about_nbchat_is_answered(question: str, answer: str) -> None:
    assert reply([question]) == answer


def test_what_it_says_about_nbchat_is_so() -> None:
    said = "\n".join([INTRODUCTION, *(answer for _, answer in TOPICS)])

    for command in re.findall(r"`%chat (\w+)", said):
        assert command in commands()
    for line in re.findall(r"`%%chat( [^`]*)?`", said):
        if model := parse_arguments(line).model:
            assert Settings.load().catalog.find(model).model.status in ("current", "unlisted")


def test_a_table_is_counted_right() -> None:
    df = pd.DataFrame(
        {
            "species": list("abcd"),
            "flipper": [190, 196, 217, 181],
            "mass": [3701.0, 3733, None, 5076],
        }
    )

    said = reply([f"Which column varies most?\n{df.to_csv()}… (4 of 1,000 rows)\n"])

    assert said.startswith("A table of 4 rows and 3 columns.")
    assert re.findall(r"^\| (\w+) \| (.*) \|$", said, re.M)[1:] == [
        ("flipper", f"181 | {df['flipper'].mean():.3g} | 217 | {df['flipper'].std():.3g}"),
        ("mass", f"3,701 | {df['mass'].mean():,.0f} | 5,076 | {df['mass'].std():.3g}"),
    ]
    assert (
        f"**{(df.std(numeric_only=True) / df.mean(numeric_only=True)).idxmax()}** varies most"
        in said
    )


SALES = pd.DataFrame(
    {
        "day": pd.date_range("2026-05-01", periods=150),
        "stand": ["park", "harbour", "station"] * 50,
        "cones": range(150),
    }
)


def takings(cones: int) -> float:
    return cones * 2.5


def notebook(**variables: object) -> PaperNotebook:
    made = PaperNotebook()
    made.variables |= variables
    return made


def sent(typed: str, **variables: object) -> str:
    """What the demo answers to a question in a notebook with these variables."""
    content = compose(typed, notebook(**variables)).content
    return reply([content if isinstance(content, str) else "".join(map(str, content))])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Why? {sales}", "You sent `sales`, a DataFrame of 150 rows × 3 columns:\n"),
        ("Why? {sales}", "\n| `cones` | `int64, 0 … 149` |\n\nI also saw its first 5 rows."),
        ("A table? {sales:schema}", "\n| `stand` | `str` |\n| `cones` | `int64` |\n\nI saw none"),
        ("And? {sales:20}", "with `day`, `stand` and `cones`, of which I saw the first 20. I am"),
        ("And? {sales:all}", "with `day`, `stand` and `cones`. I am a script"),
        ("And? {sales:all}", "\n| cones | 0 | 74.5 | 149 | 43.4 |\n"),
        ("Is {takings} right?", "You sent `takings` (function of 2 lines). I am a script"),
    ],
)
def test_it_says_what_it_was_sent(typed: str, said: str) -> None:
    assert said in sent(typed, sales=SALES, takings=takings)


def test_a_long_text_below_a_question_does_not_hide_the_question() -> None:
    report = "All was well.\n" * 40

    assert sent("Show me a heading. {report}", report=report).startswith("Headings and lists")
    assert sent("What is this? {report}", report=report).startswith("You sent `report` (str")


def test_what_was_asked_is_told_without_what_went_along() -> None:
    question = compose("Why? {sales}", notebook(sales=SALES)).content

    said = reply(["".join(map(str, question)), "What did I just ask?"])

    assert said == 'Just before this you asked: "Why? sales"'


def test_a_value_that_did_not_go_out_again_is_named() -> None:
    said = reply(["Hi", "And now?\n\n`sales`: as shown above."])

    assert said.startswith("`sales` has not changed since you sent it.")


@pytest.mark.parametrize(
    "text",
    [
        "`x` (DataFrame, 1,,1 rows × ,,, columns):\n```csv\na\n```",
        "`x` (DataFrame, 1 row × 9 columns):\n```csv\n" + "a" * 200_000,
        "`x` (Series, 1 value):\n```",
        "Cells above, as they ran (x):\n\nIn[1]:\n```python\n```\nIn[1] showed:",
        "This cell of the notebook failed with KeyError:",
    ],
)
def test_what_only_looks_like_something_sent_is_answered(text: str) -> None:
    assert reply([f"Hi\n\n{text}", text])


@pytest.mark.parametrize(
    "text",
    ["Hi, you,\nI am, well,\nso, so,", "a,b\nx,nan\ny,inf\nz,1e400", "a,b\n1,2", '\x00,\n"a,\n,'],
)
def test_what_is_no_table_of_numbers_is_not_counted(text: str) -> None:
    assert not reply([text]).startswith("A table of")


@given(
    st.one_of(
        st.text(),
        st.lists(st.lists(st.one_of(st.floats().map(str), st.text(max_size=3)), min_size=2)).map(
            lambda rows: "\n".join(map(",".join, rows))
        ),
    )
)
def test_anything_is_answered(question: str) -> None:
    assert reply([question, question])


async def test_members_of_ones_own_cost_no_failure() -> None:
    """`extra=` puts them into the body as they are."""
    question = {"messages": [{"role": "user", "content": "Hi"}]}
    for member in ("messages", "max_tokens", "response_format", "thinking"):
        for value in (None, [], {}, "x", [1], [{}], {"a": 1}, -1):
            body = json.dumps({**question, member: value}).encode()
            pieces = [piece async for piece in Demo(pace=0)(body)]

            assert b'"finish_reason": "stop"' in b"".join(pieces), (member, value)
            assert pieces[-1] == b"data: [DONE]\n\n"
