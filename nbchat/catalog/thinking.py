"""From what was asked of a model's thinking to what it understands, or comes nearest to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.catalog.rows import ThinkingFields, ThinkingTable
from nbchat.options import LEVELS, Thinking


def nearest_fields(table: ThinkingTable, asked: Thinking, name: str) -> tuple[ThinkingFields, str]:
    """The fields of a thinking table that come nearest to what was asked, and a notice.

    `name` is the model's, for the notice; that is empty where the table has just what was asked.
    """
    if asked is None:
        return table.default, ""
    if asked is False:
        return _off(table, name)
    levels = _levels(table)
    if asked is True:
        lowest = next(iter(levels.values()), None)
        middle = levels.get("medium") or levels.get("high") or lowest
        return _with_body(table, table.on or middle or table.default), ""
    if asked in levels:
        return _with_body(table, levels[asked]), ""
    if not levels:
        notice = f"{name} has no levels of thinking; {asked!r} was sent as on."
        return _with_body(table, table.on or table.default), notice
    rank = LEVELS.index(asked)
    # Of two that are as near, the higher one.
    nearest = min(levels, key=lambda level: (abs(LEVELS.index(level) - rank), -LEVELS.index(level)))
    notice = f"{name} thinks at {', '.join(levels)}; {nearest!r} was sent for {asked!r}."
    return _with_body(table, levels[nearest]), notice


def _off(table: ThinkingTable, name: str) -> tuple[ThinkingFields, str]:
    if table.off:
        return table.off, ""
    least = table.least
    for lowest in _levels(table).values():
        least = least or _with_body(table, lowest)
    if least:
        return least, f"{name} always thinks; it was asked to think as little as it can."
    return table.default, f"{name} always thinks; it cannot be asked not to."


def _levels(table: ThinkingTable) -> dict[str, ThinkingFields]:
    """The levels a table has, the lowest first."""
    levels = {level: getattr(table, level) for level in LEVELS}
    return {level: fields for level, fields in levels.items() if fields}


def _with_body(table: ThinkingTable, fields: ThinkingFields) -> ThinkingFields:
    """The fields, with what the table sends along with every level."""
    if not table.body:
        return fields
    return fields.model_copy(update={"body": _merge(table.body, fields.body)})


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both, member by member where both hold objects."""
    objects = [n for n in below if isinstance(below[n], dict) and isinstance(above.get(n), dict)]
    return {**below, **above, **{n: _merge(below[n], above[n]) for n in objects}}
