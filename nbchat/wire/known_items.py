"""Which item of a stream a piece belongs to: one way over all formats.

An item is a call, a block, or one item of a Responses output. Hosts leave out the index,
or the id, or send another id midway, or index 0 for all. So an item is known by its
index, else by its id, else by the id of its call; a piece that names none of them, or
what nobody knows, goes on with what is still open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar

from nbchat.wire.shapes import string


def index_of(value: Any) -> int | None:
    """An index as a number, also where a gateway sends it as text.

    >>> index_of(1), index_of("1"), index_of(1.0), index_of(None), index_of("a")
    (1, 1, 1, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None


def id_of(value: Any) -> str:
    """An id as text; some servers send a number.

    >>> id_of("call_1"), id_of(7), id_of(None)
    ('call_1', '7', '')
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return string(value)


@dataclass(slots=True, eq=False, kw_only=True)
class Item:
    """What an item of a stream is known by, and whether it still takes pieces."""

    index: int | None = None
    id: str = ""
    call_id: str = ""
    kind: str = ""
    is_closed: bool = False


ItemType = TypeVar("ItemType", bound=Item)


class KnownItems(Generic[ItemType]):
    """The items of one answer, in the order in which they began.

    >>> items = KnownItems[Item]()
    >>> paris, rome = items.add(Item(call_id="call_1")), items.add(Item(call_id="call_2"))
    >>> items.find(Item(id="fc_A")) is paris, items.find(Item(id="fc_B")) is rome
    (True, True)
    >>> items.find(Item(id="fc_A")) is paris, items.find(Item()) is rome
    (True, True)
    """

    def __init__(self) -> None:
        self._all: list[ItemType] = []

    def __iter__(self) -> Iterator[ItemType]:
        return iter(self._all)

    def add(self, item: ItemType) -> ItemType:
        """Take a new one, and give it back."""
        self._all.append(item)
        return item

    def named(self, piece: Item) -> ItemType | None:
        """The one that the piece names: by index, else by id, else by the id of its call."""
        candidates = [item for item in self._open(piece.kind) if not _is_other_call(item, piece)]
        if piece.index is not None:
            same = [item for item in candidates if item.index == piece.index]
            if same:  # where all have index 0, it is the one with the same id, or the newest
                exact = [item for item in same if _shares_id(item, piece)]
                return (exact or same)[0]
        for item in candidates:
            if _shares_id(item, piece):
                return item
        return None

    def find(self, piece: Item) -> ItemType | None:
        """The one that the piece names, else the one that it goes on with.

        A name that nobody knows is that of the first open one which has none of that kind,
        and is its name from then on. Without any name it is the newest.
        """
        found = self.named(piece)
        if found is not None:
            return found
        possible = [item for item in self._open(piece.kind) if _could_be(item, piece)]
        if not possible:
            return None
        says_nothing = piece.index is None and not piece.id and not piece.call_id
        if says_nothing:
            return possible[0]
        adopted = possible[-1]
        if adopted.index is None:
            adopted.index = piece.index
        adopted.id = adopted.id or piece.id
        adopted.call_id = adopted.call_id or piece.call_id
        return adopted

    def newest(self, kind: str = "") -> ItemType | None:
        """The one that began last and is still open."""
        return next(self._open(kind), None)

    def _open(self, kind: str) -> Iterator[ItemType]:
        """Those that still take pieces, the newest first."""
        for item in reversed(self._all):
            if not item.is_closed and (not kind or not item.kind or item.kind == kind):
                yield item


def _shares_id(item: Item, piece: Item) -> bool:
    # Some name an item by the id of its call where the item has none of its own.
    by_id = bool(piece.id) and piece.id == (item.id or item.call_id)
    return by_id or (bool(piece.call_id) and item.call_id == piece.call_id)


def _is_other_call(item: Item, piece: Item) -> bool:
    """Whether both name their call, and not the same: ids of items may change midway."""
    return bool(item.call_id and piece.call_id) and item.call_id != piece.call_id


def _could_be(item: Item, piece: Item) -> bool:
    """Whether nothing that both say differs."""
    pairs = ((item.index, piece.index), (item.id, piece.id), (item.call_id, piece.call_id))
    return not any(
        ours not in (None, "") and theirs not in (None, "") and ours != theirs
        for ours, theirs in pairs
    )


class KnownBlocks(Generic[ItemType]):
    """The blocks of a message: each has an index, and one is open at a time where it has none.

    `make` makes a block of that index.
    """

    def __init__(self, make: Callable[[int | None], ItemType]) -> None:
        self._items = KnownItems[ItemType]()
        self._make = make

    def open(self, index: Any) -> ItemType:
        """A block that begins."""
        return self._items.add(self._make(index_of(index)))

    def of(self, index: Any, kind: str, *, begins: bool) -> ItemType:
        """The block that a piece of this kind belongs to; `begins`: it may be its first."""
        number = index_of(index)
        found = self._items.named(Item(index=number))
        if found is not None and found.kind != kind:
            found = self._items.named(Item(index=number, kind=kind)) or found
        if found is None and (number is None or not begins):
            found = self._items.newest(kind)
        if found is None:
            found = self.open(index)
            found.kind = kind
        return found

    def close(self, index: Any) -> ItemType | None:
        """The block that has ended, if it is known."""
        number = index_of(index)
        found = self._items.named(Item(index=number))
        if found is None and number is None:
            found = self._items.newest()
        if found is not None:
            found.is_closed = True
        return found


class CallIds:
    """The ids of an answer's calls: the provider's own, or ours where none or a doubled one came.

    A result names the call it answers, and Claude refuses an id that is used twice. Ours
    are the same for the same bytes, and others in the next answer.

    >>> ids = CallIds("chatcmpl-7")
    >>> ids.given("call_a"), ids.given(""), ids.given("call_a")
    ('call_a', 'call_chatcmpl-7_2', 'call_chatcmpl-7_3')
    """

    def __init__(self, answer_id: str = "") -> None:
        self._answer_id = answer_id
        self._given: set[str] = set()
        self._count = 0

    def given(self, call_id: Any, answer_id: str = "", made_of: str = "") -> str:
        """The id of the next call. Without an `answer_id`, ours is `made_of` what it asks."""
        self._count += 1
        chosen = id_of(call_id)
        if not chosen or chosen in self._given:
            chosen = self._own(_plain(answer_id or self._answer_id), made_of)
        self._given.add(chosen)
        return chosen

    def _own(self, answer: str, made_of: str) -> str:
        if not answer and made_of:
            answer = sha256(made_of.encode("utf-8", "replace")).hexdigest()[:12]
        number = self._count
        while (made := "_".join(filter(None, ("call", answer, str(number))))) in self._given:
            number += 1
        return made


def _plain(answer_id: str) -> str:
    """The letters of an answer's id that every provider takes in the id of a call."""
    return re.sub(r"[^A-Za-z0-9_-]", "", answer_id)[:24]
