"""Asked for the next cell, the demo proposes a look at what the notebook has and has not seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbchat import runtime
from nbchat.engine.demo.next_cell import ASKED, NOTHING
from nbchat.engine.demo.script import reply
from nbchat.frontends.jupyterlab.proposals import proposal_question, proposed_code

from ...context.paper_notebook import PaperNotebook

DF = pd.DataFrame({"stand": ["park", "harbour"], "cones": [3, 4]})


def proposed(*cells: str, **variables: Any) -> str:
    """The code that is shown to a person, of what the extension has the demo asked."""
    notebook = PaperNotebook()
    notebook.variables |= variables
    for cell in cells:
        notebook.run(cell)
    opened = runtime.current()
    question = proposal_question(notebook, opened, opened.settings())
    assert ASKED in str(question.content)
    return proposed_code(reply([str(question.content)]))[0]


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"df": DF, "n": 3}, "df.head()"),
        ({"early": DF, "late": DF}, "late.head()"),
        ({"cones": DF["cones"], "numbers": [1, 2]}, "cones.head()"),
        ({"values": np.ones((3, 2))}, "values.mean()"),
        ({"numbers": [1, 2.5]}, ""),
        ({"numbers": [1, 2]}, "sum(numbers) / len(numbers)"),
        ({"name": "Rome", "n": 3}, ""),
    ],
)
def test_it_looks_at_a_table_or_at_numbers(variables: dict[str, Any], code: str) -> None:
    notebook = PaperNotebook()
    notebook.variables |= variables

    assert proposed(**variables) == code
    assert not notebook.run(code).failed


def test_it_repeats_no_cell_and_says_when_it_knows_no_more() -> None:
    assert proposed("df.head()", df=DF) == "df.describe()"
    assert proposed("df.head()\ndf.describe()", df=DF, numbers=[1]) == "sum(numbers) / len(numbers)"
    assert proposed("df.head()", "df.describe()", df=DF) == ""
    assert reply([f"{ASKED}."]) == NOTHING


def test_a_question_of_a_person_is_none_for_a_cell() -> None:
    assert "```python" not in reply(["- `df`: DataFrame, 2 × 2\n\nWhat is the next cell?"])
