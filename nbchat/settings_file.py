"""The settings file: where one may lie, and what it says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nbchat.catalog.catalog import Catalog, shipped
from nbchat.catalog.table_files import read_table
from nbchat.catalog.user_tables import TABLES, UserTables, read_tables
from nbchat.errors import BadSettings
from nbchat.folders import config_folder
from nbchat.wire.formats import FORMATS
from nbchat.wording import did_you_mean

FILE = "nbchat.toml"
CONNECT = 10.0  # seconds
DISPLAYS = ("live", "static")

Seconds = Annotated[float, Field(strict=True, gt=0, lt=1e6)]


@dataclass(slots=True, frozen=True)
class Timeouts:
    """Seconds of silence that end a request; there is no limit on its whole length."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    connect: Seconds = CONNECT
    first_byte: Seconds = 300.0  # a thinking model may say nothing for minutes
    gap: Seconds = 120.0  # between two bytes; heartbeats count

    @classmethod
    def of(cls, seconds: float) -> Timeouts:
        """One limit for the silence before the first byte and between bytes."""
        return cls(min(CONNECT, seconds), seconds, seconds)


TIMEOUTS = tuple(Timeouts.__dataclass_fields__)


class FileValues(BaseModel):
    """What a file may say besides its rows of models and providers."""

    model_config = ConfigDict(extra="forbid")

    model: str = ""
    display: str = ""
    history: str = ""
    timeouts: Timeouts = Timeouts()


KNOWN = (*FileValues.model_fields, *TABLES)


@dataclass(slots=True, frozen=True)
class FileContent:
    """What one file says: values by their names, and rows that are laid over a table."""

    values: Mapping[str, Any]
    tables: UserTables


# --- where ---------------------------------------------------------------------------------------


def own_file() -> Path | None:
    """The file that is the user's own: named by NBCHAT_CONFIG, or in the config folder."""
    if named := os.environ.get("NBCHAT_CONFIG"):
        path = os.path.expanduser(named)
        if not os.path.isfile(path):
            raise BadSettings(
                f"NBCHAT_CONFIG names {named}, which is not a file. Correct it, or unset it."
            )
        return Path(path)
    place = os.path.join(config_folder(), FILE)
    return Path(place) if os.path.isfile(place) else None


def places_upwards(start: Path | None = None) -> tuple[str, ...]:
    """Where a file counts that lies beside the work: in its folder and in each above it.

    Nowhere when NBCHAT_CONFIG names the one that counts. The config folder's is the user's own.
    """
    if os.environ.get("NBCHAT_CONFIG"):
        return ()
    try:
        folder = os.path.abspath(start or os.getcwd())
    except OSError:  # the working directory was removed
        return ()
    return _upwards(folder, str(config_folder()))


@cache
def _upwards(folder: str, config: str) -> tuple[str, ...]:
    """Strings, since every question looks at all of them."""
    here = Path(folder)
    own = (os.path.join(config, FILE), os.path.join(os.path.realpath(config), FILE))
    places = (str(place / FILE) for place in (here, *here.parents))
    return tuple(place for place in places if place not in own)


# --- what it says --------------------------------------------------------------------------------


_read: dict[tuple[Path, int], tuple[Mapping[str, Any], Catalog]] = {}  # by path and time of change


def read_own_file(path: Path) -> tuple[Mapping[str, Any], Catalog]:
    """What it says, and the table of models with its rows on top.

    A file that has changed is read again. Raises BadSettings, naming file and field.
    """
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror}.") from None
    if (path, changed) not in _read:
        content = content_of(read_table(path), path)
        _read[path, changed] = content.values, content.tables.over(shipped())
    return _read[path, changed]


def own_catalog() -> Catalog:
    """The shipped table with the rows of the user's own file on top.

    Raises BadSettings where that file cannot be used.
    """
    path = own_file()
    return read_own_file(path)[1] if path else shipped()


def content_of(data: Any, path: Path) -> FileContent:
    """What the data of a file mean. Raises BadSettings, naming file and field."""
    if path.suffix.lower() == ".json":  # the model-mapping table alone, in its documented shape
        return FileContent({}, read_tables(data, str(path), FORMATS))
    data = dict(data)
    tables = {name: data.pop(name) for name in TABLES if name in data}
    try:
        checked = FileValues.model_validate(data)
    except ValidationError as error:
        raise BadSettings(f"{path}: {_what_is_wrong(error, list(data))}") from None
    values = {name: getattr(checked, name) for name in data}
    history = values.get("history", "off")
    if history.lower() != "off":
        values["history"] = str(path.parent / os.path.expanduser(history))
    return FileContent(values, read_tables(tables, str(path), FORMATS))


def _what_is_wrong(error: ValidationError, written: list[str]) -> str:
    """The first mistake of a file that has written these names, in our words."""
    places = [mistake["loc"] for mistake in error.errors(include_url=False)]
    name, *inner = min(places, key=lambda place: written.index(str(place[0])))
    if name != "timeouts":
        return (
            f"{name!r} is not a setting here, or not of the right type."
            f"{did_you_mean(str(name), KNOWN)}\nSettings: {', '.join(KNOWN)}."
        )
    if inner and all(place[1] in TIMEOUTS for place in places if place[0] == "timeouts"):
        return f"timeouts.{inner[0]} should be a number of seconds above 0."
    return f"timeouts has {', '.join(TIMEOUTS)}, in seconds."
