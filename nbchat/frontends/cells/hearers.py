"""A method in whose place hearers stand, who may come and go in any order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

from nbchat.frontends.cells.in_place import InPlace

# Called with the method that is next and with what it is called with; may call it, or not.
Hearer: TypeAlias = Callable[..., Any]

_order = threading.RLock()


class _Heard:
    """What stands in the place of the method: the newest hearer is called first."""

    def __init__(self, owner: Any, name: str) -> None:
        self._method = getattr(owner, name)
        self._hearers: tuple[Hearer, ...] = ()
        self._in_place = InPlace()
        self._in_place.put(owner, name, self)

    def __call__(self, *given: Any, **named: Any) -> Any:
        call = self._method
        for hearer in self._hearers:
            call = partial(hearer, call)
        return call(*given, **named)

    def add(self, hearer: Hearer) -> None:
        self._hearers = (*self._hearers, hearer)

    def remove(self, hearer: Hearer) -> None:
        with _order:
            self._hearers = tuple(one for one in self._hearers if one is not hearer)
            if not self._hearers:
                self._in_place.end()


def put_hearer(owner: Any, name: str, hearer: Hearer) -> Callable[[], None]:
    """Have it called in the method's place; returns what takes it away, also when called again."""
    with _order:
        heard = None
        with suppress(TypeError):  # it has no attributes of its own
            heard = vars(owner).get(name)
        if not isinstance(heard, _Heard):
            heard = _Heard(owner, name)
        heard.add(hearer)
    return partial(heard.remove, hearer)
