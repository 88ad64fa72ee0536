"""Tool calls of the chat-completions format, put together from the pieces in which they are streamed.

A piece belongs to the call of its `index`; id and name come with the first. Hosts
depart from that in every way: no index, index 0 for every call, no ids, the name in
each piece, whole calls at once, arguments as an object.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbchat.messages import ToolCall
from nbchat.wire import arguments_of
from nbchat.wire.shapes import mapping, string


@dataclass(slots=True)
class _Call:
    index: Any
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)

    @property
    def raw(self) -> str:
        return "".join(self.pieces)

    @property
    def whole(self) -> bool:
        return bool(raw := self.raw) and arguments_of(raw) is not None


class ToolCalls:
    """
    >>> calls = ToolCalls()
    >>> calls.add({"index": 0, "id": "call_1", "function": {"name": "add", "arguments": '{"a":'}})
    >>> calls.add({"index": 0, "function": {"arguments": " 1}"}})
    >>> calls.made()
    [ToolCall(id='call_1', name='add', arguments={'a': 1}, raw='{"a": 1}')]
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def __bool__(self) -> bool:
        return any(call.name for call in self._calls)  # Snowflake sends a call without a name where there is none

    def add(self, piece: Mapping[str, Any]) -> None:
        function = mapping(piece.get("function"))
        call_id, name, arguments = string(piece.get("id")), string(function.get("name")), function.get("arguments")
        raw = json.dumps(arguments, ensure_ascii=False) if isinstance(arguments, Mapping) else string(arguments)
        call = self._open(piece.get("index"), call_id, name, raw)
        call.id = call.id or call_id
        call.name = call.name or name
        call.pieces.append(raw)

    def _open(self, index: Any, call_id: str, name: str, raw: str) -> _Call:
        """The call that a piece goes on with, or a new one."""
        known = next((call for call in reversed(self._calls) if index in (None, call.index)), None)
        if known and call_id and call_id != known.id and (index is None or (name and known.id)):
            known = None
        if known and not call_id and name and raw and known.whole:
            known = None
        if known is None:
            known = _Call(index)
            self._calls.append(known)
        return known

    def made(self) -> list[ToolCall]:
        return [ToolCall(call.id, call.name, arguments_of(call.raw), call.raw) for call in self._calls]


def arguments_text(call: ToolCall) -> str:
    """A call's arguments as JSON: as the model wrote them; a call made in Python has no such text.

    >>> arguments_text(ToolCall("1", "add", {"a": 1}, '{"a":1}')), arguments_text(ToolCall("1", "add", {"a": 1}))
    ('{"a":1}', '{"a": 1}')
    """
    if call.arguments is not None and call.raw.strip():
        return call.raw
    return json.dumps(call.arguments or {}, ensure_ascii=False)
