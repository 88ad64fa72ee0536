"""What the demo says of a cell that failed."""

from __future__ import annotations

import pytest

from nbchat.engine.demo.repairs import ASKED, EXPLAINED, repair

UNKNOWN = "This cell [3] of the notebook failed with ZeroDivisionError:\n```python\n1 / 0\n```\n"


@pytest.mark.parametrize(
    ("asked", "verb", "again"), [(ASKED, "mend", "fix"), (EXPLAINED, "explain", "explain")]
)
def test_of_a_fault_it_does_not_know_it_names_the_command_that_was_given(
    asked: str, verb: str, again: str
) -> None:
    said = repair(f"{asked}\n\n{UNKNOWN}")

    assert said.count("I am a script") == 1
    assert f"I am a script and {verb} only simple faults" in said
    assert said.endswith(f"then `%chat {again}` again.")


def test_a_fault_that_it_knows_is_explained_without_a_repair() -> None:
    cell = UNKNOWN.replace("ZeroDivisionError", "NameError").replace("1 / 0", "print(totl)")
    said = repair(f"{EXPLAINED}\n\n{cell}- `totl` is not defined. Did you mean `total`?")

    assert said == (
        "The cell failed with **NameError**. `totl` is not defined; I would put `total` in its "
        "place. I am a script, and know no more."
    )
