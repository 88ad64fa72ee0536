"""What came of an act is told as the result has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbchat.conversation.permits import NOBODY, STOPPED
from nbchat.engine.demo.acts import Act, Call
from nbchat.engine.demo.results import has_failed, has_not_run, told
from nbchat.tools.running import INTERRUPTED, NOT_RUN, REFUSED

TRACEBACK = """\
Traceback (most recent call last):
  Cell In[1], line 1
    1 / 0
ZeroDivisionError: division by zero"""


def act(result: str) -> Act:
    return Act(Call("run", {"code": "x"}), result)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("3.5", "`run` gave `3.5`."),
        ("", "`run` ran, and gave nothing."),
        ("a b\nc d", "`run` gave:\n\n```text\na b\nc d\n```"),
        ("`x` (list, 2 items):\n```python\n[1, 2]\n```", "`run` gave `[1, 2]`."),
        (TRACEBACK, "`run` failed: `ZeroDivisionError: division by zero`."),
        ("KeyError: 'x'", "`run` failed: `KeyError: 'x'`."),
        (f"{REFUSED}: not now", "`run` was refused: not now. It did not run."),
        (f"{REFUSED}: ", "`run` was refused. It did not run."),
        (
            f"{REFUSED}: not now\n\nThe plan was:\n\n1. x",
            "`run` was refused: not now. It did not run.",
        ),
        (STOPPED, "`run` did not run: stopped by the user."),
        (INTERRUPTED, "`run` was interrupted."),
        ("it returned nothing", "`run` ran, and gave nothing."),
        ("hello\n\nit returned:\n\n3", "`run` gave `3`."),
        ("DataFrame, 1 row × 1 column:\na\n1", "`run` gave:\n\n```text\na\n1\n```"),
        (
            "The user has edited this before it ran. What ran:\n\n    len(df)\n\n150",
            "You had edited it, to `len(df)`. `run` gave `150`.",
        ),
        (
            f"The user has edited this before it ran. What ran:\n\n    a\n    b\n\n{TRACEBACK}",
            "You had edited it, to `a …`. `run` failed: `ZeroDivisionError: division by zero`.",
        ),
    ],
)
def test_it_is_told_as_it_was(result: str, said: str) -> None:
    assert told(act(result)) == said


@pytest.mark.parametrize(
    "result",
    [
        "stand,cones\npark,1.5\nharbour,20\n# stand: str; cones: float64",
        "Series, 2 values:\nstand,cones\npark,1.5\nharbour,20\n# stand: str; cones: float64",
        "stand\npark        1.5\nharbour    20.0\nName: cones, dtype: float64",
    ],
    ids=["csv", "with a heading", "printed"],
)
def test_numbers_with_labels_are_compared(result: str) -> None:
    assert told(act(result)) == (
        "`run` gave 2 numbers: the largest is 20 for `harbour`, the smallest 1.5 for `park`."
    )


def test_a_table_of_several_numbers_is_quoted() -> None:
    table = "       warmth  cones\ncount   12.00   12.0\nmax     31.00  310.0"

    assert told(act(table)).startswith("`run` gave:\n\n```text\n")


@pytest.mark.parametrize("words", [REFUSED, NOT_RUN, INTERRUPTED, NOBODY, STOPPED])
def test_every_word_for_what_did_not_run_is_known(words: str) -> None:
    assert has_not_run(act(f"{words}: why"))


def test_an_error_that_is_only_spoken_of_is_none() -> None:
    assert not has_failed(act("ValueError: is a word\nof the answer 42"))


@given(st.text())
def test_anything_is_told(result: str) -> None:
    assert told(act(result))
