"""From what was asked of a model's thinking to what it understands, or comes nearest to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.catalog.rows import ThinkingFields, ThinkingTable
from nbchat.options import LEVELS, Thinking


def nearest_fields(table: ThinkingTable, asked: Thinking, name: str) -> tuple[ThinkingFields, str]:
    """The row of a thinking table that comes nearest to what was asked."""
    levels = {level: fields for level in LEVELS if (fields := getattr(table, level))}
    lowest = next(iter(levels.values()), None)

    def with_body(fields: ThinkingFields) -> ThinkingFields:
        return (
            fields.model_copy(update={"body": _over(table.body, fields.body)})
            if table.body
            else fields
        )

    if asked is None:
        return table.default, ""
    if asked is False:
        if table.off:
            return table.off, ""
        if table.least:
            return table.least, f"{name} always thinks; it was asked to think as little as it can."
        if lowest:
            return with_body(
                lowest
            ), f"{name} always thinks; it was asked to think as little as it can."
        return table.default, f"{name} always thinks; it cannot be asked not to."
    if asked is True:
        return with_body(
            table.on or levels.get("medium") or levels.get("high") or lowest or table.default
        ), ""
    if asked in levels:
        return with_body(levels[asked]), ""
    if not levels:
        return with_body(
            table.on or table.default
        ), f"{name} has no levels of thinking; {asked!r} was sent as on."
    rank = LEVELS.index(asked)
    nearest = min(levels, key=lambda level: (abs(LEVELS.index(level) - rank), -LEVELS.index(level)))
    return with_body(
        levels[nearest]
    ), f"{name} thinks at {', '.join(levels)}; {nearest!r} was sent for {asked!r}."


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both, member by member where both hold objects."""
    objects = [n for n in below if isinstance(below[n], dict) and isinstance(above.get(n), dict)]
    return {**below, **above, **{n: _over(below[n], above[n]) for n in objects}}
