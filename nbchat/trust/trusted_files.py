"""Which files the user trusts: each by its path and its content, in the user's data folder."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from nbchat.errors import BadFile
from nbchat.folders import data_folder
from nbchat.trust.found_file import FoundFile

NAME = "trusted.json"


def is_trusted(file: FoundFile) -> bool:
    """Whether the user has trusted this path with exactly this content."""
    return _read().get(_key(file.path)) == file.digest


def was_trusted(path: Path) -> bool:
    """Whether the path was trusted, whatever is in it now."""
    return _key(path) in _read()


def trust(file: FoundFile) -> None:
    """Trust this path with exactly this content. Raises BadSettings where that cannot be kept."""
    _write({**_read(), _key(file.path): file.digest})


def forget(path: Path) -> bool:
    """Trust this path no longer; whether it was trusted."""
    files = dict(_read())
    was_there = files.pop(_key(path), None) is not None
    if was_there:
        _write(files)
    return was_there


def _key(path: Path) -> str:
    """The path without links on the way to it; what the last name is a link to may change."""
    return os.path.join(os.path.realpath(path.parent), path.name)


def _place() -> Path:
    return data_folder() / NAME


def _read() -> Mapping[str, str]:
    """What is kept. A list that others could have written, or that is damaged, holds nothing."""
    try:
        with open(_place(), "rb") as opened:
            if not _is_mine(os.fstat(opened.fileno())):
                return {}
            files = json.loads(opened.read())
    except (OSError, ValueError, RecursionError, RuntimeError):  # the last: there is no home folder
        return {}
    if not isinstance(files, dict):
        return {}
    return {path: digest for path, digest in files.items() if isinstance(digest, str)}


def _is_mine(facts: os.stat_result) -> bool:
    if os.name == "nt":
        return True
    others_can_write = facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return facts.st_uid == os.geteuid() and not others_can_write


def _write(files: Mapping[str, str]) -> None:
    """Put a new list in the place of the old one, as a whole."""
    unfinished = ""
    try:
        place = _place()
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, unfinished = mkstemp(dir=place.parent, prefix=f".{NAME}-")  # of mode 600
        with open(descriptor, "w", encoding="utf-8") as opened:
            json.dump(dict(files), opened, indent=1)
            opened.flush()
            os.fsync(descriptor)
        os.replace(unfinished, place)
    except (OSError, ValueError, RuntimeError) as error:
        with suppress(OSError):
            os.unlink(unfinished)
        why = getattr(error, "strerror", None) or str(error)
        raise BadFile(
            f"which files you trust cannot be kept in your data folder: {why}.\n"
            "Nothing was changed. A file that NBCHAT_CONFIG names needs no trust."
        ) from None
