"""An answer where no cursor can be moved: the words as they come, and each call in a line."""

from __future__ import annotations

from collections.abc import Sequence

from nbchat.context.cells import Output
from nbchat.events import Event, Notice
from nbchat.frontends.asked_about import asked_about
from nbchat.frontends.notebook.terminal_words import last_lines, result_words
from nbchat.languages import aside, translated
from nbchat.messages import Image, Text, ToolCall, ToolResult, is_picture
from nbchat.picture_words import picture_words
from nbchat.render.characters import InPieces
from nbchat.render.terminal.clean import clean, clean_words
from nbchat.render.would_run import would_run_words
from nbchat.tools.consent import ConsentQuestion
from nbchat.tools.running import Job
from nbchat.turns import Turn


class Printed:
    """The words alone, cleaned: for files, pipes and editors."""

    def __init__(self) -> None:
        self._words = InPieces(clean_words)
        self._line_is_open = False
        self._calls: dict[str, ToolCall] = {}  # without a result, by their ids

    def feed(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Text():
                    self._print(self._words.feed(event.spaced))
                case Image() if is_picture(event):
                    self._print(self._words.finish())
                    gap = "\n\n" if self._line_is_open else ""
                    self._print(f"{gap}{translated(picture_words(event))}")
                case Notice(text):
                    self.say(text)
                case ToolCall():
                    self._calls[event.id] = event
                case ToolResult():
                    self._print_result(event)

    def tick(self) -> None: ...

    # --- tools -----------------------------------------------------------------------------------

    def run(self, job: Job) -> None: ...
    def hear(self, job: Job, outputs: Sequence[Output]) -> None: ...
    def keep_boxes(self, are_open: bool) -> None: ...

    def ask(self, question: ConsentQuestion | None) -> None:
        if question is None:
            return
        self._end_words()
        for heading, code in would_run_words(asked_about(question)):
            self._print(f"\n{clean(heading)}\n")
            self._print("".join(f"    {clean(line)}\n" for line in code.split("\n")))

    def say(self, words: str) -> None:
        self._end_words()
        self._print(f"{clean_words(aside(words))}\n")

    def _print_result(self, result: ToolResult) -> None:
        self._end_words()
        call = self._calls.pop(result.id, None)
        if call is not None:
            self._print(clean_words(result_words(call, result)) + "\n\n")

    def finish(self, turn: Turn | None) -> None:
        self._end_words()
        for line in last_lines(turn) if turn else ():
            self._print(f"{line}\n")

    def _end_words(self) -> None:
        self._print(self._words.finish())
        if self._line_is_open:
            self._print("\n")

    def _print(self, text: str) -> None:
        print(text, end="", flush=True)
        if text:
            self._line_is_open = not text.endswith("\n")
