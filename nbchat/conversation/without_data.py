"""A conversation without the notebook's values, for a question under `data = "schema"`.

What was asked with values is sent as it was typed. Its answer may quote them, and so may every
answer below it, unless that was asked without values, too: a line stands in the place of each.
"""

from __future__ import annotations

from dataclasses import replace

from nbchat.conversation.past_answers import has_answer
from nbchat.events import Answer, Stop
from nbchat.messages import Message, Text, ToolResult
from nbchat.turns import SYSTEM_WITH_VALUES, Turn

KEPT_BACK = "schema"  # as which a turn was asked whose values were kept back
ANSWER_LEFT_OUT = "[This answer is left out, since it may quote data.]"
QUESTION_LEFT_OUT = "[A question with data in it is left out.]"


def without_data(turn: Turn) -> tuple[Turn, list[str]]:
    """The turn behind copies of those before it that hold values, and what to say of them."""
    copy: Turn | None = None
    questions, answers, may_quote = 0, 0, False
    for earlier in turn.path[:-1]:
        holds = earlier.data != KEPT_BACK and _holds_data(earlier)
        may_quote = may_quote or holds
        questions += holds
        if may_quote and earlier.data != KEPT_BACK:
            answers += 1
            copy = _without_answer(earlier, copy, as_typed=holds)
        elif copy is not earlier.parent:
            copy = replace(earlier, parent=copy)
        else:
            copy = earlier
    notices = []
    if answers:
        notices.append(_notice(questions, answers))
    if turn.data in ("", KEPT_BACK):  # by a program, or without values
        return replace(turn, parent=copy), notices
    notices.append('data is "schema" by now: the question was sent without its values.')
    return replace(turn, parent=copy, question=_as_typed(turn)), notices


def _notice(questions: int, answers: int) -> str:
    what = f"the values in {questions:,} earlier questions"
    if questions == 1:
        what = "the values in 1 earlier question"
    which = "the answer that may quote them" if answers == 1 else "the answers that may quote them"
    return f'data = "schema": {what} and {which} were not sent.'


def _holds_data(turn: Turn) -> bool:
    """Whether values or files went with the question, or a tool has told any."""
    told = any(isinstance(part, ToolResult) for part in turn.answer.parts)
    told = told or SYSTEM_WITH_VALUES in turn.inserted
    return len(turn.question.parts) > 1 or bool(turn.typed or _values(turn) or told)


def _values(turn: Turn) -> list[str]:
    """The labels of what went with a question, without the remarks among them."""
    return [
        label
        for label in turn.inserted
        if " as typed" not in label
        and not label.startswith("the question (")
        and label != SYSTEM_WITH_VALUES
    ]


def _as_typed(turn: Turn) -> Message:
    """The question without what went with it."""
    words, parts = turn.typed, turn.question.parts
    first = next(iter(parts), "")
    is_apart = len(parts) > 1 or not _values(turn)  # the values are in parts of their own
    if not words and is_apart and isinstance(first, str):
        words = first
    return Message("user", words or QUESTION_LEFT_OUT)


def _without_answer(turn: Turn, parent: Turn | None, *, as_typed: bool) -> Turn:
    answer = Answer(model=turn.answer.model, provider=turn.answer.provider)
    if has_answer(turn):
        answer.add(Text(ANSWER_LEFT_OUT))
        answer.add(Stop("end"))
    else:
        answer.add(turn.answer.stop)
    question = _as_typed(turn) if as_typed else turn.question
    return replace(turn, parent=parent, question=question, answer=answer)
