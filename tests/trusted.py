"""A settings file that the user has trusted, as `%chat trust` does it."""

from __future__ import annotations

from pathlib import Path

from nbchat.settings_file import FILE
from nbchat.trust.found_file import read_found
from nbchat.trust.trusted_files import trust


def write_trusted(folder: Path, text: str | bytes, name: str = FILE) -> Path:
    """Write a settings file into the folder, and trust it as it is."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    file = read_found(path)
    assert file is not None
    trust(file)
    return path
