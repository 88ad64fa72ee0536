"""A settings file that the user has trusted, as `%chat trust` does it."""

from __future__ import annotations

from pathlib import Path

from nbchat.settings_file import FILE
from nbchat.trust.found_file import read_found
from nbchat.trust.trusted_files import trust


def write_trusted(folder: Path, text: str) -> Path:
    """Write an nbchat.toml into the folder, and trust it as it is."""
    path = folder / FILE
    path.write_text(text, "utf-8")
    file = read_found(path)
    assert file is not None
    trust(file)
    return path
