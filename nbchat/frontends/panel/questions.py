"""The panel's own questions in one conversation.

One is answered, and at most one waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from IPython.core.getipython import get_ipython

from nbchat.conversation.recording import TurnStream
from nbchat.errors import BadSettings, ConversationBusy, NbchatError, error_name
from nbchat.frontends.cells.tool_output import ToolOutput
from nbchat.frontends.main_thread import interrupt_main
from nbchat.frontends.panel.consents import Consents
from nbchat.frontends.panel.live_turn import State
from nbchat.frontends.panel.ready_tools import tool_options
from nbchat.frontends.panel.transcript import Failed, Transcript
from nbchat.frontends.panel.workplace import KernelWorkplace, Stage
from nbchat.interrupts import Interrupts
from nbchat.languages import translated
from nbchat.messages import Part
from nbchat.options import THINKING_WORDS
from nbchat.tools import READY
from nbchat.tools.running import Job
from nbchat.tools.workplace import set_workplace
from nbchat.turns import Turn

LONGEST_QUESTION = 200_000  # characters

_log = logging.getLogger(__name__)
# What panels are asking, by turn id: any of them can stop it.
_tasks: dict[str, asyncio.Task[None]] = {}


@dataclass(slots=True)
class Question:
    """A question that is ready to be asked."""

    request_id: str
    content: str | list[Part]
    typed: str
    inserted: Sequence[str] = ()
    shown: str = ""  # as it was typed, without the values of variables
    data: str = ""  # how much of the values was allowed when they were put in
    tools: Collection[str] = ()  # that it has besides those that are chosen
    parent: Any = ...  # a Turn, None for the very beginning, or ... for the end of the branch


class QuestionQueue:
    """Asks in the conversation of one transcript. Everything happens on the engine's thread.

    `tell_queued` is called when another question waits, or none any more.
    """

    def __init__(
        self, transcript: Transcript, options: dict[str, Any], tell_queued: Callable[[], None]
    ) -> None:
        self.queued: Question | None = None
        self.transcript = transcript
        self._options = options
        self._tell_queued = tell_queued
        self._request_ids: deque[str] = deque(maxlen=200)  # of what was asked
        self._turn: Turn | None = None  # that this panel asks
        self.consents = Consents(transcript.conversation, transcript.tell, transcript.note)
        self._stopped: Turn | None = None  # by this panel's Stop, which has given back what waited

    @property
    def busy(self) -> bool:
        return self._turn is not None or bool(self.transcript.live)

    def send(self, question: Question) -> None:
        """Ask, or wait for the answer that is coming; a third question is given back."""
        if question.request_id in self._request_ids:
            return
        self._request_ids.append(question.request_id)
        if not self.busy:
            self._ask(question)
        elif self.queued is None:
            self.queued = question
            self._tell_queued()
        else:
            self._tell_back(question)

    def ask_again(self, turn: Turn, request_id: str, typed: str | None) -> None:
        """Ask a turn's question once more, or `typed` in its place with the same attachments."""
        if request_id in self._request_ids:
            return
        self.must_be_idle()
        self._request_ids.append(request_id)
        words = typed_words(turn)
        content = turn.question.content
        if typed is not None:
            attached = [part for part in turn.question.parts if part != words]
            content = [typed, *attached] if attached else typed
        if not isinstance(content, str):
            content = [*content]
        failed = self.transcript.failed.get(turn.id)
        parent = failed.parent if failed else turn.parent
        shown = turn.typed if typed is None else typed
        data = turn.data or "brief"  # what is not known may hold values
        typed = typed or words
        called = {call.name for call in turn.answer.tool_calls} & READY.keys()
        self._ask(Question(request_id, content, typed, turn.inserted, shown, data, called, parent))

    def must_be_idle(self) -> None:
        """Raises ConversationBusy until the page has been told that the answer ended."""
        if self.transcript.live:
            name = self.transcript.conversation.name
            raise ConversationBusy(
                f"conversation {name!r} is answering. Wait for the end, or stop it."
            )

    def ask_next(self) -> None:
        """Ask what waits, once nothing is being answered."""
        question = self.queued
        if question is not None and not self.busy:
            self.queued = None
            self._tell_queued()
            self._ask(question)

    def stop(self) -> None:
        """Stop what is answered here, whoever asked, and give the waiting question back."""
        self.give_back()
        self._stopped = self._turn
        turn_ids = set(self.transcript.live)
        if self._turn:
            turn_ids.add(self._turn.id)
        for turn_id in turn_ids & _tasks.keys():
            _tasks[turn_id].cancel()
        asked_by_a_cell = turn_ids - _tasks.keys()
        if asked_by_a_cell and Interrupts.active():
            interrupt_main()  # as the notebook's own button does

    def give_back(self) -> None:
        """Return the waiting question to where it was typed."""
        question = self.queued
        if question is not None:
            self.queued = None
            self._tell_back(question)
            self._tell_queued()

    def _tell_back(self, question: Question) -> None:
        self.transcript.tell(
            {"kind": "back", "request_id": question.request_id, "text": question.typed}
        )

    def _ask(self, question: Question) -> None:
        transcript = self.transcript
        try:
            stream = self._open(question)
        except NbchatError as error:  # nothing was typed, say
            text = translated(str(error))
            transcript.tell({"kind": "note", "error": error_name(error), "text": text})
            self._tell_back(question)
            return
        turn = stream.turn
        self._turn = turn
        transcript.begin(turn, question.request_id)
        task = asyncio.get_running_loop().create_task(_read_to_end(stream, self._workplace(turn)))
        _tasks[turn.id] = task
        task.add_done_callback(partial(self._end, turn, question))

    def _open(self, question: Question) -> TurnStream:
        length = len(question.typed)
        if length > LONGEST_QUESTION:
            raise BadSettings(
                f"the question has {length:,} characters; a panel takes {LONGEST_QUESTION:,}. "
                "Put the text into a variable and attach that with @."
            )
        options = {**self._options, "thinking": THINKING_WORDS.get(self._options["thinking"])}
        options |= tool_options({*options["tools"], *question.tools}, plan=options["plan"])
        stream = self.transcript.conversation.open(
            question.content, parent=question.parent, inserted=question.inserted, **options
        )
        stream.turn.note_typed(question.shown, question.data)
        return stream

    def _workplace(self, turn: Turn) -> KernelWorkplace:
        def tell(job: Job, stage: Stage, heard: ToolOutput) -> None:
            if stage != "ended":
                state: State = "held" if stage == "waits" else "running"
                self.transcript.note(turn, job.call.id, state, heard)

        return KernelWorkplace(get_ipython(), tell)

    def _end(self, turn: Turn, question: Question, task: asyncio.Task[None]) -> None:
        _tasks.pop(turn.id, None)
        if self._turn is turn:
            self._turn = None
        error = None if task.cancelled() else task.exception()
        if error is not None:
            if not isinstance(error, NbchatError):
                _log.error("the panel's question failed", exc_info=error)
            kind = error_name(error)
            other = isinstance(error, NbchatError) and error.other_model_helps
            request_id, parent = question.request_id, question.parent
            failed = Failed(turn, kind, str(error), other, request_id, parent)
            self.transcript.fail(failed)
        elif turn not in self.transcript.conversation.all_turns:
            self.transcript.drop(turn)  # stopped before the first word
            self._tell_back(question)
        if error is not None or (task.cancelled() and self._stopped is not turn):
            self.give_back()  # what has come since a Stop is asked
        self.ask_next()


def stop_all() -> None:
    """Stop what any panel is asking."""
    for task in list(_tasks.values()):
        task.cancel()


def typed_words(turn: Turn) -> str:
    """The words of a question, without what was attached."""
    for part in turn.question.parts:
        if isinstance(part, str):
            return part
    return ""


async def _read_to_end(stream: TurnStream, workplace: KernelWorkplace) -> None:
    set_workplace(workplace)
    async with stream:
        async for _ in stream.batches():
            pass
