"""What a question with a schema yields: its value as it grows, and what became of it at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbchat.errors import InvalidAnswer, NoValue


@dataclass(slots=True)
class Partial:
    """What there is of the value so far, where a question has a `schema`.

    Of a list the rows that are complete, checked, and never fewer than before; of anything else
    its shape as it grows, which nobody has checked. After a Notice that the answer did not fit
    it begins anew.

    >>> Partial([{"name": "Ada"}]).value
    [{'name': 'Ada'}]
    """

    value: Any


@dataclass(slots=True, frozen=True)
class Valued:
    """What became of a `schema`: the value, or why there is none."""

    value: Any = None
    error: InvalidAnswer | None = None


class HasValue:
    """What an answer can do that was asked for with a schema."""

    __slots__ = ()

    valued: Valued | None

    @property
    def value(self) -> Any:
        """The validated value, where the question had a `schema`.

        Of an answer that was kept on disk it is what JSON has: a dict in the place of a model.
        Raises InvalidAnswer where the answer is no such value, NoValue without a schema.

        >>> from nbchat import Answer
        >>> Answer(valued=Valued(["Ada", "Bob"])).value
        ['Ada', 'Bob']
        """
        if self.valued is None:
            raise NoValue("this answer has no value: ask with schema=, such as schema=list[str].")
        if self.valued.error is not None:
            raise self.valued.error.with_traceback(None)
        return self.valued.value

    def frame(self) -> Any:
        """The value as a table of pandas or polars: a row for each of a list.

        It is of the one that the notebook has imported; of pandas where both or none are.

        >>> from nbchat import Answer
        >>> Answer(valued=Valued([{"name": "Ada", "age": 36}, {"name": "Bob", "age": 41}])).frame()
          name  age
        0  Ada   36
        1  Bob   41
        """
        from nbchat.values.frames import frame_of

        return frame_of(self.value)
