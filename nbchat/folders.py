"""Where this platform keeps a user's configuration and data of nbchat."""

from __future__ import annotations

import os
import sys
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
    if sys.platform == "darwin":
        return _home() / "Library" / "Application Support" / "nbchat"
    named = _named_by("LOCALAPPDATA" if os.name == "nt" else "XDG_DATA_HOME")
    if named:
        return named / "nbchat"
    if os.name == "nt":
        return _home() / "AppData" / "Local" / "nbchat"
    return _home() / ".local" / "share" / "nbchat"


def _named_by(variable: str) -> Path | None:
    """The folder that a variable names.

    A relative one counts as none, as the XDG specification says: it would be whatever folder
    one happens to work in, with the files of whoever wrote these.
    """
    named = os.environ.get(variable, "")
    return Path(named) if os.path.isabs(named) else None


def _home() -> Path:
    """The home folder. Raises RuntimeError where there is none, or a relative one alone."""
    home = Path.home()
    if not home.is_absolute():
        raise RuntimeError("there is no home folder")
    return home
