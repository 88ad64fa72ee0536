"""A table from a file, TOML or JSON; where it cannot be read, the error names the place in it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from nbchat.catalog.user_mistakes import safe_value
from nbchat.errors import BadSettings

TRIES = 5  # a text over several lines is given up line by line
_LINE = re.compile(r"at line (\d+)")
_PLACE = re.compile(r"line (\d+), column (\d+)\)")


def read_table(path: Path) -> Any:
    """What the file holds: JSON where its name says so, else TOML.

    Raises BadSettings, naming the file.
    """
    return parse_table(read_file(path), path)


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises BadSettings, naming the file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadSettings(
            f"{path} cannot be read: {error.strerror or type(error).__name__}."
        ) from None


def parse_table(content: bytes, path: Path) -> Any:
    """What these bytes of the file hold. Raises BadSettings, naming the file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSettings(
            f"{path} is not UTF-8 text (see byte {error.start}). Save it as UTF-8."
        ) from None
    try:
        return _json(text, path) if path.suffix.lower() == ".json" else _toml(text, path)
    except (ValueError, RecursionError):  # a number of 5,000 digits; thousands of brackets
        raise BadSettings(f"{path} holds something too large for a table.") from None


def parse_beginning(content: bytes, path: Path) -> Any:
    """What a TOML file says before the line that cannot be read; nothing of any other.

    >>> parse_beginning(b"model = 'kimi-k2.6'\\ndisplay = \\n", Path("nbchat.toml"))
    {'model': 'kimi-k2.6'}
    """
    if path.suffix.lower() == ".json":
        return {}
    lines = content.decode("utf-8-sig", "replace").split("\n")
    for _ in range(TRIES):
        try:
            return tomllib.loads("\n".join(lines))
        except tomllib.TOMLDecodeError as error:
            line = _LINE.search(str(error))
            lines = lines[: int(line[1]) - 1] if line else lines[:-1]
        except (ValueError, RecursionError):
            break
    return {}


def _json(text: str, path: Path) -> Any:
    def check_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for name, value in pairs:
            if name in table:
                raise BadSettings(
                    f"{path}: {safe_value(name)} is there twice in one object. Keep one of them."
                )
            table[name] = value
        return table

    try:
        data = json.loads(text, object_pairs_hook=check_names)
    except json.JSONDecodeError as error:
        raise BadSettings(
            f"{path} is not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        ) from None
    if isinstance(data, dict):
        data.pop("$schema", None)
    return data


def _toml(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).rpartition(" (at ")
        if at := _PLACE.fullmatch(place):
            fault = f"{path} is not TOML at line {at[1]}, column {at[2]}: {what}."
        else:
            fault = f"{path} is not TOML at {place.rstrip(')')}: {what}."
        raise BadSettings(fault) from None
