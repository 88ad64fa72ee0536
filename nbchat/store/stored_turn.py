"""A turn as strict JSON; `nbchat.store.reading` is the way back.

A part is an object with its `kind` and its members, without those that say nothing;
bytes are base64. Members that only a newer nbchat knows are written again as they were.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from nbchat.events import Usage, Valued
from nbchat.messages import (
    AnswerPart,
    Content,
    File,
    Image,
    Source,
    Text,
    Thought,
    ToolCall,
    ToolResult,
    UnknownPart,
)
from nbchat.provider_state import ProviderState
from nbchat.turns import Turn

KINDS: dict[str, type] = {  # by the word in a stored part
    "text": Text,
    "thought": Thought,
    "tool_call": ToolCall,
    "tool_result": ToolResult,
    "image": Image,
    "source": Source,
    "file": File,
}
_WORDS = {kind: word for word, kind in KINDS.items()}
_SILENT: dict[str, Any] = {  # members that are left out
    **{"state": None, "others": None, "begins": False},
    **{"numbers": [], "ends": []},
}


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
    return {
        "question": content_fields(turn.question.content),
        "asked_at": turn.asked_at,
        "cell": turn.cell,
        "execution": turn.execution,
        "inserted": list(turn.inserted),
        **({"typed": turn.typed} if turn.typed else {}),
        **({"data": turn.data} if turn.data else {}),
        "sent": dict(turn.sent),
    }


def answer_fields(turn: Turn) -> dict[str, Any]:
    """The rest of it, as far as it has come."""
    answer = turn.answer
    row = {
        "model": answer.model,
        "provider": answer.provider,
        **({"host": answer.host} if answer.host else {}),
        **({"given_url": answer.given_url} if answer.given_url else {}),
        "parts": [part_fields(part) for part in answer.parts],
        "usage": _counts(answer.usage),
        **({"lost": list(map(_counts, answer.lost))} if answer.lost else {}),
        **({} if answer.filled is None else {"filled": answer.filled}),
        "notices": list(answer.notices),
        "stop": {"reason": answer.stop.reason, "detail": answer.stop.detail},
        "seconds": turn.seconds,
        "left_out": turn.left_out,
        **({"by_default": True} if turn.by_default else {}),
        "waiting": list(turn.waiting),
        **({"valued": _valued_fields(answer.valued)} if answer.valued else {}),
    }
    return _with_others(row, turn.others)


def _valued_fields(valued: Valued) -> dict[str, str]:
    """What became of a schema: the value as JSON in a text, or the sentence why there is none.

    A text, because a value may be deeper than a row, and hold NaN.
    """
    if valued.error is not None:
        return {"error": str(valued.error)}
    from nbchat.values.plain import json_of

    return {"json": json_of(valued.value)}


def _counts(usage: Usage) -> dict[str, float | None]:
    counts: dict[str, float | None] = {name: getattr(usage, name) for name in Usage.__slots__}
    if usage.cost is None:
        del counts["cost"]
    return counts


def content_fields(content: Content) -> str | list[str | dict[str, Any]]:
    """A message's content: a text, or a list of texts and attachments."""
    if isinstance(content, str):
        return content
    return [part if isinstance(part, str) else part_fields(part) for part in content]


def part_fields(part: AnswerPart | File) -> dict[str, Any]:
    """One part as an object."""
    if isinstance(part, UnknownPart):
        return {"kind": part.kind, **part.members}
    row: dict[str, Any] = {"kind": _WORDS[type(part)]}
    for field in fields(part):
        value = getattr(part, field.name)
        if field.name not in _SILENT or value != _SILENT[field.name]:
            row[field.name] = _plain(value)
    return _with_others(row, row.pop("others", None) or {})


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return b64encode(value).decode()
        case ProviderState():
            return {"provider": value.provider, "wire": value.wire, "data": value.data}
        case list() | tuple() if any(isinstance(item, Image | File) for item in value):
            return content_fields(value)
        case _:
            return value


def _with_others(row: dict[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the unknown members of it, and of the objects in it."""
    for name, value in others.items():
        known = row.get(name)
        row[name] = {**value, **known} if isinstance(known, dict) else value
    return row


def stored_words(row: Mapping[str, Any]) -> str:
    """The words of a stored answer, in either shape. Raises KeyError or TypeError."""
    if "parts" not in row:
        return str(row["answer"])
    words = ""
    for part in row["parts"]:
        if part["kind"] == "text":
            words += "\n\n" * bool(part.get("begins")) + part["text"]
    return words


def strict_json(value: dict[str, Any]) -> str:
    """Strict JSON. Half surrogates, which neither SQLite nor a file takes, are escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False)
    return text


def text_for_sqlite(text: str) -> str:
    """The text without half surrogates, which SQLite does not take."""
    return text.encode("utf-8", "replace").decode()
