"""Processes that are killed in the middle of a chain of calls, at a moment that the test says."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbchat
from nbchat.events import Usage
from nbchat.messages import Message, Text, ToolCall
from nbchat.streams import Stream

from ..conversation.tool_talk import CALLS, DONE, ToolTalk, call
from ..fakes.source import Play
from .writers import be_patient

ROUNDS = 7
MOMENTS = 2 * ROUNDS + ROUNDS  # each round has a request, and two calls


class Death:
    """Comes at one of the moments in which nbchat is not asked whether it has written all."""

    def __init__(self, talk: ToolTalk, log: Path, moment: int) -> None:
        self._talk = talk
        self._log = log
        self._left = moment

    def pass_by(self) -> None:
        """Note what has been paid for by now; end the process, where it is time."""
        self._left -= 1
        if self._left >= 0:
            return
        turn = self._talk.chat.asked
        assert turn is not None
        answer = turn.answer
        kinds = [type(part).__name__ for part in answer.parts]
        counted = [answer.usage.input, answer.usage.output]
        self._log.write_text(json.dumps({"kinds": kinds, "counted": counted}))
        os.kill(os.getpid(), signal.SIGKILL)


def play(number: int) -> Play:
    asked: list[ToolCall] = [call("step", f"call_{n}", number=number) for n in range(2)]
    return (Text(f"Round {number}. "), *asked, Usage(100, 10), CALLS)


def ask(history: Path, log: Path, moment: int) -> None:
    """One question of many rounds, until it is killed."""
    be_patient()
    talk = ToolTalk(history)
    death = Death(talk, log, moment)
    answer = talk.script.stream

    def stream(model: str, messages: str | Sequence[Message], **options: Any) -> Stream:
        death.pass_by()
        return answer(model, messages, **options)

    talk.script.stream = stream  # type: ignore[method-assign]

    @nbchat.tool
    def step(number: int) -> str:
        """Do a step."""
        death.pass_by()
        return f"result {number}"

    talk.turn(*map(play, range(ROUNDS)), DONE, tools=[step])
