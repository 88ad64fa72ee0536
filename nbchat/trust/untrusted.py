"""What counts of a file that nobody has trusted: what cannot move a question, a key or a history.

A member that may count has a reader here; everything else is left out, and named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbchat.catalog.catalog import Catalog, shipped
from nbchat.catalog.user_tables import TABLES
from nbchat.errors import UnknownModel
from nbchat.settings_values import CELL_BUDGET, DISPLAYS, checked_values
from nbchat.trust.budgets import UNPRICED
from nbchat.wording import folded

LONGEST_NAME = 40  # characters of a name that is repeated
MOST_NAMES = 4  # of a table that are repeated

_PLAIN = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._/:-]{{0,{LONGEST_NAME - 1}}}")
_DATA_LINE = re.compile(r"""^[ \t]*["']?data["']?[ \t]*=(?![ \t]*["'](?:brief|all)["'])""", re.M)
_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # no `provider:id`, and no other alphabet
_ALIKE = str.maketrans("01i_", "oll-")  # a small l, a capital I and a 1 are one stroke
_ROW_NAMES = {"providers": "type", "models": "id"}  # the field that a row is known by


@dataclass(slots=True)
class Harmless:
    """What counts of a file, and what does not: `left_out` in words, `unknown` by name.

    `without` are the settings that would be others, were it trusted, such as `limits.event`.
    """

    values: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    without: set[str] = field(default_factory=set)

    def leave_out(self, name: str, value: Any, words: str = "") -> None:
        """Nothing of this member counts; `words` are what is said of it."""
        self.left_out.append(words or name)
        inner = [f"{name}.{member}" for member in value] if isinstance(value, Mapping) else []
        self.without.update((name, *inner))


Reader = Callable[[Any, Catalog, Harmless], None]


def read_untrusted(data: Any, catalog: Catalog, *, is_json: bool = False) -> Harmless:
    """Take what counts from the data of a file; `catalog` has the names that are taken.

    A JSON table has rows alone, so nothing else of it counts.
    """
    harmless = Harmless()
    if not isinstance(data, Mapping):
        harmless.left_out.append("all of it, which is no table")
        return harmless
    if not is_json and any(map(_has_misplaced_schema, data.values())):
        harmless.values["data"] = "schema"
        harmless.left_out.append(
            "data in a table, where 'schema' counts; it belongs above them all"
        )
    for name, value in data.items():
        may_count = name in TABLES or not is_json
        reader = READERS.get(name) if may_count else None
        (reader or _leave_out(name))(value, catalog, harmless)
    return harmless


def keeps_values_back(content: bytes) -> bool:
    """Whether a file that cannot be read has a line that may mean to keep values back.

    >>> keeps_values_back(b'data = "schema'), keeps_values_back(b'data = "all"')
    (True, False)
    """
    return _DATA_LINE.search(content.decode("utf-8-sig", "replace")) is not None


def _has_misplaced_schema(table: Any) -> bool:
    """Whether a line `data = "schema"` stands below a heading, and so became a part of it."""
    return isinstance(table, Mapping) and table.get("data") == "schema"


# --- what may count ------------------------------------------------------------------------------


def _read_model(value: Any, catalog: Catalog, harmless: Harmless) -> None:
    """A model of the shipped table, which then is asked as the table says."""
    if isinstance(value, str) and _is_shipped(value):
        harmless.values["model"] = value
    else:
        harmless.leave_out("model", value, _with_names("model", [value]))


def _read_display(value: Any, catalog: Catalog, harmless: Harmless) -> None:
    if value in DISPLAYS:
        harmless.values["display"] = value
    else:
        harmless.leave_out("display", value, "display, which is 'live' or 'static'")


def _read_timeouts(value: Any, catalog: Catalog, harmless: Harmless) -> None:
    try:
        harmless.values.update(checked_values({"timeouts": value}))
    except ValueError:
        harmless.leave_out("timeouts", value, "timeouts, which are seconds above 0")


