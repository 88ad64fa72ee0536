"""The calls of tools in an answer, put together from what hosts really send."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from nbchat.messages import ToolCall
from nbchat.wire.answer_parts import state_of
from nbchat.wire.contract import merge_into
from nbchat.wire.known_items import CallIds, Item, KnownItems, id_of, index_of
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
    return ToolCall(id_of(call_id), string(name), arguments_of(raw), raw)


def custom_call(call_id: Any, name: Any, raw: str) -> ToolCall:
    """The call of a tool whose input is a text of its own and no JSON object."""
    return ToolCall(id_of(call_id), string(name), None, raw)


@dataclass(slots=True, eq=False, kw_only=True)
class _Call(Item):
    name: str = ""
    is_custom: bool = False
    pieces: list[str] = field(default_factory=list)
    signed: dict[str, Any] = field(default_factory=dict)  # what goes back with it
    given_id: str = ""  # what it is called outside

    @property
    def raw(self) -> str:
        return "".join(self.pieces)

    @property
    def _settled(self) -> str:
        """The arguments, also where each piece says again all that came before it."""
        last = self.pieces[-1] if self.pieces else ""
        if arguments_of(self.raw) is not None or not arguments_of(last):
            return self.raw
        before = [piece for piece in self.pieces if piece.strip() not in ("", "{}")]
        grows = all(later.startswith(piece) for piece, later in pairwise(before))
        return last if grows else self.raw

    @property
    def whole(self) -> bool:
        return bool(raw := self.raw) and arguments_of(raw) is not None

    def is_midway_at(self, raw: str) -> bool:
        """Whether the arguments have begun, and that text does not begin others."""
        return bool(self.raw.strip()) and not self.whole and not raw.lstrip().startswith("{")

    def has_all_of(self, raw: str) -> bool:
        """Whether a piece says again what has come: some hosts repeat the whole call at its end."""
        return self.whole and bool(raw.strip()) and arguments_of(raw) == arguments_of(self.raw)

    @property
    def made(self) -> ToolCall:
        make = custom_call if self.is_custom else tool_call
        call = make(self.given_id, self.name, self.raw if self.is_custom else self._settled)
        call.state = state_of(self.signed) if self.signed else None
        return call


class ToolCalls:
    """Calls put together from the pieces in which they are streamed.

    A piece belongs to the call of its `index`; id and name come with the first. Hosts
    depart from that in every way: no index, index 0 for every call, an index for every
    piece, no ids or the same twice, the name in each piece, whole calls at once, arguments
    as an object. A custom tool's input is a text, and no arguments.

    >>> calls = ToolCalls()
    >>> calls.add({"index": 0, "id": "call_1", "function": {"name": "add", "arguments": '{"a":'}})
    >>> calls.add({"index": 0, "function": {"arguments": " 1}"}})
    >>> calls.made()
    [ToolCall(id='call_1', name='add', arguments={'a': 1}, raw='{"a": 1}')]
    """

    def __init__(self) -> None:
        self._calls = KnownItems[_Call]()
        self._ids = CallIds()

    def __bool__(self) -> bool:
        return any(
            call.name for call in self._calls
        )  # Snowflake sends a nameless one for none (recorded)

    def add(self, piece: Mapping[str, Any]) -> None:
        """Take one item of a delta's `tool_calls`."""
        custom = mapping(piece.get("custom"))
        function = mapping(piece.get("function")) or custom or piece
        name, raw = string(function.get("name")), raw_arguments(function.get("arguments"))
        if custom or piece.get("type") == "custom":
            raw = string(function.get("input"))
        named = id_of(piece.get("id")) or id_of(piece.get("call_id"))
        known_by = Item(index=index_of(piece.get("index")), id=named)
        call = self._call_of(known_by, name, raw)
        if (name or known_by.id) and call.has_all_of(raw):
            return
        call.id = call.id or known_by.id
        call.name = call.name or name
        call.is_custom = call.is_custom or piece.get("type") == "custom" or bool(custom)
        call.pieces.append(raw)
        merge_into(call.signed, signatures_in(piece))

    def _call_of(self, known_by: Item, name: str, raw: str) -> _Call:
        """The call that a piece goes on with, or a new one."""
        call = self._calls.named(known_by)
        last = self._calls.newest()
        if call is None and known_by.index is None and not known_by.id:
            call = last
        if call is not None and _is_another(call, known_by, name, raw):
            call = None
        elif call is None and not name and last is not None:
            goes_on = not known_by.id or (bool(raw) and not last.whole)
            call = last if goes_on else None
        if call is None:
            call = self._calls.add(_Call(index=known_by.index))
        return call

    def take(self, index: Any, answer_id: str = "") -> list[ToolCall]:
        """The call of that index, which is whole; it is not given again."""
        number = index_of(index)
        taken = [call for call in self._open if number in (None, call.index)]
        for call in taken:
            call.is_closed = True
        return [self._finish(call, answer_id) for call in taken]

    def made(self, answer_id: str = "") -> list[ToolCall]:
        """The calls in the order in which they began; those cut short have no arguments."""
        return [self._finish(call, answer_id) for call in self._open]

    @property
    def _open(self) -> list[_Call]:
        return [call for call in self._calls if not call.is_closed]

    def _finish(self, call: _Call, answer_id: str) -> ToolCall:
        if call.name and not call.given_id:
            call.given_id = self._ids.given(call.id, answer_id, call.name + call.raw)
        return call.made


def _is_another(call: _Call, piece: Item, name: str, raw: str) -> bool:
    """Whether a piece that names this call begins another, which names itself alike."""
    if not name:
        return False
    if call.name and name != call.name:
        return True
    if not piece.id:
        return bool(raw) and call.whole
    if not call.id:
        return False
    if piece.id == call.id and piece.index in (None, call.index):
        begins = bool(raw.strip()) and arguments_of(raw) is not None
        return begins and call.whole and not call.has_all_of(raw)
    return not call.is_midway_at(raw)
