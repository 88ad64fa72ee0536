"""Files that only the user may read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nbchat.folders import data_folder


def make_private_file(path: Path) -> None:
    """Make a file that only the user may read; SQLite gives its -wal and -shm the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(RuntimeError):  # a user without a home has no such folder
        if path.parent == data_folder():
            path.parent.chmod(0o700)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def take_from_others(path: Path) -> None:
    """Let nobody else read an older database; only once it is known to be one of nbchat."""
    if os.name != "nt" and path.stat().st_mode & 0o077:
        for file in (path, *(path.with_name(f"{path.name}-{end}") for end in ("wal", "shm"))):
            with suppress(FileNotFoundError):
                file.chmod(0o600)
