"""An answer so far, as it is painted while it streams."""

from __future__ import annotations

from collections.abc import Sequence

from nbchat import render
from nbchat.context.cells import Output
from nbchat.events import Event, Notice, Partial
from nbchat.frontends.notebook.growing_calls import GrowingCall
from nbchat.frontends.notebook.progress import Progress
from nbchat.languages import translated
from nbchat.languages.live import live
from nbchat.messages import Image, Text, Thought, ToolCall, ToolResult, is_picture
from nbchat.picture_words import picture_words
from nbchat.render.page import note
from nbchat.render.value_html import growing_html
from nbchat.render.value_table import row_count
from nbchat.tools.consent import ConsentQuestion
from nbchat.tools.running import Job

TOOL_GAP = 0.4  # seconds between two paints of a tool that runs
TOOL_SHARE = 0.1  # later it is this part of the time since it began


class GrowingAnswer:
    """What has been said, thought, noticed and called. Times are seconds of one clock.

    A call stands between the words before it and those behind it. What comes before one that has
    no result is settled, that call and what is behind it are not.
    """

    def __init__(self, model: str, start: float) -> None:
        self.progress = Progress(model, start)
        self.blocks = render.LongBlocks()  # the words since the last call
        self.notices: list[str] = []
        self.remarks: list[str] = []  # on what is typed meanwhile; they stand at the open end
        # What front-ends without HTML show meanwhile.
        self.as_text = f"{model} · {translated(render.STILL_ARRIVING)}"
        self._thought: list[str] = []
        self._value: Partial | None = None  # so far, in place of the words since the last call
        self._value_words: list[str] = []  # its JSON, which is shown where a call follows
        self._done: list[str] = []  # HTML of what came before
        self._open: list[GrowingCall | str] = []  # calls without a result, and words between
        self._added: list[GrowingCall] = []  # of these, what is there for a question alone

    def take(self, event: Event, now: float) -> None:
        """Add what has arrived."""
        match event:
            case Partial():
                self._value = event
                self.progress.count_rows(row_count(event.value), now)
            case Text() if self._value is not None:
                self._value_words.append(event.spaced)
            case Text(text) if text:
                self.blocks.feed(event.spaced)
                self.progress.count(text, now, thinks=False)
            case Thought(text) if text:
                self._thought.append(event.spaced)
                self.progress.count(text, now, thinks=True)
            case Image() if is_picture(event):
                self.blocks.feed(f"\n\n{translated(picture_words(event))}")
            case Notice(text):
                self.notices.append(translated(text))
            case ToolCall():
                self._add_call(GrowingCall(event))
            case ToolResult():
                self._settle(event, now)

    # --- calls -----------------------------------------------------------------------------------

    def ask(self, question: ConsentQuestion | None) -> None:
        """A call waits for a person; None: none does any more."""
        self._open = [one for one in self._open if one not in self._added]
        self._added.clear()
        for call in self._calls:
            call.question = None
        if question is not None:
            self._call(question.call, self._added).question = question
        self.progress.doing = "waits for your answer" if question else ""

    def run(self, job: Job, now: float) -> None:
        """A call runs from now on."""
        call = self._call(job.call)
        call.job, call.started = job, now
        self.progress.pause(f"{job.tool.name} runs…", now)

    def hear(self, job: Job, outputs: Sequence[Output]) -> None:
        """What it has printed and displayed so far."""
        self._call(job.call).outputs = outputs

    @property
    def is_running(self) -> bool:
        """Whether a tool runs now."""
        return any(call.job for call in self._calls)

    def gap(self, now: float) -> float:
        """Seconds until a running tool is painted again: the longer it runs, the longer."""
        started = [call.started for call in self._calls if call.job]
        return max(TOOL_GAP, TOOL_SHARE * (now - max(started, default=now)))

    @property
    def _calls(self) -> list[GrowingCall]:
        return [one for one in self._open if isinstance(one, GrowingCall)]

    def _call(self, wanted: ToolCall, added: list[GrowingCall] | None = None) -> GrowingCall:
        """The open call of that id; one that the answer does not have, as a plan's, is added."""
        for call in self._calls:
            if call.call.id == wanted.id and call.result is None:
                return call
        call = self._add_call(GrowingCall(wanted))
        if added is not None:
            added.append(call)
        return call

    def _add_call(self, call: GrowingCall) -> GrowingCall:
        words = self.blocks
        words.feed("".join([*self._value_words, "\n\n"]))  # nothing is added to them any more
        self._value = None
        self._value_words.clear()
        if words.settled or words.tail:
            self.blocks = render.LongBlocks()
            said = [*words.settled, words.tail]
            if self._open:
                self._open += said
            else:
                self._done += said
        self._open.append(call)
        return call

    def _settle(self, result: ToolResult, now: float) -> None:
        self.progress.go_on(now)
        for call in self._calls:
            if call.call.id == result.id and call.result is None:
                call.result, call.job, call.question = result, None, None
                break
        while self._open:
            first = self._open[0]
            if isinstance(first, GrowingCall) and first.result is None:
                break
            self._done.append(first if isinstance(first, str) else first.html(now))
            del self._open[0]

    # --- what is painted -------------------------------------------------------------------------

    @property
    def settled(self) -> Sequence[str]:
        """HTML that changes no more, in pieces; more are added behind."""
        if self._open:
            return self._done
        return [*self._done, *self.blocks.settled] if self._done else self.blocks.settled

    def tail(self, now: float) -> str:
        """HTML of what is open."""
        value = ""
        if self._value:
            with live():
                value = growing_html(self._value.value)
        end = [self.blocks.tail, value, *map(note, self.remarks)]
        if not self._open:
            return "".join(end)
        calls = [one if isinstance(one, str) else one.html(now) for one in self._open]
        return "".join([*calls, *self.blocks.settled, *end])

    @property
    def speaks(self) -> bool:
        """Whether words are at its end."""
        return self._value is None and bool(self.blocks.settled or self.blocks.tail)

    @property
    def has_words(self) -> bool:
        """Whether there is anything besides thinking to be read."""
        return bool(self._done or self._open or self._value or self.speaks)

    @property
    def has_begun(self) -> bool:
        """Whether there is anything at all."""
        return self.progress.has_begun or self.has_words

    @property
    def thought(self) -> str:
        """All that was thought."""
        return "".join(self._thought)

    @property
    def thoughts(self) -> int:
        """In how many pieces it came."""
        return len(self._thought)

    def status_line(self, now: float) -> str:
        """The line below the open end: also of what is saved before the answer has ended."""
        return f"{self.progress.status_line(now)} · {translated(render.STILL_ARRIVING)}"
