"""Whether an answer has come to more than thinking, and what is said where it has not."""

from __future__ import annotations

from collections.abc import Iterable

from nbchat.events import Event, Notice, Stop, Usage, WasThought, is_shown
from nbchat.messages import Source, Text, Thought


class Answered:
    """Told of all events of an answer, in their order."""

    def __init__(self) -> None:
        self._so_far = False
        self._thought = False
        self._is_told = False

    def note(self, events: Iterable[Event]) -> None:
        """Take the next events."""
        for event in events:
            self._thought = self._thought or _thinks(event)
            self._is_told = self._is_told or isinstance(event, Notice | Source)
            if isinstance(event, WasThought):
                self._so_far = False
            elif not self._so_far:
                self._so_far = _answers(event)

    def notices(self, stop: Stop, model: str) -> list[Event]:
        """What to say where nothing came, or thinking alone, and the answer is not broken."""
        if self._so_far or stop.reason not in ("end", "length"):
            return []
        if not self._thought:  # as of a picture that cannot be shown, which a notice has told
            return [] if self._is_told else [Notice(f"{model} gave an empty answer.")]
        if stop.reason == "length":
            return [Notice(f"{model} thought up to the limit of its tokens, and gave no answer.")]
        return [Notice(f"{model} thought, and gave no answer.")]


def _thinks(event: Event) -> bool:
    """Whether thinking is shown; some hosts send it unreadable."""
    return isinstance(event, WasThought) or (isinstance(event, Thought) and bool(event.text))


def _answers(event: Event) -> bool:
    match event:
        case Text(text):
            return bool(text.strip())
        case Thought() | Usage() | Notice() | Stop():
            return False
        case _:
            return is_shown(event)
