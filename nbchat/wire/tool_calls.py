"""The calls of tools in an answer, put together from what hosts really send."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbchat.messages import ToolCall
from nbchat.wire.answer_parts import state_of
from nbchat.wire.contract import merge_into
from nbchat.wire.shapes import mapping, string
from nbchat.wire.signatures import signatures_in


def arguments_of(raw: str) -> dict[str, Any] | None:
    """A tool call's arguments: `""` is `{}`; what is not a JSON object is None.

    >>> [arguments_of(raw) for raw in ("", '{"a": 1}', '{"a": ', '{"a": 1e999}')]
    [{}, {'a': 1}, None, None]
    """
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text} could not be sent back: JSON has no such number")
    return number


def raw_arguments(value: Any) -> str:
    """A call's arguments as text, where a host may send the object itself.

    >>> raw_arguments('{"a":1}'), raw_arguments({"a": 1}), raw_arguments(None)
    ('{"a":1}', '{"a": 1}', '')
    """
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else string(value)


def tool_call(call_id: Any, name: Any, raw: str) -> ToolCall:
    """The call that a model made, of what a provider says of it."""
    return ToolCall(string(call_id), string(name), arguments_of(raw), raw)


@dataclass(slots=True)
class _Call:
    index: Any
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    signed: dict[str, Any] = field(default_factory=dict)  # what goes back with it

    @property
    def raw(self) -> str:
        return "".join(self.pieces)

    @property
    def whole(self) -> bool:
        return bool(raw := self.raw) and arguments_of(raw) is not None

    @property
    def made(self) -> ToolCall:
        call = tool_call(self.id, self.name, self.raw)
        call.state = state_of(self.signed) if self.signed else None
        return call


class ToolCalls:
    """Calls put together from the pieces in which they are streamed.

    A piece belongs to the call of its `index`; id and name come with the first. Hosts
    depart from that in every way: no index, index 0 for every call, no ids, the name in
    each piece, whole calls at once, arguments as an object.

    >>> calls = ToolCalls()
    >>> calls.add({"index": 0, "id": "call_1", "function": {"name": "add", "arguments": '{"a":'}})
    >>> calls.add({"index": 0, "function": {"arguments": " 1}"}})
    >>> calls.made()
    [ToolCall(id='call_1', name='add', arguments={'a': 1}, raw='{"a": 1}')]
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def __bool__(self) -> bool:
        return any(
            call.name for call in self._calls
        )  # Snowflake sends a nameless one for none (recorded)

    def add(self, piece: Mapping[str, Any]) -> None:
        """Take one item of a delta's `tool_calls`."""
        function = mapping(piece.get("function"))
        call_id, name, arguments = (
            string(piece.get("id")),
            string(function.get("name")),
            function.get("arguments"),
        )
        raw = raw_arguments(arguments)
        call = self._open(piece.get("index"), call_id, name, raw)
        call.id = call.id or call_id
        call.name = call.name or name
        call.pieces.append(raw)
        merge_into(call.signed, signatures_in(piece))

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

    def take(self, index: Any) -> list[ToolCall]:
        """The call of that index, which is whole; it is not given again."""
        taken = [call for call in self._calls if call.index == index]
        self._calls = [call for call in self._calls if call.index != index]
        return [call.made for call in taken]

    def made(self) -> list[ToolCall]:
        """The calls in the order in which they began; those cut short have no arguments."""
        return [call.made for call in self._calls]
