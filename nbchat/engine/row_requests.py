"""The requests of a map's rows, which differ in their words alone: all else is settled once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nbchat.engine.error_context import ErrorContext
from nbchat.engine.prepare import PreparedRequest, prepare
from nbchat.messages import Message
from nbchat.options import Options
from nbchat.settings import Settings
from nbchat.streams import SourceOptions


@dataclass(slots=True, frozen=True)
class _Settled:
    """A request, and what it was made of besides its words."""

    settings: Settings
    model: str
    options: SourceOptions
    request: PreparedRequest
    context: ErrorContext

    def fits(self, settings: Settings, model: str, options: SourceOptions) -> bool:
        """Whether the very same things were given for it, and not only equal ones."""
        if settings is not self.settings or model != self.model:
            return False
        return options.keys() == self.options.keys() and all(
            options[name] is self.options[name]  # type: ignore[literal-required]
            for name in options
        )


class RowRequests:
    """Prepares requests; those of rows after the first from what was settled for that."""

    def __init__(self) -> None:
        self._last: _Settled | None = None

    def request(
        self,
        settings: Settings,
        model: str,
        messages: str | Sequence[Message],
        options: SourceOptions,
    ) -> tuple[PreparedRequest, ErrorContext]:
        """What `prepare` makes of them, and what an error needs to know. Raises as it does."""
        pacing = options.get("pacing")
        is_row = pacing is not None and pacing.is_patient and _are_words(messages)
        last = self._last
        if is_row and last and last.fits(settings, model, options):
            return last.request.with_question(messages), last.context
        request = prepare(settings, model, messages, Options.of(options))
        context = ErrorContext.of(settings, request)
        if is_row:
            self._last = _Settled(settings, model, options, request, context)
        return request, context


def _are_words(messages: str | Sequence[Message]) -> bool:
    """Whether they are the user's words, and nothing else."""
    if isinstance(messages, str):
        return True
    return all(
        isinstance(message, Message)
        and message.role == "user"
        and all(isinstance(part, str) for part in message.parts)
        for message in messages
    )
