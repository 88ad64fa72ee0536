"""Files below the notebook's folder: which there are, and the one of a name.

A page names files, and whatever runs in a page can; so does a model. So a name is never more than
a way down from the folder: no `..`, no hidden part, no link, no kind of file that is not offered.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MOST_FILES = 12  # that are offered at a time
MOST_LOOKED_AT = 3_000  # entries of folders
LARGEST_FOLDER = 500  # entries; what has more is data or a cache, and is not looked through
DEEPEST = 4  # folders below the notebook's

_IMAGES = ("png", "jpg", "jpeg", "gif", "webp")
_CODE = ("py", "r", "jl", "js", "ts", "sh", "sql", "c", "h", "cpp", "java", "go", "rs", "css")
_DATA = ("csv", "tsv", "json", "jsonl", "toml", "yaml", "yml", "ini", "cfg", "xml")
_PROSE = ("txt", "md", "rst", "tex", "html", "log")
KINDS = frozenset((*_IMAGES, *_CODE, *_DATA, *_PROSE, "pdf"))

# Of files like these nothing is shown that a person has not asked for.
_SECRET = re.compile(
    r"(?i)passw|passphrase|secret|credential|api[_-]?key|private|service[_-]?account|"
    r"(?:^|[_.-])(?:keys?|tokens?|jwt|auth|oauth2?|cookies?|env|ssh|"
    r"id_(?:rsa|dsa|ecdsa|ed25519))(?:[_.-]|$)"
)
_SKIPPED = frozenset(("__pycache__", "node_modules", "site-packages", "venv", "env"))


@dataclass(slots=True, frozen=True)
class Found:
    """A file: its path from the folder, with `/`; its size in bytes, and when it changed."""

    name: str
    size: int
    changed: float


def list_files(folder: Path, wanted: str, most: int = MOST_FILES) -> list[Found]:
    """The files whose path contains the words, the newest first."""
    wanted = wanted.lower()
    found = [file for file in _files(folder) if wanted in file.name.lower()]
    return sorted(found, key=lambda file: -file.changed)[:most]


def find_file(folder: Path, name: str) -> Path | None:
    """The file of that name, where it is one that would be offered."""
    way = PurePosixPath(name)
    if "\\" in name or "\0" in name or not way.parts or way.is_absolute():
        return None
    with suppress(OSError, ValueError):  # no file can have such a name
        return _below(folder, way)
    return None


def _below(folder: Path, way: PurePosixPath) -> Path | None:
    path = folder
    for part in way.parts:
        if _is_hidden(part) or ":" in part:
            return None
        path = path / part
        if path.is_symlink():
            return None
    is_below = path.resolve().is_relative_to(folder.resolve())
    return path if is_below and suffix(path.name) in KINDS and path.is_file() else None


def _files(folder: Path) -> Iterator[Found]:
    """The files below a folder, those near it first, until enough has been looked at."""
    waiting = deque([(folder, "", 0)])
    looked_at = 0
    while waiting:
        here, way, depth = waiting.popleft()
        entries = _entries(here, most=LARGEST_FOLDER if depth else MOST_LOOKED_AT)
        looked_at += len(entries)
        if looked_at > MOST_LOOKED_AT:
            return
        for entry in entries:
            if _is_hidden(entry.name):
                continue
            with suppress(OSError):  # gone in the meantime
                if entry.is_symlink():
                    continue
                if entry.is_dir(follow_symlinks=False) and depth < DEEPEST:
                    waiting.append((here / entry.name, f"{way}{entry.name}/", depth + 1))
                elif entry.is_file(follow_symlinks=False) and suffix(entry.name) in KINDS:
                    about = entry.stat(follow_symlinks=False)
                    yield Found(f"{way}{entry.name}", about.st_size, about.st_mtime)


def _entries(folder: Path, most: int) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing, where that is too much or not for us to see."""
    entries: list[os.DirEntry[str]] = []
    with suppress(OSError), os.scandir(folder) as listing:
        for entry in listing:
            entries.append(entry)
            if len(entries) > most:
                return []
    return entries


def is_secret(name: str) -> bool:
    """Whether a file is one of those that hold keys, by its name or that of a folder above it.

    >>> is_secret("data/Secrets.toml"), is_secret("conf/api_keys.json"), is_secret("monkeys.csv")
    (True, True, False)
    """
    return any(_SECRET.search(part) for part in PurePosixPath(name).parts)


def _is_hidden(part: str) -> bool:
    return part.startswith(".") or part in _SKIPPED


def suffix(name: str) -> str:
    """The kind of a file, by its name.

    >>> suffix("data/Prices.CSV")
    'csv'
    """
    return os.path.splitext(name)[1][1:].lower()
