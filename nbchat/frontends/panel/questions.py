"""The panel's own questions in one conversation: one that is answered, and at most one that waits."""

from __future__ import annotations

import _thread
import asyncio
import logging
import signal
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nbchat.conversation.conversation import TurnStream
from nbchat.errors import BadSettings, ConversationBusy, NbchatError
from nbchat.frontends.panel.transcript import Transcript
from nbchat.interrupts import Interrupts
from nbchat.messages import Part
from nbchat.options import THINKING_WORDS
from nbchat.turns import Turn

LONGEST = 200_000  # characters of a question

_log = logging.getLogger(__name__)
_tasks: dict[
    str, asyncio.Task[None]
] = {}  # what panels are asking, by turn id: any of them can stop it


@dataclass(slots=True)
class Question:
    """A question that is ready to be asked."""

    request_id: str
    content: str | list[Part]
    typed: str
    inserted: Sequence[str] = ()
    parent: Any = ...  # a Turn, None for the very beginning, or ... for the end of the branch


class QuestionQueue:
    """Asks in the conversation of one transcript. Everything happens on the engine's thread.

    `changed` is called when the waiting question has changed.
    """

    def __init__(
        self, transcript: Transcript, options: dict[str, Any], changed: Callable[[], None]
    ) -> None:
        self.queued: Question | None = None
        self.transcript = transcript
        self._options = options
        self._changed = changed
        self._seen: deque[str] = deque(maxlen=200)
        self._asking: Turn | None = None
        self._stopped: Turn | None = None  # by this panel's Stop, which has given back what waited

    @property
    def busy(self) -> bool:
        return self._asking is not None or bool(self.transcript.live)

    def send(self, question: Question) -> None:
        """Ask, or wait for the answer that is coming; a third question is given back."""
        if question.request_id in self._seen:
            return
        self._seen.append(question.request_id)
        if not self.busy:
            self._ask(question)
        elif self.queued is None:
            self.queued = question
            self._changed()
        else:
            self._back(question)

    def again(self, turn: Turn, request_id: str, typed: str | None) -> None:
        """Ask a turn's question once more, or `typed` in its place with the same attachments."""
        if request_id in self._seen:
            return
        self.must_be_idle()
        self._seen.append(request_id)
        was = typed_in(turn)
        content = turn.question.content
        if typed is not None:
            rest = [part for part in turn.question.parts if part != was]
            content = [typed, *rest] if rest else typed
        content = content if isinstance(content, str) else [*content]
        self._ask(Question(request_id, content, typed or was, turn.inserted, turn.parent))

    def must_be_idle(self) -> None:
        """Raises ConversationBusy while an answer is coming; not any more when it has been told that it ended."""
        if self.transcript.live:
            name = self.transcript.conversation.name
            raise ConversationBusy(
                f"conversation {name!r} is answering. Wait for the end, or stop it."
            )

    def next(self) -> None:
        """Ask what waits, once nothing is being answered."""
        if self.queued is not None and not self.busy:
            question, self.queued = self.queued, None
            self._changed()
            self._ask(question)

    def stop(self) -> None:
        """Stop what is answered here, whoever asked, and give the waiting question back."""
        self.give_back()
        self._stopped = self._asking
        asked = {*self.transcript.live, *([self._asking.id] if self._asking else [])}
        for turn_id in asked & _tasks.keys():
            _tasks[turn_id].cancel()
        if (
            asked - _tasks.keys() and Interrupts.active()
        ):  # a %%chat: the same as the notebook's own interrupt
            _thread.interrupt_main(signal.SIGINT)

    def give_back(self) -> None:
        """Return the waiting question to where it was typed."""
        if self.queued is not None:
            question, self.queued = self.queued, None
            self._back(question)
            self._changed()

    def _back(self, question: Question) -> None:
        self.transcript.tell(
            {"kind": "back", "request_id": question.request_id, "text": question.typed}
        )

    def _ask(self, question: Question) -> None:
        transcript = self.transcript
        options = {**self._options, "thinking": THINKING_WORDS.get(self._options["thinking"])}
        try:
            if len(question.typed) > LONGEST:
                raise BadSettings(
                    f"the question has {len(question.typed):,} characters; a panel takes {LONGEST:,}. "
                    "Put the text into a variable and attach that with @."
                )
            stream = transcript.conversation.open(
                question.content, parent=question.parent, inserted=question.inserted, **options
            )
        except NbchatError as error:  # nothing was typed, say
            transcript.tell({"kind": "note", "error": type(error).__name__, "text": str(error)})
            self._back(question)
            return
        turn = stream.turn
        self._asking = turn
        transcript.begin(turn, question.request_id)
        task = asyncio.get_running_loop().create_task(_drained(stream))
        _tasks[turn.id] = task
        task.add_done_callback(partial(self._done, turn, question))

    def _done(self, turn: Turn, question: Question, task: asyncio.Task[None]) -> None:
        _tasks.pop(turn.id, None)
        if self._asking is turn:
            self._asking = None
        error = None if task.cancelled() else task.exception()
        if error is not None:
            if not isinstance(error, NbchatError):
                _log.error("the panel's question failed", exc_info=error)
            self.transcript.fail(turn, type(error).__name__, str(error))
        elif not turn.answer:
            self.transcript.drop(turn)  # stopped before the first word
            self._back(question)
        if error is not None or (task.cancelled() and self._stopped is not turn):
            self.give_back()  # what has come since a Stop is asked
        self.next()


def stop_all() -> None:
    """Stop what any panel is asking."""
    for task in list(_tasks.values()):
        task.cancel()


def typed_in(turn: Turn) -> str:
    """The words of a question, without what was attached."""
    return next((part for part in turn.question.parts if isinstance(part, str)), "")


async def _drained(stream: TurnStream) -> None:
    async with stream:
        async for _ in stream.batches():
            pass
