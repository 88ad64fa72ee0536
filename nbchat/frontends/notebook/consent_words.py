"""The one line of input where a call waits for consent, and what is meant by what was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from nbchat.languages import translated
from nbchat.tools.consent import ConsentQuestion

Meaning = Literal["once", "rest", "edit", "no", "unclear"]

_TYPED = re.compile(r"(yes|y|always|a|edit|e|no|n)(\d*)(?:[\s,.:;!-]+(.*))?", re.I | re.S | re.A)
_MEANINGS: dict[str, Meaning] = {"y": "once", "a": "rest", "e": "edit", "n": "no"}
OFFERED = {
    "y": "once",
    "a": "this tool for the rest of this answer",
    "e": "edit",
    "n": "no, and why:",
}
PLAN_OFFERED = {"y": "the whole plan", "n": "no, and why:"}
UNCLEAR = "That was none of the answers."


@dataclass(slots=True, frozen=True)
class Typed:
    """What was meant; `reason` is that of a refusal."""

    meaning: Meaning
    reason: str = ""


def prompt(question: ConsentQuestion, mark: str = "") -> str:
    """The line before the input: what there is to type. Enter alone is none of it.

    With a `mark`, such as 2, that belongs to the letter.
    """
    offered = PLAN_OFFERED if question.steps else OFFERED
    pieces = [
        f"[{letter}{mark}] {translated(words)}"
        for letter, words in offered.items()
        if letter != "e" or question.can_be_edited
    ]
    return f"{'  '.join(pieces)} "


def understood(typed: str, question: ConsentQuestion, mark: str = "") -> Typed:
    """What was meant. Whatever is not exactly one of the offered answers is unclear."""
    match = _TYPED.fullmatch(typed.strip())
    if not match or match[2] != mark:
        return Typed("unclear")
    meaning = _MEANINGS[match[1][0].lower()]
    more = (match[3] or "").strip()
    if meaning == "no":
        return Typed("no", more)
    if more or not _is_offered(meaning, question):
        return Typed("unclear")
    return Typed(meaning)


def _is_offered(meaning: Meaning, question: ConsentQuestion) -> bool:
    match meaning:
        case "rest":
            return not question.steps
        case "edit":
            return question.can_be_edited
        case _:
            return True
