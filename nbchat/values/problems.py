"""What is wrong with a value, and where: a path such as `people[2].age`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from nbchat.wording import shorten, written_out

if TYPE_CHECKING:
    from pydantic import ValidationError

Steps: TypeAlias = tuple[str | int, ...]  # names of members and places in lists, from the outside

MOST_KEPT = 1000  # problems of one value; who has so many has said enough
MOST_SHOWN = 3  # problems that a sentence tells
LONGEST_NAME = 40  # characters of a member's name
LONGEST_MESSAGE = 200  # characters
_PLAIN_NAME = re.compile(r"[^\W\d][\w-]*")


@dataclass(slots=True, frozen=True)
class Problem:
    """What is wrong at one place of a value."""

    path: str  # such as `people[2].age`; empty for the whole
    message: str
    input: Any = None

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message

    def inside(self, at: int) -> Problem:
        """The same problem, of the row at that place of a list."""
        dot = "." if self.path and not self.path.startswith("[") else ""
        return replace(self, path=f"[{at}]{dot}{self.path}")


class InvalidValue(Exception):
    """A text is no such value. `is_json` says whether it has any whole JSON at all.

    With `is_of_check` it is not known whether it is one: the check itself has failed, and would
    fail with any other answer.
    """

    def __init__(
        self, problems: Sequence[Problem], *, is_json: bool = True, is_of_check: bool = False
    ) -> None:
        super().__init__(problems)
        self.problems = list(problems)
        self.is_json = is_json
        self.is_of_check = is_of_check

    def __str__(self) -> str:
        told = "; ".join(map(str, self.problems[:MOST_SHOWN]))
        more = len(self.problems) - MOST_SHOWN
        return told + f"; and {more:,} more" if more > 0 else told


def path_text(steps: Iterable[str | int]) -> str:
    """
    >>> path_text(["people", 2, "age"]), path_text([0, "first name"])
    ('people[2].age', '[0]["first name"]')
    """
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif len(step) <= LONGEST_NAME and _PLAIN_NAME.fullmatch(step):
            text += f".{step}" if text else step
        else:
            name = json.dumps(shorten(step, LONGEST_NAME), ensure_ascii=False)
            text += f"[{written_out(name)}]"
    return text


def message_text(message: str) -> str:
    """A message that may repeat what a model said: short, on one line, with nothing hidden."""
    beginning = message[: 4 * LONGEST_MESSAGE]  # it may repeat a whole answer
    return shorten(written_out(" ".join(beginning.split())), LONGEST_MESSAGE)


def problems_of(error: ValidationError, value: Any) -> list[Problem]:
    """What pydantic found wrong in a value.

    Several members of a union may say the same of the same place; it is told once.
    """
    found: dict[tuple[str, str], Problem] = {}
    every = error.errors(include_url=False, include_context=False)
    for one in every[:MOST_KEPT]:
        steps = _steps(one["loc"], value, is_missing=one["type"] == "missing")
        problem = Problem(path_text(steps), message_text(one["msg"]), one["input"])
        found.setdefault((problem.path, problem.message), problem)
    return list(found.values())


def _steps(loc: Sequence[str | int], value: Any, *, is_missing: bool) -> Steps:
    """Where in the value it is, without what pydantic says of the type that it tried there."""
    steps: list[str | int] = []
    for number, step in enumerate(loc, 1):
        is_named = isinstance(value, Mapping) and step in value
        is_place = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if is_named or is_place:
            value = value[step]
            steps.append(step)
        elif is_missing and number == len(loc):
            steps.append(step)
    return tuple(steps)
