"""The counts of an answer, as a provider reports them several times and in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.wire.shapes import count, mapping


def merge_counts(before: Mapping[str, Any], later: Any) -> dict[str, Any]:
    """The counts with those that came later: they are cumulative.

    A later 0 or null takes nothing back: gateways fill with it what they do not know.

    >>> merge_counts({"input": 1500, "details": {"cached": 80}}, {"input": 0, "output": 9})
    {'input': 1500, 'details': {'cached': 80}, 'output': 9}
    """
    merged = dict(before)
    for name, value in mapping(later).items():
        known = merged.get(name)
        if isinstance(value, dict):
            merged[name] = merge_counts(mapping(known), value)
        elif value or known is None:
            merged[name] = value
    return {name: value for name, value in merged.items() if value is not None}


def first_count(*values: Any) -> int | None:
    """The first that is a count: hosts have several places for the same number.

    >>> first_count(None, "9", 4)
    4
    """
    for value in values:
        number = count(value)
        if number is not None:
            return number
    return None


def everything_sent(
    given: int | None, made: int | None, *, total: int | None, read: int, written: int
) -> int | None:
    """All that was sent, where a host counts what its cache read, or what was written to it, apart.

    The total says so; without one, that more is in the cache than was sent. Where the total
    leaves the cache out (Grok on Azure, recorded), it counts what it says.

    >>> everything_sent(20, 30, total=650, read=100, written=500)
    620
    >>> everything_sent(20, 30, total=None, read=100, written=500)
    620
    >>> everything_sent(620, 30, total=650, read=100, written=500)
    620
    """
    if given is None:
        return None
    for beside in (read + written, read):
        says_so = total == given + beside + (made or 0) if total else beside > given
        if beside and says_so:
            return given + beside
    return given


def output_count(
    given: int | None, made: int | None, *, total: Any, reasoning: int | None
) -> int | None:
    """Everything that was made, where a host counts its thinking beside the answer, or nowhere.

    xAI gives it beside the completion (recorded); Gemini behind OpenAI's format only in the
    total (recorded), and so do others. A total that fits neither is not believed, nor is the
    thinking where the total leaves it out (Vercel's gateway, recorded).

    >>> output_count(20, 198, total=623, reasoning=None)
    603
    >>> output_count(12, 2, total=None, reasoning=340), output_count(9, 5, total=14, reasoning=30)
    (342, 5)
    """
    everything = count(total)
    if everything is None or given is None:
        if made is not None and reasoning is not None and reasoning > made:
            return made + reasoning
        return made
    rest = everything - given
    fits = not reasoning or rest == (made or 0) + reasoning
    return rest if rest > (made or 0) and fits else made
