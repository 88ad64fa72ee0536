"""Turns as version 1 stored and exported them, in the shape of today.

There the words, the thinking and the calls of an answer stood apart, and what its provider
wants back beside them, with the place in the words where it belongs. Such rows are never
rewritten: they are read so for ever. What is malformed is left for the check that follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbchat.errors import BadSettings

Row = dict[str, Any]
ATTACHMENTS = ("image", "file")


def renewed(row: Any) -> Any:
    """The row of a turn in the shape of today. Raises BadSettings where that cannot be made."""
    if not isinstance(row, dict):
        return row
    row = dict(row)
    if isinstance(row.get("question"), list):
        row["question"] = list(map(_attachment, row["question"]))
    if "parts" in row:
        return row
    return {**row, "parts": list(_answer(row))}


def _attachment(part: Any) -> Any:
    """An image was `{"image": base64, "media_type": …}`, and a file likewise."""
    if not isinstance(part, dict) or "kind" in part:
        return part
    for kind in ATTACHMENTS:
        if kind in part:
            members = {name: value for name, value in part.items() if name != kind}
            return {"kind": kind, "data": part[kind], **members}
    return part


def _answer(row: Row) -> Iterator[Row]:
    """The parts of an answer; takes its members out of the row."""
    text, thought = row.pop("answer", ""), row.pop("thought", "")
    calls, kept = row.pop("tool_calls", []), row.pop("kept", None)
    if not isinstance(text, str) or not isinstance(thought, str):
        raise BadSettings("answer: the words and the thinking should be text")
    if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
        raise BadSettings("tool_calls: there should be a list of objects")
    calls = [{"kind": "tool_call", **call} for call in calls]
    if kept is None:
        yield from [*_words("thought", thought), *_words("text", text), *calls]
        return
    if not isinstance(kept, dict) or kept.keys() != {"provider", "wire", "data"}:
        raise BadSettings("kept: there should be provider, wire and data")
    restore = _RESTORED.get(kept["wire"], _rows)
    yield from restore(text, thought, calls, _State(kept))


class _State:
    """What the provider of an answer wants back, to be put on its parts."""

    def __init__(self, kept: Row) -> None:
        self.data = kept["data"]
        self._kept = kept

    def of(self, data: Any) -> Row:
        return {**self._kept, "data": data}


def _words(kind: str, text: str, state: Row | None = None) -> list[Row]:
    if not text:
        return []
    return [{"kind": kind, "text": text, **({"state": state} if state else {})}]


def _hidden(state: Row) -> Row:
    return {"kind": "thought", "text": "", "state": state}


def _rows(text: str, thought: str, calls: list[Row], kept: _State) -> Iterator[Row]:
    """Anthropic, Bedrock, Responses: objects, each with how much text and calls are before it."""
    yield from _words("thought", thought)
    rows = kept.data if isinstance(kept.data, list) else []
    at = done = 0
    phase: Row | None = None
    for row in filter(_is_row, rows):
        words = _words("text", text[at : row["text"]], phase)
        phase = None if words else phase
        yield from [*words, *calls[done : row["calls"]]]
        if row["block"].get("type") == "message":  # the phase of the words that follow
            phase = kept.of(row["block"])
        else:
            yield _hidden(kept.of(row["block"]))
        at, done = max(at, row["text"]), max(done, row["calls"])
    yield from [*_words("text", text[at:], phase), *calls[done:]]


def _is_row(row: Any) -> bool:
    wanted = {"text": int, "calls": int, "block": dict}
    return isinstance(row, dict) and all(
        isinstance(row.get(name), kind) for name, kind in wanted.items()
    )


def _gemini(text: str, thought: str, calls: list[Row], kept: _State) -> Iterator[Row]:
    """All parts as they came, where one of them was signed."""
    yield from _words("thought", thought)
    parts = kept.data.get("parts") if isinstance(kept.data, dict) else None
    calls = list(calls)
    at = 0
    for part in parts if isinstance(parts, list) else []:
        if not isinstance(part, dict):
            continue
        words = part.get("text")
        if "functionCall" in part:
            yield from _gemini_call(part, calls, kept)
        elif not isinstance(words, str) or part.get("thought"):
            yield _hidden(kept.of(part))
        else:
            said = text[at : at + len(words)]
            at += len(words)
            signed = {"state": kept.of(part)} if part.keys() != {"text"} else {}
            yield {"kind": "text", "text": said, **signed}
    yield from [*_words("text", text[at:]), *calls]


def _gemini_call(part: Row, calls: list[Row], kept: _State) -> Iterator[Row]:
    if not calls:
        return
    signature = part.get("thoughtSignature")
    state = {"state": kept.of({"thoughtSignature": signature})} if signature else {}
    yield {**calls.pop(0), **state}


def _openai_chat(text: str, thought: str, calls: list[Row], kept: _State) -> Iterator[Row]:
    """`reasoning_details`, which go back with the whole message."""
    yield {**_hidden(kept.of(kept.data)), "text": thought}
    yield from [*_words("text", text), *calls]


def _cohere(text: str, thought: str, calls: list[Row], kept: _State) -> Iterator[Row]:
    """The plan, which goes back with the calls."""
    yield from [*_words("thought", thought), *_words("text", text)]
    for nth, call in enumerate(calls):
        yield call if nth else {**call, "state": kept.of(kept.data)}


_RESTORED = {"gemini": _gemini, "openai-chat": _openai_chat, "cohere": _cohere}
