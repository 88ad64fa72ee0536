"""How an answer ends: what its reader held back, and the one Stop that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nbchat.events import Event, Notice, Stop, StopReason, Usage
from nbchat.messages import ToolCall

THE_SERVER = "the server"  # in our own sentences, where a name is to stand


def end_events(
    word: str,
    reasons: Mapping[str, StopReason],
    *,
    ended: bool,
    calls: Sequence[ToolCall] = (),
    called: bool = False,
    usage: Usage | None = None,
    unknown: StopReason = "end",
    why: str = "",
) -> list[Event]:
    """What `Reader.finish` gives.

    `word` is the provider's own for why it stopped, `unknown` the reason for one that is
    not in `reasons`; without a word, only the end marker (`ended`) is an end. `calls` are
    those that were held back, `called` says that others were given before: hosts also
    give a natural end as the reason when tools are to be called. `why` is told where the
    answer was filtered or broke.

    >>> counted, stop = end_events("STOP", {"stop": "end"}, ended=True, usage=Usage(9, 5))
    >>> str(counted), stop
    ('9 → 5 tokens', Stop(reason='end', detail='STOP'))
    """
    reason = reasons.get(word) or reasons.get(word.lower(), unknown) if word else "end"
    if reason == "end" and (called or any(call.name for call in calls)):
        reason = "tool_calls"
    early = Stop("broken", f"{THE_SERVER} ended the answer early")
    stop = Stop(reason, word) if word or ended else early
    notices = [Notice(why)] if why and stop.reason in ("filter", "broken") else []
    return [*calls, *([usage] if usage else []), *notices, stop]
