"""Where this platform keeps a user's configuration and data of nbchat."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def config_folder() -> Path:
    """The folder of the settings file that is the user's own."""
    if os.name == "nt":
        return Path(os.environ.get("APPDATA", Path.home())) / "nbchat"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "nbchat"


def data_folder() -> Path:
    """The folder of the history."""
    home = Path.home()
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "nbchat"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "nbchat"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "nbchat"
