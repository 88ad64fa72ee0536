"""A file for the user: written whole, or not at all, and read from where the user says.

It is written beside its place and then put there. So a full disk leaves nothing torn, and
a file that was there stays as it was until the new one is complete.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from nbchat.errors import BadFile

QUOTES = "\"'"


def typed_path(text: str) -> Path:
    """The path that a person typed on a line: perhaps in quotes, perhaps with `~`.

    Variables of the environment are not filled in: one of them may hold a key.

    >>> typed_path("'my talk.md'").name
    'my talk.md'
    """
    text = text.strip()
    if text[:1] and text[0] in QUOTES:
        if len(text) < 2 or text[-1] != text[0]:
            raise BadFile(f"the file's name begins with {text[0]} and does not end with it.")
        text = text[1:-1]
    return at_home(Path(text))


def at_home(path: Path) -> Path:
    """The path with `~` and `~name` as the folder of that user."""
    try:
        return path.expanduser()
    except RuntimeError:
        user = path.parts[0]
        raise BadFile(f"the folder {user} of {path} is not known. Write the whole path.") from None


def write_whole(path: Path, text: str, *, overwrite: bool) -> None:
    """Write a file, or leave everything as it was and raise BadSettings.

    A link stays one: the file that it leads to is written.
    """
    try:
        place = _place(path, overwrite=overwrite)
        part = place.with_name(f".nbchat-{token_hex(6)}.part")
        try:
            _write(part, text, like=place)
            _put(part, place, overwrite=overwrite)
        finally:
            with suppress(OSError):
                part.unlink()
    except FileExistsError:
        raise BadFile(
            f"{path} exists already and is not overwritten. Choose another name."
        ) from None
    except (OSError, ValueError) as error:  # ValueError: no file can have such a name
        reason = getattr(error, "strerror", None) or error
        raise BadFile(f"{path} cannot be written: {reason}. Choose another place.") from None


def _place(path: Path, *, overwrite: bool) -> Path:
    """Where the file is to be."""
    if path.is_dir():
        raise BadFile(f"{path} is a folder. Name a file in it, such as {path / 'talk.md'}.")
    if path.is_symlink() and not path.exists():
        raise BadFile(
            f"{path} is a link to {os.readlink(path)}, which is not there. "
            "Remove the link, or choose another name."
        )
    if not os.path.lexists(path):
        return path
    if not overwrite:
        raise FileExistsError
    if not path.is_file():
        raise BadFile(f"{path} is no file that can be replaced. Choose another name.")
    return Path(os.path.realpath(path))


def _write(part: Path, text: str, *, like: Path) -> None:
    """Write a new file, with the permissions of the one that it is to replace."""
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    with open(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
        if like.exists():
            os.chmod(part, stat.S_IMODE(like.stat().st_mode))
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _put(part: Path, place: Path, *, overwrite: bool) -> None:
    if overwrite:
        os.replace(part, place)
        return
    try:
        os.link(part, place)  # does not replace what has come there meanwhile
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(place):
            raise FileExistsError from None
        os.replace(part, place)
