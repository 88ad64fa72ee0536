"""A turn as strict JSON; `nbchat.store.reading` is the way back.

The shape is flat, so that an exported file reads well: `question` and `answer` are
text, or for a question with images a list of parts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from nbchat.events import Usage
from nbchat.messages import Image, Part, ToolCall
from nbchat.turns import Turn


@dataclass(slots=True, frozen=True)
class Header:
    """What is known of a conversation besides its turns."""

    id: str
    name: str
    title: str = ""  # as set; empty: from the first question
    about: str = ""  # the title that is shown
    system: str | None = None
    model: str | None = None
    head: str | None = None  # the id of the turn where it stands
    length: int = 0  # turns on its branch


def question_fields(turn: Turn) -> dict[str, Any]:
    """What of a turn is known when it is asked."""
    content = turn.question.content
    return {
        "question": content if isinstance(content, str) else [_part(part) for part in content],
        "asked_at": turn.asked_at,
        "cell": turn.cell,
        "inserted": list(turn.inserted),
    }


def answer_fields(turn: Turn) -> dict[str, Any]:
    """The rest of it, as far as it has come."""
    answer, kept = turn.answer, turn.answer.kept
    return {
        "model": answer.model,
        "provider": answer.provider,
        "answer": answer.text,
        "thought": answer.thought,
        "tool_calls": [
            {n: getattr(call, n) for n in ToolCall.__slots__} for call in answer.tool_calls
        ],
        "usage": {name: getattr(answer.usage, name) for name in Usage.__slots__},
        "notices": list(answer.notices),
        "stop": {"reason": answer.stop.reason, "detail": answer.stop.detail},
        "seconds": turn.seconds,
        "left_out": turn.left_out,
        "kept": kept and {"provider": kept.provider, "wire": kept.wire, "data": kept.data},
    }


def _part(part: Part) -> str | dict[str, str]:
    if isinstance(part, str):
        return part
    if isinstance(part, Image):
        return {"image": part.base64, "media_type": part.media_type}
    return {"file": part.base64, "media_type": part.media_type, "name": part.name}


def strict_json(value: dict[str, Any]) -> str:
    """Strict JSON. A half surrogate, which neither SQLite nor a file takes, is written as an escape."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False)
    return text
