"""Whether an answer has come to more than thinking, and what is said where it has not."""

from __future__ import annotations

from collections.abc import Iterable

from nbchat.events import Event, Notice, Stop, Usage, WasThought, is_shown
from nbchat.messages import Text, Thought


class Answered:
    """Told of all events of an answer, in their order."""

    def __init__(self) -> None:
        self._so_far = False
        self._thought = False

    def note(self, events: Iterable[Event]) -> None:
        """Take the next events."""
        for event in events:
            self._thought = self._thought or isinstance(event, Thought | WasThought)
            if isinstance(event, WasThought):
                self._so_far = False
            elif not self._so_far:
                self._so_far = _answers(event)

    def notices(self, stop: Stop, model: str) -> list[Event]:
        """What to say of thinking that nothing followed, where the answer is not broken."""
        if self._so_far or not self._thought or stop.reason not in ("end", "length"):
            return []
        limit = " up to the limit of its tokens" if stop.reason == "length" else ""
        return [Notice(f"{model} thought{limit}, and gave no answer.")]


def _answers(event: Event) -> bool:
    match event:
        case Text(text):
            return bool(text.strip())
        case Thought() | Usage() | Notice() | Stop():
            return False
        case _:
            return is_shown(event)
