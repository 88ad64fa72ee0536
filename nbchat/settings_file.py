"""The settings files: where one may lie, and what it says.

Two kinds are looked for in the same places: `nbchat.toml` holds settings and rows of models
and providers, `nbchat.json` holds rows alone (the model-mapping table). Where both lie in one
place both count, and a row of the TOML goes over the same row of the JSON.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nbchat.catalog.catalog import Catalog, shipped
from nbchat.catalog.table_files import parse_beginning, parse_table, read_file
from nbchat.catalog.user_tables import TABLES, UserTables, lay_over, read_tables
from nbchat.environment import variable_value
from nbchat.errors import BadSettings
from nbchat.folders import config_folder
from nbchat.settings_values import checked_values
from nbchat.wire.formats import FORMATS

FILE = "nbchat.toml"
JSON_FILE = "nbchat.json"
FILES = (JSON_FILE, FILE)  # the lower one first

OnFault = Callable[[BadSettings], None]  # told of what cannot be used; may raise it


@dataclass(slots=True, frozen=True)
class FileContent:
    """What one file says: values by their names, and rows that are laid over a table."""

    values: Mapping[str, Any]
    tables: UserTables


@dataclass(slots=True, frozen=True)
class OwnContent:
    """What the user's own files say, and the table of models with their rows on top."""

    catalog: Catalog
    files: tuple[Path, ...] = ()
    contents: tuple[FileContent, ...] = ()


def is_json(path: Path) -> bool:
    """Whether the file is a table of models alone."""
    return path.suffix.lower() == ".json"


def raise_fault(error: BadSettings) -> None:
    """What to do with a fault where settings are to be used."""
    raise error


# --- where ---------------------------------------------------------------------------------------


def own_files() -> tuple[Path, ...]:
    """The files that are the user's own, the lower one first.

    They are in the config folder, or NBCHAT_CONFIG names another in their place. A JSON table
    has no settings, so one that is named leaves the config folder's nbchat.toml in force.
    """
    names: tuple[str, ...] = FILES
    named = _named_file()
    if named:
        names = (FILE,) if is_json(named) else ()
    places = [os.path.join(config_folder(), name) for name in names]
    found = tuple(Path(place) for place in places if os.path.isfile(place))
    return (named, *found) if named else found


def _named_file() -> Path | None:
    """The file that NBCHAT_CONFIG names. Raises BadSettings where it is none."""
    named = variable_value("NBCHAT_CONFIG")
    if not named:
        return None
    path = os.path.expanduser(named)
    if not os.path.isfile(path):
        raise BadSettings(
            f"NBCHAT_CONFIG names {named}, which is not a file. Correct it, or unset it."
        )
    return Path(path)


def places_upwards(start: Path | None = None, name: str = FILE) -> tuple[str, ...]:
    """Where a file counts that lies beside the work: in its folder and in each above it.

    Nowhere when NBCHAT_CONFIG names the one that counts. The config folder's is the user's own.
    """
    if os.environ.get("NBCHAT_CONFIG"):
        return ()
    try:
        folder = os.path.abspath(start or os.getcwd())
    except OSError:  # the working directory was removed
        return ()
    return _upwards(folder, str(config_folder()), name)


@cache
def _upwards(folder: str, config: str, name: str) -> tuple[str, ...]:
    """Strings, since every question looks at all of them."""
    here = Path(folder)
    own = (os.path.join(config, name), os.path.join(os.path.realpath(config), name))
    places = (str(place / name) for place in (here, *here.parents))
    return tuple(place for place in places if place not in own)


# --- what it says --------------------------------------------------------------------------------

_read: dict[tuple[Path, int], FileContent] = {}  # by path and time of change
_laid: dict[tuple[tuple[Path, int], ...], OwnContent] = {}


