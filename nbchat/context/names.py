"""What a name in a question stands for: a look-up and nothing else.

`Out[3]` and `In[3]` are names, too, of what a cell gave and of what was typed into it. They are
looked up only in the very dict and list that IPython has for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbchat.context.values import is_data

NAME = r"[^\W\d]\w*"
NUMBERED = r"(?:Out|In)\[(?:0|[1-9]\d{0,6})\]"

_NUMBERED = re.compile(r"(Out|In)\[(\d+)\]")


class Names:
    """The values of a notebook, by the names that a question may use."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables

    def __contains__(self, name: str) -> bool:
        return bool(self.found(name))

    def __iter__(self) -> Iterator[str]:
        """The plain names of what can be sent."""
        return (name for name, value in self._variables.items() if is_data(value))

    def exists(self, name: str) -> bool:
        """Whether anything has that plain name, be it no data."""
        return name in self._variables

    def found(self, name: str) -> tuple[Any, ...]:
        """The value of that name alone, or nothing.

        >>> names = Names({"x": 2, "Out": {3: "a"}})
        >>> names.found("x"), names.found("Out[3]"), names.found("y")
        ((2,), ('a',), ())
        """
        numbered = _NUMBERED.fullmatch(name)
        values = self._numbered(numbered[1], int(numbered[2])) if numbered else self._plain(name)
        return tuple(value for value in values if is_data(value))

    def _plain(self, name: str) -> tuple[Any, ...]:
        return (self._variables[name],) if name in self._variables else ()

    def _numbered(self, kind: str, number: int) -> tuple[Any, ...]:
        cells = self._variables.get(kind)
        if kind == "Out" and type(cells) is dict:
            # Not by the number alone: a key of another class would be asked whether it is equal.
            return tuple(
                value for key, value in cells.items() if type(key) is int and key == number
            )
        if kind == "In" and type(cells) is list and number < len(cells):
            return (cells[number],)
        return ()
