"""Where this platform keeps a user's configuration and data of nbchat."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path


def config_folder() -> Path:
    """The folder of the settings file that is the user's own; one with no file, without a home."""
    named = _named_by("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME")
    if named:
        return named / "nbchat"
    try:
        home = _home()
    except RuntimeError:
        return Path(os.devnull) / "nbchat"
    return home / "nbchat" if os.name == "nt" else home / ".config" / "nbchat"


def data_folder() -> Path:
    """The folder of the history. Raises RuntimeError for a user without a home."""
    named = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_DATA_HOME", "")
    return _data_folder(sys.platform, named, os.path.expanduser("~"))


@lru_cache(maxsize=8)  # it is asked for with each row of a map
def _data_folder(platform: str, named: str, home: str) -> Path:
    if platform == "darwin":
        return _absolute(home) / "Library" / "Application Support" / "nbchat"
    if os.path.isabs(named):
        return Path(named) / "nbchat"
    if os.name == "nt":
        return _absolute(home) / "AppData" / "Local" / "nbchat"
    return _absolute(home) / ".local" / "share" / "nbchat"


def _named_by(variable: str) -> Path | None:
    """The folder that a variable names.

    A relative one counts as none, as the XDG specification says: it would be whatever folder
    one happens to work in, with the files of whoever wrote these.
    """
    named = os.environ.get(variable, "")
    return Path(named) if os.path.isabs(named) else None


def _home() -> Path:
    """The home folder. Raises RuntimeError where there is none, or a relative one alone."""
    return _absolute(os.path.expanduser("~"))


def _absolute(home: str) -> Path:
    if not os.path.isabs(home):
        raise RuntimeError("there is no home folder")
    return Path(home)