def read_own(on_fault: OnFault = raise_fault) -> OwnContent:
    """What the user's own files say. A file that has changed is read again.

    Where `on_fault` does not raise, of a file that cannot be used all that can be read counts.
    """
    try:
        files = own_files()
    except BadSettings as error:
        on_fault(error)
        files = ()
    times = tuple(map(_changed, files))
    known = tuple(zip(files, times, strict=True))
    if known in _laid:
        return _laid[known]
    faults: list[BadSettings] = []

    def note(error: BadSettings) -> None:
        on_fault(error)
        faults.append(error)

    contents = tuple(_read_file(path, changed, note) for path, changed in known)
    catalog, tables = lay_files([content.tables for content in contents], shipped(), note)
    contents = tuple(
        FileContent(content.values, table) for content, table in zip(contents, tables, strict=True)
    )
    own = OwnContent(catalog, files, contents)
    if not faults:
        _laid[known] = own
    return own


def _changed(path: Path) -> int:
    """When it was written, in nanoseconds; nothing for one that has gone meanwhile."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _read_file(path: Path, changed: int, on_fault: OnFault) -> FileContent:
    if (path, changed) not in _read:
        content = b""
        try:
            content = read_file(path)
            _read[path, changed] = content_of(parse_table(content, path), path)
        except BadSettings as error:
            on_fault(error)
            return usable_content(content, path)
    return _read[path, changed]


def own_catalog() -> Catalog:
    """The shipped table with the rows of the user's own files on top.

    Raises BadSettings where such a file cannot be used.
    """
    return read_own().catalog


def content_of(data: Any, path: Path) -> FileContent:
    """What the data of a file mean. Raises BadSettings, naming file and field."""
    if is_json(path):  # the model-mapping table alone, in its documented shape
        return FileContent({}, read_tables(data, str(path), FORMATS))
    data = dict(data)
    tables = {name: data.pop(name) for name in TABLES if name in data}
    try:
        values = checked_values(data)
    except ValueError as error:
        raise BadSettings(f"{path}: {error}") from None
    history = values.get("history", "off")
    if history.lower() != "off":
        values["history"] = str(path.parent / os.path.expanduser(history))
    return FileContent(values, read_tables(tables, str(path), FORMATS))


# --- as far as it goes ---------------------------------------------------------------------------


def usable_content(content: bytes, path: Path) -> FileContent:
    """What counts of a file of which a part is wrong: each member and row that is right alone.

    Of one that cannot be read these are those before the line that is wrong.
    """
    try:
        data = parse_table(content, path)
    except BadSettings:
        data = parse_beginning(content, path)
    values: dict[str, Any] = {}
    tables = UserTables(origin=str(path))
    for member in _members(data):
        try:
            usable = content_of(member, path)
        except BadSettings:
            continue
        values.update(usable.values)
        tables = tables.joined(usable.tables)
    return FileContent(values, tables)


def _members(data: Any) -> Iterator[dict[str, Any]]:
    """The data in pieces, each with one value or one row."""
    if not isinstance(data, Mapping):
        return
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from ({name: {inner: of_it}} for inner, of_it in value.items())
        elif isinstance(value, list):
            yield from ({name: [row]} for row in value)
        else:
            yield {name: value}


def lay_files(
    tables: Sequence[UserTables], catalog: Catalog, on_fault: OnFault
) -> tuple[Catalog, Sequence[UserTables]]:
    """The catalog with the rows of several files on top, and the rows that are there.

    Where `on_fault` does not raise, rows that do not fit are left out.
    """
    try:
        return lay_over(catalog, tables), tables
    except BadSettings as error:
        on_fault(error)
    fitting = [UserTables(origin=table.origin) for table in tables]
    for kind in ("providers", "models", "aliases"):
        for number, table in enumerate(tables):
            for piece in table.pieces(kind):
                try:
                    catalog = piece.over(catalog)
                except BadSettings:
                    continue
                fitting[number] = fitting[number].joined(piece)
    return catalog, fitting
