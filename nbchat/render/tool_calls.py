"""A tool's call with its result, as one line with what is folded below it.

Names, arguments and results are model output: all of it is made safe here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from nbchat.messages import AnswerPart, ToolCall, ToolResult

Called: TypeAlias = "tuple[ToolCall, ToolResult | None]"


def calls_with_results(parts: Iterable[AnswerPart]) -> Iterator[AnswerPart | Called]:
    """The parts in order, each call together with its result; of an id used again the next one."""
    from nbchat.messages import ToolCall, ToolResult

    there = list(parts)
    taken: set[int] = set()
    for place, part in enumerate(there):
        if isinstance(part, ToolCall):
            result = None
            for later in range(place + 1, len(there)):
                other = there[later]
                if isinstance(other, ToolResult) and other.id == part.id and later not in taken:
                    taken.add(later)
                    result = other
                    break
            yield part, result
        elif not isinstance(part, ToolResult):
            yield part
