"""One panel: which conversation it shows, in which views, and what holds for its next question.

It shows one conversation at a time and may be asking in others. What is shown comes from
`transcript`, which watches, whoever asks; what a person does in the page is in `handlers`.
All of it happens on the engine's thread, so nothing here needs a lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4
from weakref import WeakSet

from nbchat import runtime
from nbchat.context.notebook import Notebook
from nbchat.context.question import Composed
from nbchat.conversation.conversation import Conversation
from nbchat.errors import NbchatError, error_name
from nbchat.frontends.open_panels import note_closed, note_open
from nbchat.frontends.panel.engine_thread import run_on_engine
from nbchat.frontends.panel.excerpts import Asked, Excerpts
from nbchat.frontends.panel.next_model import Lookout, next_model
from nbchat.frontends.panel.page_messages import NUMBERS
from nbchat.frontends.panel.questions import Question, QuestionQueue
from nbchat.frontends.panel.saved_copy import Snapshot
from nbchat.frontends.panel.transcript import SendToPage, Transcript
from nbchat.frontends.quoting import shown_title
from nbchat.languages import translated
from nbchat.tools.consent import ConsentQuestion
from nbchat.turns import Turn


class Session:
    """What one panel shows, and the questions it asks."""

    def __init__(
        self,
        name: str,
        tell: SendToPage,
        notebook: Notebook,
        publish: Callable[[dict[str, Any]], None],
    ) -> None:
        self.tell = tell  # every view, one message
        self.notebook = notebook
        chosen: dict[str, Any] = {"thinking": "", "search": False, "tools": [], "plan": False}
        self.options: dict[str, Any] = dict.fromkeys(NUMBERS) | chosen
        self.snapshot = Snapshot()
        self.excerpts = Excerpts(notebook)
        self._runs = 0  # of the notebook's cells, as far as they were noted
        self._offered = self.excerpts.offered()
        self._publish = publish
        self._lookout = Lookout(self._tell_changes)
        self._told: dict[str, Any] = {}  # of the next question
        self._views: set[str] = set()
        self._unwatch: list[Callable[[], None]] = []
        self._queues: dict[str, QuestionQueue] = {}  # by the name of their conversation
        self.questions = self._queue_for(runtime.current().chat(name))

    @property
    def transcript(self) -> Transcript:
        return self.questions.transcript

    @property
    def conversation(self) -> Conversation:
        return self.transcript.conversation

    @property
    def watched(self) -> bool:
        """Whether a view is open."""
        return bool(self._views)

    def asked(self) -> Asked:
        """What an excerpt depends on that is looked at or sent now."""
        try:
            return Asked(self.conversation, runtime.current().settings())
        except (NbchatError, OSError):  # which is told when it is asked
            return Asked(self.conversation, None)

    def questions_in(self, name: str) -> QuestionQueue:
        """The questions of a conversation that was shown; where it was not, of the one that is."""
        return self._queues.get(name, self.questions)

    def take_question(self, question: Composed, words: str) -> None:
        """Ask what comes from elsewhere in the notebook, as if it had been typed here."""
        along, data = question.inserted, question.data
        asked = Question(uuid4().hex, question.content, words, along, words, data)
        run_on_engine(lambda: self.questions.send(asked))

    def _queue_for(self, conversation: Conversation) -> QuestionQueue:
        if conversation.name not in self._queues:
            transcript = Transcript(conversation, self.tell, self._update_copy)
            queue = QuestionQueue(transcript, self.options, self.check_settings)
            queue.consents.see(self.watched)
            self._queues[conversation.name] = queue
            unwatch = conversation.watch(lambda *change: run_on_engine(self._hear, queue, *change))
            self._unwatch.append(unwatch)
        return self._queues[conversation.name]

    def _hear(self, queue: QuestionQueue, *change: Any) -> None:
        if change[0] == "consent":
            self._hear_of_consent(queue, *change[1:])
            return
        queue.transcript.hear(*change)
        if change[0] != "events":
            self.check_settings()
        if change[0] == "ended":
            queue.ask_next()

    def _hear_of_consent(
        self, queue: QuestionQueue, turn: Turn, asked: Sequence[ConsentQuestion]
    ) -> None:
        for question in asked:
            queue.consents.hear(turn, question)
        if queue is not self.questions and self.watched:
            name = shown_title(queue.transcript.conversation.name)
            words = f"Conversation {name!r} asks whether a tool may run. Go there to answer."
            self.tell({"kind": "note", "error": "", "text": translated(words)})

    def _update_copy(self, conversation: Conversation) -> str:
        """Bring the notebook's copy up to date; the mark by which the page knows it."""
        if conversation is self.conversation:
            before = self.snapshot.mark
            copy = self.snapshot.bundle(conversation)
            if self.snapshot.mark != before:
                self._publish(copy)
        return self.snapshot.mark

    # --- views -----------------------------------------------------------------------------------

    def add_view(self, view: str) -> None:
        """A view is there and has nothing yet."""
        self._views.add(view)
        note_open(self)
        self._tell_who_sees()
        _viewed.add(self)
        self._offered = self.excerpts.offered()
        self._tell_all()

    def drop_view(self, view: str) -> None:
        self._views.discard(view)
        self._tell_who_sees()
        self.transcript.watching = self.watched
        if not self.watched:
            note_closed(self)

    def _tell_who_sees(self) -> None:
        for queue in self._queues.values():
            queue.consents.see(self.watched)

    def show(self, conversation: Conversation) -> None:
        """Go to another conversation; what is asked in the one before goes on, unseen."""
        self.transcript.watching = False
        self.questions = self._queue_for(conversation)
        self._tell_all()

    def close(self) -> None:
        """Watch no longer; what is being asked goes on. May be called again."""
        while self._unwatch:
            self._unwatch.pop()()
        self._views.clear()
        note_closed(self)
        self._tell_who_sees()
        self.transcript.watching = False

    # --- telling ---------------------------------------------------------------------------------

    def _tell_all(self) -> None:
        self.transcript.watching = self.watched
        self.tell_settings()
        self.transcript.replay()
        self.questions.consents.take_up()
        self.questions.consents.tell()

    def tell_settings(self) -> None:
        """What holds for the next question, and which question waits."""
        self._told = self._next_question()
        self.tell(self._told)
        self._lookout.start(self.conversation)

    def check_settings(self) -> None:
        """Something has happened: tell that anew where it has changed."""
        if self._tell_changes():
            self._lookout.start(self.conversation)

    def note_run(self) -> None:
        """A cell has run: what is attached may be another, and settings, too."""
        self._runs += 1
        self._offered = self.excerpts.offered()
        self.check_settings()

    def _tell_changes(self) -> bool:
        """Tell what has changed. Returns whether anybody watches."""
        now = self._next_question() if self.watched else self._told
        if now != self._told:
            self._told = now
            self.tell(now)
        return self.watched

    def _next_question(self) -> dict[str, Any]:
        queued = self.questions.queued
        return {
            "kind": "now",
            "model": next_model(self.conversation),
            "system": self.conversation.system or "",
            "queued": queued.typed if queued else None,
            "runs": self._runs,
            **self._offered,
            **self.options,
        }

    def tell_error(self, error: BaseException) -> None:
        text = translated(str(error))
        self.tell({"kind": "note", "error": error_name(error), "text": text})


_viewed: WeakSet[Session] = WeakSet()  # what has had a view


def check_all_settings() -> None:
    """Something was chosen that may hold for what other panels ask, too."""
    for session in list(_viewed):
        session.check_settings()
