"""The question to a person whether a call may run."""

from __future__ import annotations

import asyncio
import threading

import nbchat
from nbchat.messages import ToolCall
from nbchat.tools.consent import ConsentQuestion, Decision


@nbchat.tool(approve=True)
def drop(table: str) -> None:
    """Drop a table."""


def question() -> ConsentQuestion:
    return ConsentQuestion(ToolCall("call_1", "drop", {"table": "t"}), drop, {"table": "t"})


def test_whoever_answers_first_is_heard() -> None:
    asked = question()

    assert asked.answer(Decision(False, "not that one"), by="the panel")
    assert not asked.answer(Decision(True), by="the cell")

    assert asked.decision == Decision(False, "not that one")
    assert asked.answered_by == "the panel"


def test_an_answer_of_another_thread_ends_the_wait() -> None:
    asked = question()
    told: list[str] = []
    asked.when_answered(lambda: told.append("told"))
    answering = threading.Thread(target=asked.answer, args=(Decision(True), "the panel"))

    async def wait() -> Decision:
        answering.start()
        return await asked.wait()

    assert asyncio.run(wait()) == Decision(True)
    answering.join()
    asked.when_answered(lambda: told.append("told late"))
    assert told == ["told", "told late"]


def test_a_question_is_taken_while_a_person_sees_it() -> None:
    asked = question()
    assert not asked.is_taken

    asked.take()
    assert asked.is_taken

    asked.leave()
    assert not asked.is_taken
