"""What is said of an answer that is no value: to its model, which answers again, and to people.

A model's own words are quoted here. So they are short, on one line, and all that hides in them
is written out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from nbchat import known_keys
from nbchat.catalog.catalog import shipped
from nbchat.context.bounded import cut_middle
from nbchat.conversation.past_answers import answer_messages
from nbchat.errors import InvalidAnswer
from nbchat.events import Answer, Notice, Stop
from nbchat.messages import Message, Text, ToolCall, ToolResult
from nbchat.part_lists import last_words
from nbchat.settings_values import Data
from nbchat.values.problems import InvalidValue, Problem
from nbchat.wording import shorten, written_out

MOST_REPAIRS = 2  # that a model is asked for, after its answer did not fit
MOST_PROBLEMS = 10  # that are told of one answer
LONGEST_INPUT = 200  # characters of what stands where something is wrong
LONGEST_PROBLEM = 300  # characters of one problem, for people
NO_WORDS = "(an answer without words)"  # no provider takes an empty one
ANSWER_AGAIN = "Answer once more, with the whole JSON value and nothing else."
ASK_AGAIN = "Ask again, or another model."


# --- to the model --------------------------------------------------------------------------------


def repair_messages(
    messages: Sequence[Message], answer: Answer, wrong: InvalidValue, *, data: Data
) -> list[Message]:
    """The question, the answer to it that did not fit, and what is wrong with that.

    Under "schema" only where it is wrong: a validator's message may hold values.
    """
    said = answer
    if not last_words(answer.parts).text.strip():
        said = Answer()
        said.parts = [*answer.parts, Text(NO_WORDS)]
    return [*messages, *answer_messages(said), Message("user", _repair_text(wrong, data))]


def _repair_text(wrong: InvalidValue, data: Data) -> str:
    if not wrong.is_json:
        return f"Your answer has no JSON value that can be read. {ANSWER_AGAIN}"
    told = [f"- {_for_model(problem, data)}" for problem in wrong.problems[:MOST_PROBLEMS]]
    more = len(wrong.problems) - len(told)
    if more:
        told.append(f"- and {more:,} more")
    lines = ["Your answer does not fit the schema:", *told, ANSWER_AGAIN]
    return known_keys.hide("\n".join(lines))


def _for_model(problem: Problem, data: Data) -> str:
    message = "not valid" if data == "schema" else problem.message
    found = cut_middle(_as_json(problem.input), LONGEST_INPUT)
    return f"{problem.path or 'the value'}: {message}. It is: {found}"


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):  # keys that are no texts, circles
        return type(value).__name__


# --- to people -----------------------------------------------------------------------------------


def repair_notice(wrong: InvalidValue, number: int) -> Notice:
    """What is told before an answer is asked for again."""
    again = f". Asked again ({number} of {MOST_REPAIRS})."
    return Notice("Not valid: " + _in_words(wrong) + again)


def invalid(answer: Answer, wrong: InvalidValue) -> InvalidAnswer:
    """Of an answer that still does not fit; it names the field."""
    if wrong.is_of_check:
        what = f"{_who(answer)}'s answer could not be checked: "
        return _error(
            answer,
            what + _in_words(wrong),
            "Mend the check in your schema. The answer is in answer.text.",
        )
    tries = MOST_REPAIRS + 1
    what = f"{_who(answer)} gave no valid answer in {tries} tries: " + _in_words(wrong)
    return _error(answer, what, "Ask for less at once, with a simpler schema, or another model.")


def not_whole(answer: Answer, stop: Stop) -> InvalidAnswer | None:
    """Of an answer that ended too early for a value; None of one that may be one."""
    who = _who(answer)
    match stop.reason:
        case "length":
            to_do = "Allow more with max_tokens, or ask for less."
            return _error(answer, f"{who}'s answer was cut at its limit, and is no value", to_do)
        case "filter":
            return _error(answer, f"a filter ended {who}'s answer, which is no value")
        case "broken":
            return _error(answer, f"{who}'s answer is not whole, and no value: " + stop.why)
        case "interrupted":
            return unfinished(answer)
    if asks_for_tools(answer, stop):
        to_do = "What it asks for is in answer.tool_calls."
        return _error(answer, f"{who}'s answer asks for tools, and is no value", to_do)
    if answer.parts and isinstance(answer.parts[-1], ToolCall | ToolResult):
        return _error(answer, f"{who}'s answer ended with its tools, and is no value")
    return None


def asks_for_tools(answer: Answer, stop: Stop) -> bool:
    """Whether it has ended with calls that whoever asked is to answer."""
    return stop.reason in ("end", "tool_calls") and not answer.is_answered


def unfinished(answer: Answer) -> InvalidAnswer:
    """Of an answer that grows still, or was stopped before its end."""
    return _error(answer, f"{_who(answer)}'s answer has not come to its end, and is no value")


def repair_failed(wrong: InvalidValue, why: str) -> Stop:
    """How an answer ends that did not fit, and could not be asked for again."""
    return Stop("broken", _in_words(wrong) + "; it was asked for again, and " + why)


def _error(answer: Answer, what: str, to_do: str = ASK_AGAIN) -> InvalidAnswer:
    told = f"{what.rstrip('.')}.\n{to_do}"
    return InvalidAnswer(told, provider=answer.provider, model=answer.model)


def _who(answer: Answer) -> str:
    provider = shipped().providers.get(answer.provider)
    return provider.name if provider else answer.provider or "the model"


def _in_words(wrong: InvalidValue) -> str:
    """The first problem, and how many more there are."""
    if not wrong.is_json:
        return "it has no JSON value that can be read"
    first, *others = wrong.problems
    told = shorten(known_keys.hide(written_out(str(first))), LONGEST_PROBLEM)
    return told + f" (and {len(others):,} more)" if others else told
