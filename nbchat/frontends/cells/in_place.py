"""Something put in the place of attributes for a while, and taken away again."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Any


class InPlace:
    """What was put where, until `end`, which can be called again where an interrupt struck."""

    def __init__(self) -> None:
        self._put_back: list[Callable[[], object]] = []

    def put(self, owner: Any, name: str, value: object) -> None:
        """Put a value in the place of an attribute."""
        self.keep(owner, name)
        setattr(owner, name, value)

    def keep(self, owner: Any, name: str) -> None:
        """Whatever the attribute becomes meanwhile, at the end it is what it is now."""
        own = vars(owner)
        if name not in own and hasattr(type(owner), name) and not _is_data(type(owner), name):
            self._put_back.append(partial(own.pop, name, None))
        elif hasattr(owner, name):
            self._put_back.append(partial(setattr, owner, name, getattr(owner, name)))
        else:
            self._put_back.append(partial(own.pop, name, None))

    def put_item(self, items: MutableMapping[str, Any], key: str, value: object) -> None:
        """Put a value in the place of the one of a key, where it has one."""
        if key in items:
            self._put_back.append(partial(items.__setitem__, key, items[key]))
            items[key] = value

    def end(self) -> None:
        while self._put_back:
            self._put_back[-1]()
            self._put_back.pop()


def _is_data(kind: type, name: str) -> bool:
    """Whether setting it goes through the class, as with a property or a trait."""
    return hasattr(getattr(kind, name, None), "__set__")
