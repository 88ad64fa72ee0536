"""What goes out for a question: as much of the conversation as fits, the question, the options.

Whoever asks and whoever only looks come here alike, so that both have the same. Nothing is
asked here, and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from nbchat import known_keys
from nbchat.conversation.default_model import change_of_provider
from nbchat.conversation.window import fit_history
from nbchat.errors import NbchatError
from nbchat.events import Answer
from nbchat.masked_parts import Seen, keys_masked, mask_content
from nbchat.messages import Content, Message
from nbchat.options import Options
from nbchat.questions import as_messages
from nbchat.settings import Settings
from nbchat.settings_values import Data
from nbchat.streams import PlannedOptions, SourceOptions
from nbchat.turns import Turn

SYSTEM_NOT_SENT = 'data = "schema": the system prompt holds values and was not sent.'


@dataclass(slots=True, frozen=True)
class Outgoing:
    """What a source is asked, and what people are told of it."""

    messages: list[Message]
    options: SourceOptions
    left_out: int  # of the oldest turns
    notices: list[str]
    inserted: tuple[str, ...]  # what goes along with the question, as it is sent


def turn_to_ask(
    question: Content,
    *,
    cell: str | None = None,
    execution: str | None = None,
    inserted: Sequence[str] = (),
) -> Turn:
    """A turn for a question, which holds no key. Raises BadCall for what is no question."""
    seen: Seen = {}
    message = Message("user", mask_content(question, known_keys.current(), seen))
    if seen:
        inserted = [*inserted, f"the question ({keys_masked(seen)})"]
    as_messages([message])
    return Turn(message, Answer(), cell=cell, execution=execution, inserted=tuple(inserted))


def outgoing(
    turn: Turn,
    model: str,
    settings: Callable[[], Settings],
    options: PlannedOptions,
    talk: str,
    *,
    system_has_values: bool = False,
) -> Outgoing:
    """What a model is asked for this turn; `talk` is the id of its conversation.

    Under "schema" it is asked without a system prompt in which values were put.
    """
    row, change = None, ""
    data: Data = "schema"  # where the settings cannot be read, which the engine tells
    with suppress(NbchatError):  # the engine says what is wrong
        decided = settings()
        data = decided.data
        row = decided.catalog.find(model).model
        change = change_of_provider(turn, row, decided.catalog)
    is_kept_back = system_has_values and data == "schema"
    if is_kept_back:
        options = {**options, "system": None}
    history = fit_history(turn, model, row, Options.of(options), data)
    sent = cast(SourceOptions, {**options, "cache_key": f"nbchat-{talk[:16]}"})
    messages = [*history.messages, history.question]
    notices = [change] if change else []
    if is_kept_back:
        notices.append(SYSTEM_NOT_SENT)
    return Outgoing(messages, sent, history.left_out, [*notices, *history.notices], turn.inserted)
