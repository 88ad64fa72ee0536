"""The items of a Responses stream: messages, reasoning and calls, and which event is about which.

Hosts leave out `output_index`, `item_id` or both, change ids midway, or say an item only
when it is whole; see `nbchat.wire.known_items`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbchat.messages import ToolCall
from nbchat.wire.known_items import Item, KnownItems, id_of, index_of
from nbchat.wire.shapes import items, mapping, string
from nbchat.wire.tool_calls import arguments_of, custom_call, raw_arguments, tool_call

CALL = "call"
DRAWING = "image_generation_call"
CUSTOM = "custom_tool_call"
CALLS = ("function_call", CUSTOM)


@dataclass(slots=True, eq=False, kw_only=True)
class OutputItem(Item):
    """One item of the output, while it streams."""

    given: Mapping[str, Any] = field(default_factory=dict)
    seen: bool = False  # some of it was shown already
    streamed: bool = False  # some of the part that is open now was
    raw: list[str] = field(default_factory=list)  # of a call's arguments; of a picture, a draft
    begins: dict[int, int] = field(default_factory=dict)  # where each content's words begin

    def called(self, call_id: str) -> ToolCall:
        """The call that it is."""
        given = self.given
        raw = "".join(self.raw)
        if given.get("type") == CUSTOM:
            raw = raw or string(given.get("input"))
            return replace(custom_call(call_id, given.get("name"), raw), arguments=_object(raw))
        return tool_call(call_id, given.get("name"), raw or raw_arguments(given.get("arguments")))

    @property
    def pictures(self) -> Any:
        """The picture that it is, else its last draft; or those of code that was run."""
        if self.kind == DRAWING:
            return self.given.get("result") or "".join(self.raw)
        outputs = map(mapping, items(self.given.get("outputs")))
        return [output for output in outputs if output.get("type") == "image"]

    @property
    def own_call_id(self) -> Any:
        """What the provider calls the call."""
        return self.given.get("call_id") or self.given.get("id")


def _object(raw: str) -> dict[str, Any] | None:
    """The input of a custom tool where the model has written an object."""
    return arguments_of(raw) if raw.strip() else None


class OutputItems:
    """The items of one answer, and of which kinds there were any in its stream."""

    def __init__(self) -> None:
        self._known = KnownItems[OutputItem]()
        self._last_names: tuple[Any, ...] = ()
        self._last: OutputItem | None = None
        self.kinds: set[str] = set()

    @property
    def calls(self) -> list[OutputItem]:
        """Those that are calls."""
        return [item for item in self._known if item.given.get("type") in CALLS]

    @property
    def drafts(self) -> list[OutputItem]:
        """Pictures of which only drafts have come."""
        drawings = [item for item in self._known if item.kind == DRAWING and not item.is_closed]
        return [item for item in drawings if item.pictures]

    def of(self, value: Mapping[str, Any], kind: str) -> OutputItem:
        """The item that a piece belongs to."""
        names = value.get("output_index"), value.get("item_id"), value.get("call_id"), kind
        last = self._last
        if last is not None and names == self._last_names and not last.is_closed:
            return last
        piece = _named(value, {}, kind)
        found = self._known.find(piece)
        if found is None and kind == CALL:  # a piece of arguments begins no call
            found = self._known.newest(kind)
        self._last_names, self._last = names, found or self._new(piece)
        return self._last

    def open(self, value: Mapping[str, Any]) -> OutputItem:
        """The item that is said to begin."""
        given = mapping(value.get("item"))
        piece = _named(value, given, kind_of(given))
        self._last = None  # a piece without a name is of this one from now on
        found = self._known.named(piece)
        if found is None or found.given:
            found = self._new(piece)
        found.given = given
        return found

    def whole(self, value: Mapping[str, Any]) -> OutputItem:
        """The item that is said to be whole; from now on it takes no pieces."""
        given = mapping(value.get("item"))
        piece = _named(value, given, kind_of(given))
        found = self._known.find(piece) or self._new(piece)
        return self._close(found, given)

    def left_open(self, given: Mapping[str, Any]) -> OutputItem | None:
        """The item of a whole output that was not shown whole, or not at all; else None."""
        kind = kind_of(given)
        piece = _named({}, given, kind)
        found = self._known.find(piece)
        if found is None and kind not in self.kinds:
            found = OutputItem(kind=kind, id=piece.id, call_id=piece.call_id)
            self._known.add(found)  # but not to `kinds`: others may be in the output, too
        return found and self._close(found, given)

    def _new(self, piece: Item) -> OutputItem:
        self.kinds.add(piece.kind)
        item = OutputItem(index=piece.index, id=piece.id, call_id=piece.call_id, kind=piece.kind)
        return self._known.add(item)

    def _close(self, item: OutputItem, given: Mapping[str, Any]) -> OutputItem:
        item.given = given
        item.is_closed = True
        return item


def kind_of(given: Mapping[str, Any]) -> str:
    """The type of an item; all calls are one kind."""
    kind = string(given.get("type"))
    return CALL if kind in CALLS else kind


def _named(value: Mapping[str, Any], given: Mapping[str, Any], kind: str) -> Item:
    """What an event says of the item that it is about."""
    return Item(
        index=index_of(value.get("output_index")),
        id=id_of(value.get("item_id") or given.get("id")),
        call_id=id_of(value.get("call_id") or given.get("call_id")),
        kind=kind,
    )
