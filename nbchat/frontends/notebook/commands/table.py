"""The table of `%chat` commands: how a function becomes one, how a line is run, and the help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from nbchat.errors import BadCommand, NoSuchCommand
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook.arguments import HELP_WORDS, refuse_keys
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.mistyped import no_such_command
from nbchat.frontends.notebook.commands.state_lines import state_lines
from nbchat.frontends.notebook.line_words import command_argument
from nbchat.frontends.notebook.stand_ins import command_hint
from nbchat.languages import translated
from nbchat.wording import shorten

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.events import Answer

# The files with commands. Help lists groups and commands in the order in which they come here.
FILES = (
    *("models", "conversation", "cells", "errors", "code", "tools"),
    *("files", "history", "setup", "check", "trust"),
)

HELP = "help"
HOW_TO_ASK = (
    "Ask with %%chat [MODEL] and your question below it; %%chat? has its options. Commands:"
)
LONGEST_SHOWN = 60  # characters of what was typed that are repeated

Run: TypeAlias = "Callable[..., Answer | None]"
Function = TypeVar("Function", bound=Run)


@dataclass(slots=True, frozen=True)
class Command:
    """A row of the table: `usage` is how the command is typed, `what` is what it does."""

    usage: str
    what: str
    group: str
    function: Run

    @property
    def takes_words(self) -> bool:
        """Whether what follows its name is a text, in which nothing has a meaning."""
        return "TEXT" in self.usage

    @property
    def takes_nothing(self) -> bool:
        """Whether nothing may follow its name."""
        return " " not in self.usage

    def run(self, chat: ChatCommand, text: str) -> Answer | None:
        """Run it; `text` is what follows its name, and goes to a command that takes any."""
        return self.function(chat) if self.takes_nothing else self.function(chat, text)


_table: dict[str, Command] = {}


def command(usage: str, what: str, *, group: str) -> Callable[[Function], Function]:
    """Make a function a command of `%chat`: it takes a ChatCommand, and the text after its name.

    >>> @command("shout TEXT", "say it louder", group="fun")
    ... def shout(chat: ChatCommand, text: str = "") -> None:
    ...     print(text.upper())
    >>> _table.pop("shout").usage
    'shout TEXT'
    """

    def add(function: Function) -> Function:
        name = usage.split()[0]
        _table[name] = Command(usage, what, group, function)
        return function

    return add


@cache
def commands() -> Mapping[str, Command]:
    """Every command by its name, in the order in which help lists them."""
    for file in FILES:
        import_module(f"nbchat.frontends.notebook.commands.{file}")
    return _table


def run_line(shell: InteractiveShell, line: str) -> Answer | None:
    """Run the command on a `%chat` line; without one, tell the state and the commands.

    Returns the answer, where the command asks a question.
    """
    chat = ChatCommand.open(shell)
    name, _, text = line.strip().partition(" ")
    text = text.strip()
    if name in ("", HELP, *HELP_WORDS):
        print(help_text(chat) if text in ("", *HELP_WORDS) else _help_of(chat, text))
        return None
    if name not in commands():
        raise _no_such_command(chat, name, text)
    row = commands()[name]
    if said := command_hint(name, row.usage, text):
        raise BadCommand(said)
    if row.takes_words:
        return row.run(chat, text)
    if text in HELP_WORDS:
        print(_line(row))
        return None
    if text and row.takes_nothing:
        raise _takes_nothing(row, text)
    return row.run(chat, _filled(shell, name, text))


def _no_such_command(chat: ChatCommand, name: str, text: str) -> NoSuchCommand:
    return NoSuchCommand(no_such_command(name, text, commands(), chat.settings.catalog))


def _takes_nothing(row: Command, text: str) -> BadCommand:
    """What to say where words follow the name of a command that takes none."""
    said = f"%chat {row.usage} takes no words behind it, and {shorten(text, LONGEST_SHOWN)!r} is."
    ways = [row]
    other = commands().get(text.split()[0])
    if other and other is not row:
        ways.append(other)
    way, *others = [f"%chat {way.usage} ({way.what})" for way in ways]
    written = f"Write {way}, or {others[0]}." if others else f"Write {way}."
    return BadCommand(f"{said}\n{written}")


def _filled(shell: InteractiveShell, name: str, text: str) -> str:
    """What follows the name of a command, with the values of variables in it."""
    filled = command_argument(name, text, IPythonNotebook(shell).variables)
    refuse_keys(f"{name} {filled}")
    return filled


def _help_of(chat: ChatCommand, text: str) -> str:
    """The line of the one command that is named after `help`."""
    name, *more = text.removeprefix("%chat ").split()
    if more:
        raise BadCommand(
            f"%chat {HELP} takes the name of one command, and {shorten(text, LONGEST_SHOWN)!r} "
            f"is none.\n%chat {HELP} lists them. To ask a model:\n%chat ask TEXT"
        )
    if name == HELP:
        return help_text(chat)
    if name.strip("[]<>") in ("NAME", "COMMAND"):
        raise BadCommand(f"{name} stands for the name of a command, such as:\n%chat {HELP} use")
    if name not in commands():
        raise _no_such_command(chat, name, "")
    return _line(commands()[name])


def _line(row: Command, width: int = 0) -> str:
    """What help says of one command."""
    return f"  %chat {row.usage:{width}}  {translated(row.what)}"


def help_text(chat: ChatCommand) -> str:
    """Where the conversation stands, and below it each group of commands."""
    lines = [*map(translated, state_lines(chat)), translated(HOW_TO_ASK)]
    rows = commands().values()
    width = max(len(row.usage) for row in rows)
    for group in dict.fromkeys(row.group for row in rows):
        lines.append("")
        lines += [_line(row, width) for row in rows if row.group == group]
    return "\n".join(lines)
