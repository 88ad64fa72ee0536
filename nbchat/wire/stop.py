"""How an answer ends: what its reader held back, and the one Stop that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbchat.events import Event, Notice, Stop, StopReason, Usage
from nbchat.messages import ToolCall
from nbchat.wire.finish_words import reason_of
from nbchat.wire.shapes import string
from nbchat.wording import shorten

NO_WORD = ("null", "none")  # in every piece of some streams, before the end
THE_SERVER = "the server"  # in our own sentences, where a name is to stand


def finish_word(value: Any) -> str:
    """The word for why an answer ended, also where it stands in an object.

    >>> finish_word("stop"), finish_word({"type": "length", "length": 9}), finish_word("null")
    ('stop', 'length', '')
    """
    if isinstance(value, dict):
        value = value.get("type") or value.get("reason")
    if isinstance(value, int) and value and not isinstance(value, bool):
        return str(value)
    word = string(value)
    return "" if word.lower() in NO_WORD else word


def end_events(
    word: str,
    *,
    ended: bool,
    calls: Sequence[ToolCall] = (),
    called: bool = False,
    usage: Usage | None = None,
    own: Mapping[str, StopReason] | None = None,
    unknown: StopReason = "end",
    why: str = "",
) -> list[Event]:
    """What `Reader.finish` gives.

    `word` is the provider's own for why it stopped, `own` what such words mean in this
    place alone, `unknown` the reason for one that nobody knows; without a word, only the
    end marker (`ended`) is an end. `calls` are those that were held back, `called` says
    that others were given before: hosts also give a natural end as the reason when tools
    are to be called, and a word that nobody knows does not make whole calls useless. `why`
    is told where the answer was filtered or broke.

    >>> counted, stop = end_events("STOP", ended=True, usage=Usage(9, 5))
    >>> str(counted), stop
    ('9 → 5 tokens', Stop(reason='end', detail='STOP'))
    """
    known: StopReason | None = "end"
    if word:
        known = (own or {}).get(word) or reason_of(word)
    has_calls = called or any(call.name for call in calls)
    is_whole = has_calls and all(call.arguments is not None for call in calls)
    reason = known or unknown
    if (has_calls and reason == "end") or (known is None and is_whole):
        reason = "tool_calls"
    early = Stop("broken", f"{THE_SERVER} ended the answer early")
    stop = Stop(reason, word) if word or ended else early
    notices = [Notice(why)] if why and stop.reason in ("filter", "broken") else []
    if known is None and stop.reason != "broken":
        notices.append(Notice(unknown_word_notice(word, has_calls=is_whole)))
    return [*calls, *([usage] if usage else []), *notices, stop]


def unknown_word_notice(word: str, *, has_calls: bool) -> str:
    """What to say of an answer that ended for a reason which is not in the table."""
    rest = "its calls are whole" if has_calls else "it may not be whole"
    return f"The answer ended with a word that is not known here, {shorten(word, 40)!r}; {rest}."
