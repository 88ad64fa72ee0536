"""Where this platform keeps a user's configuration and data of nbchat."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def config_folder() -> Path:
    """The folder of the settings file that is the user's own; one with no file, without a home."""
    named = os.environ.get("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME")
    if named:
        return Path(named) / "nbchat"
    try:
        home = Path.home()
    except RuntimeError:
        return Path(os.devnull) / "nbchat"
    return home / "nbchat" if os.name == "nt" else home / ".config" / "nbchat"


def data_folder() -> Path:
    """The folder of the history. Raises RuntimeError for a user without a home."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "nbchat"
    named = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_DATA_HOME")
    if named:
        return Path(named) / "nbchat"
    if os.name == "nt":
        return Path.home() / "AppData" / "Local" / "nbchat"
    return Path.home() / ".local" / "share" / "nbchat"
