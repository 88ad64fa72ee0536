"""How a name is typed on a line of ours, so that the line gives it back.

The line is asked itself: of the ways to type a name, the first is taken that is read as it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from nbchat.errors import BadSettings
from nbchat.frontends.notebook.arguments import HELP_WORDS, parse_arguments, refuse_keys
from nbchat.frontends.notebook.line_keys import has_key
from nbchat.frontends.notebook.line_words import command_argument, doubled

Read = Callable[[str], "str | None"]  # what is typed, and what it is the name of

QUOTES = ('"', "'")
_PLAIN = re.compile(r"(?=.*[a-z])[A-Za-z0-9_.:/][A-Za-z0-9_.:/-]*")  # read as it stands


def written(name: str, typed: str, read: Read) -> str:
    """The name as it is typed where `typed` was begun; "" where no way leads to it.

    >>> written("my trip", "my", command_reader("switch"))
    '"my trip"'
    >>> written("a {b}", "", cell_reader("--name"))
    '"a {{b}}"'
    """
    mark = typed[:1] if typed[:1] in QUOTES else ""
    if not mark and _PLAIN.fullmatch(name) and not has_key(name):
        return name
    for way in _ways(name):
        is_begun = way.startswith(mark) and (
            way.startswith(typed) or name.startswith(typed[len(mark) :])
        )
        if is_begun and _is_read_as(way, name, read):
            return way
    return ""


def begins(name: str, typed: str) -> bool:
    """Whether this may be the beginning of the name, in quotes or not."""
    mark = typed[:1] if typed[:1] in QUOTES else ""
    begun = name.startswith(typed[len(mark) :])
    return begun or any(way.startswith(typed) for way in _ways(name))


def cell_reader(flag: str) -> Read:
    """How a `%%chat` line reads the value of an option; of none, the name of a model."""
    return partial(_read_on_cell_line, flag)


def command_reader(command: str) -> Read:
    """How a `%chat` line reads what follows the name of a command."""
    return partial(_read_behind_command, command)


def _ways(name: str) -> Iterator[str]:
    """The ways to type it, those that are easiest to read first."""
    is_word = name.split() == [name] and not set(name) & set(QUOTES)
    for text in dict.fromkeys((name, doubled(name))):
        if is_word:
            yield text
        yield f'"{text}"'
        yield f"'{text}'"
        escaped = text.replace("\\", r"\\").replace('"', r"\"")
        yield f'"{escaped}"'
        if not is_word:
            yield text


def _is_read_as(way: str, name: str, read: Read) -> bool:
    try:
        return read(way) == name
    except (BadSettings, ValueError):
        return False


def _read_on_cell_line(flag: str, typed: str) -> str | None:
    line = f"{flag} {typed}".strip()
    refuse_keys(line)
    found = parse_arguments(line, {})
    return found.name if flag == "--name" else found.model


def _read_behind_command(command: str, typed: str) -> str | None:
    from nbchat.frontends.notebook.commands.table import commands
    from nbchat.frontends.notebook.stand_ins import command_hint

    if typed in HELP_WORDS or command_hint(command, commands()[command].usage, typed):
        return None
    refuse_keys(f"{command} {typed}")
    return command_argument(command, typed, {})
