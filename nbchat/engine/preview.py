"""A request to look at: what would be sent, to the byte, and why it could not be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nbchat.engine.ollama_windows import Windows
from nbchat.engine.prepare import PreparedRequest, prepare
from nbchat.errors import KeyNotSent, MissingKey
from nbchat.messages import Message
from nbchat.options import Options
from nbchat.settings import Settings

ASKS_FIRST = (
    "Its server is asked first how much the model reads; num_ctx may then be another number."
)


@dataclass(slots=True, frozen=True)
class Preview:
    """A request that is not made. `refusal` says why it could not be as things are."""

    request: PreparedRequest
    refusal: str = ""
    notices: tuple[str, ...] = ()


def preview(
    settings: Settings,
    model: str,
    messages: Sequence[Message],
    options: Options,
    windows: Windows,
) -> Preview:
    """What would be sent, also without a key. Raises as `prepare` does for all else."""
    refusal = ""
    try:
        request = prepare(settings, model, messages, options)
    except (MissingKey, KeyNotSent) as error:
        request = prepare(settings, model, messages, options, with_key=False)
        refusal = str(error)
    notices = [*request.masked, *request.notices, *request.news.values()]
    if windows.foretell(request):
        notices.append(ASKS_FIRST)
    return Preview(request, refusal, tuple(notices))