def _read_data(value: Any, catalog: Catalog, harmless: Harmless) -> None:
    """What keeps back more than usual; a file that nobody trusts never has more sent.

    What is misspelt keeps values back, too: it may have meant that.
    """
    if value == "schema":
        harmless.values["data"] = value
    elif value in ("brief", "all"):
        harmless.leave_out("data", value, "data, of which 'schema' alone counts without trust")
    else:
        harmless.values["data"] = "schema"
        words = "data, which is 'brief', 'schema' or 'all', and counts as 'schema' until it is"
        harmless.left_out.append(words)


def _read_context(value: Any, catalog: Catalog, harmless: Harmless) -> None:
    try:
        checked = checked_values({"context": value})
    except ValueError:
        checked = {"context.cells": CELL_BUDGET + 1}
    if any(tokens > CELL_BUDGET for tokens in checked.values()):
        words = f"context, which counts up to {CELL_BUDGET:,} tokens without trust"
        harmless.leave_out("context", value, words)
    else:
        harmless.values.update(checked)


def _read_budget(value: Any, catalog: Catalog, harmless: Harmless) -> None:
    """What may be spent. How it is cut to the user's own budgets is said in `nbchat.trust.budgets`.

    What has no price is never let through by a file that nobody trusts.
    """
    try:
        checked = checked_values({"budget": value})
    except ValueError:
        words = 'budget, which has amounts with their currency, such as "2 USD"'
        harmless.leave_out("budget", value, words)
        return
    if checked.get(UNPRICED) == "allow":
        del checked[UNPRICED]
        harmless.leave_out(UNPRICED, "allow")
    harmless.values.update(checked)


def _read_aliases(value: Any, catalog: Catalog, harmless: Harmless) -> None:
    """Those that lead to a shipped model, and do not cover what is a name already."""
    if not isinstance(value, Mapping):
        harmless.left_out.append("aliases")
        return
    taken = {_look(name) for name in (*catalog.models, *catalog.providers, *catalog.aliases)}
    others = []
    for alias, name in value.items():
        is_new = _ALIAS.fullmatch(alias) and _look(alias) not in taken
        if is_new and isinstance(name, str) and _is_shipped(name):
            harmless.aliases[alias] = name
        else:
            others.append(alias)
    if others:
        harmless.left_out.append(_with_names("aliases", others))
        harmless.unknown.update(others)


READERS: Mapping[str, Reader] = {
    "model": _read_model,
    "display": _read_display,
    "timeouts": _read_timeouts,
    "data": _read_data,
    "context": _read_context,
    "budget": _read_budget,
    "aliases": _read_aliases,
}


def _is_shipped(name: str) -> bool:
    """Whether the shipped table has the model, and not only its provider."""
    try:
        model = shipped().find(name).model
    except UnknownModel:
        return False
    return shipped().models.get(model.id) is model


def _look(name: str) -> str:
    """What names that look alike have in common.

    >>> _look("KlMI") == _look("kimi") == _look("kirni")
    True
    """
    look = folded(name).translate(_ALIKE)
    return look.replace("rn", "m").replace("vv", "w")


# --- what does not -------------------------------------------------------------------------------


def _leave_out(table: str) -> Reader:
    def read(value: Any, catalog: Catalog, harmless: Harmless) -> None:
        names = _names_of_rows(table, value)
        harmless.leave_out(table, value, _with_names(table, names))
        harmless.unknown.update(name for name in names if isinstance(name, str))

    return read


def _names_of_rows(table: str, rows: Any) -> list[Any]:
    """What the rows of a table are called; nothing for anything that is no such table."""
    field_name = _ROW_NAMES.get(table, "")
    if not field_name or not isinstance(rows, list):
        return []
    return [row.get(field_name) for row in rows if isinstance(row, Mapping)]


def _with_names(table: str, names: Iterable[Any]) -> str:
    """A member and the names in it, as far as they are plain words: a hostile file wrote them.

    >>> _with_names("models", ["kimi-k2.6", "\\x1b[2J"])
    'models (kimi-k2.6, 1 more)'
    """
    if not _PLAIN.fullmatch(table):
        return "something else"
    names = list(names)
    plain = [name for name in names if isinstance(name, str) and _PLAIN.fullmatch(name)]
    shown = plain[:MOST_NAMES]
    if len(shown) < len(names):
        shown.append(f"{len(names) - len(shown):,} more")
    return f"{table} ({', '.join(shown)})" if shown else table
