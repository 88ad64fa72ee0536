"""The settings file: which one counts, and what it says. A file that has changed is read again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nbchat.catalog.catalog import Catalog, shipped
from nbchat.catalog.table_files import read_table
from nbchat.catalog.user_tables import TABLES, read_tables
from nbchat.errors import BadSettings
from nbchat.folders import config_folder
from nbchat.wire.formats import FORMATS
from nbchat.wording import did_you_mean

FILE = "nbchat.toml"
CONNECT = 10.0  # seconds

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


def find_file(start: Path | None = None) -> Path | None:
    """The settings file that counts: NBCHAT_CONFIG, the nearest upwards, or the user's own."""
    if named := os.environ.get("NBCHAT_CONFIG"):
        path = os.path.expanduser(named)
        if not os.path.isfile(path):
            raise BadSettings(
                f"NBCHAT_CONFIG names {named}, which is not a file. Correct it, or unset it."
            )
        return Path(path)
    try:
        here = os.path.abspath(start or os.getcwd())
    except OSError:  # the working directory was removed
        here = os.sep
    for place in (*_upwards(here), os.path.join(config_folder(), FILE)):
        if os.path.isfile(place):
            return Path(place)
    return None


@cache
def _upwards(folder: str) -> tuple[str, ...]:
    """The file in a folder and in each above it; strings, since every question looks at all."""
    here = Path(folder)
    return tuple(str(place / FILE) for place in (here, *here.parents))


def is_own_file(file: Path | None) -> bool:
    """Whether it is the user's own: named by NBCHAT_CONFIG, or in the config folder."""
    if os.environ.get("NBCHAT_CONFIG"):
        return True
    return file is not None and file.parent == config_folder()


_files: dict[tuple[Path, int], tuple[dict[str, Any], Catalog]] = {}  # by path and time of change


def read_file(path: Path) -> tuple[dict[str, Any], Catalog]:
    """What it says, and the table of models with its rows on top.

    Raises BadSettings, naming file and field.
    """
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror}.") from None
    if (path, changed) not in _files:
        _files[path, changed] = _parse(path)
    return _files[path, changed]


def _parse(path: Path) -> tuple[dict[str, Any], Catalog]:
    data = read_table(path)
    if path.suffix.lower() == ".json":  # the model-mapping table alone, in its documented shape
        return {}, read_tables(data, str(path), FORMATS).over(shipped())
    tables = {name: data.pop(name) for name in TABLES if name in data}
    try:
        checked = FileValues.model_validate(data)
    except ValidationError as error:
        raise BadSettings(f"{path}: {_what_is_wrong(error, list(data))}") from None
    values = {name: getattr(checked, name) for name in data}
    history = values.get("history", "off")
    if history.lower() != "off":
        values["history"] = str(path.parent / os.path.expanduser(history))
    return values, read_tables(tables, str(path), FORMATS).over(shipped())


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
