"""A file that was found: read once and safely, so that what is judged is what is used."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from nbchat.wording import written_out

LARGEST = 256 * 1024  # bytes; the reader of TOML takes a moment for each hundred thousand
MOST_DOTS = 50  # in a line: its time grows with the square of the parts of a dotted name
ROOT = 0

# Neither waiting for a pipe's other end, nor becoming the process's terminal.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_QUOTED = re.compile(rb"\"[^\"\n]*\"|'[^'\n]*'")


@dataclass(frozen=True)
class FoundFile:
    """One file as it was when it was read.

    `trouble` says why it cannot be used at all, `doubt` why somebody else may have put it here;
    both are the end of a sentence, and empty where all is well.
    """

    path: Path
    content: bytes = b""
    owner: int | None = None
    mode: int = 0
    trouble: str = ""
    doubt: str = ""

    @cached_property
    def digest(self) -> str:
        """What the content is known by."""
        return sha256(self.content).hexdigest()

    @property
    def shown_path(self) -> str:
        """The path, which a hostile folder's name may be part of."""
        return written_out(str(self.path))


def read_found(path: str | Path) -> FoundFile | None:
    """The file at that place; None where there is nothing. It never waits and never raises."""
    try:
        link = os.lstat(path)
    except (OSError, ValueError):
        return None
    place = Path(path)
    try:
        if not stat.S_ISREG(os.stat(place).st_mode):
            return FoundFile(place, trouble="it is not a regular file")
        return _read(place, link)
    except OSError as error:
        why = error.strerror or type(error).__name__
        return FoundFile(place, trouble=f"it cannot be read ({why})")


def _read(place: Path, link: os.stat_result) -> FoundFile:
    descriptor = os.open(place, _FLAGS)
    with open(descriptor, "rb") as opened:
        facts = os.fstat(descriptor)  # of what was opened, which may no longer be what was there
        if not stat.S_ISREG(facts.st_mode):
            return FoundFile(place, trouble="it is not a regular file")
        content = opened.read(LARGEST + 1)
    return FoundFile(
        place,
        content,
        facts.st_uid,
        stat.S_IMODE(facts.st_mode),
        _trouble(content, is_toml=place.suffix.lower() != ".json"),
        _doubt(place, link, facts),
    )


def _trouble(content: bytes, *, is_toml: bool) -> str:
    if len(content) > LARGEST:
        return f"it is larger than {LARGEST // 1024} KiB"
    for line in content.splitlines() if is_toml else ():
        if line.count(b".") > MOST_DOTS and not line.lstrip().startswith(b"#"):
            names = _QUOTED.sub(b"", line)
            if names.count(b".") > MOST_DOTS:
                return "it is too deeply nested"
    return ""


def _doubt(place: Path, link: os.stat_result, facts: os.stat_result) -> str:
    """Why the user may not be the one who put it here.

    Windows has neither these owners nor these modes.
    """
    if os.name == "nt":
        return ""
    for owner in (link.st_uid, facts.st_uid):
        if owner not in (os.geteuid(), ROOT):
            return f"it belongs to {user_name(owner)}"
    if facts.st_mode & stat.S_IWOTH:
        return "everybody can write it"
    folder = os.stat(place.parent).st_mode
    if folder & stat.S_IWOTH and not folder & stat.S_ISVTX:
        return "everybody can write its folder"
    return ""


def user_name(user: int) -> str:
    """The name of a user by the number; the number where it has none."""
    if os.name == "nt":
        return f"user {user}"
    try:
        import pwd

        return written_out(pwd.getpwuid(user).pw_name)
    except (KeyError, ImportError):
        return f"user {user}"
