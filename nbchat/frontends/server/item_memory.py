"""The latest items of answers, for clients that send an item back by its id alone.

The AI SDK does, as OpenAI's own server keeps what it said. Here the latest are kept, in the
memory of one worker, and lost when it ends.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from nbchat.frontends.server.strict_json import json_line

MOST_BYTES = 8 * 1024 * 1024


class ItemMemory:
    """Items by id; the oldest are forgotten first.

    >>> memory = ItemMemory(most_bytes=40)
    >>> memory.keep([{"id": "one", "text": "a"}, {"id": "two", "text": "b"}])
    >>> memory.find("one"), memory.find("two")
    (None, {'id': 'two', 'text': 'b'})
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._size = 0
        self._items: OrderedDict[str, bytes] = OrderedDict()

    def keep(self, items: Iterable[dict[str, Any]]) -> None:
        for item in items:
            self._items[item["id"]] = written = json_line(item)
            self._size += len(written)
        while self._size > self._most:
            _, forgotten = self._items.popitem(last=False)
            self._size -= len(forgotten)

    def find(self, id_: str) -> dict[str, Any] | None:
        written = self._items.get(id_)
        if written is None:
            return None
        found: dict[str, Any] = json.loads(written)
        return found
