"""The table of `%chat` commands: how a function becomes one, how a line is run, and the help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from nbchat.errors import NoSuchCommand
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook.arguments import HELP_WORDS, refuse_keys
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.mistyped import no_such_command
from nbchat.frontends.notebook.commands.state_lines import state_lines
from nbchat.frontends.notebook.line_words import command_argument

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.events import Answer

# The files with commands. Help lists groups and commands in the order in which they come here.
FILES = ("models", "conversation", "files", "history", "setup", "trust")

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

    def run(self, chat: ChatCommand, text: str) -> Answer | None:
        """Run it; `text` is what follows its name, and goes to a command that takes any."""
        takes_text = " " in self.usage
        if takes_text:
            return self.function(chat, text)
        return self.function(chat)


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
    if name in ("", "help", *HELP_WORDS):
        print(help_text(chat))
        return None
    if name in commands():
        row, text = commands()[name], text.strip()
        return row.run(chat, text if row.takes_words else _filled(shell, name, text))
    catalog = chat.settings.catalog
    raise NoSuchCommand(no_such_command(name, text.strip(), commands(), catalog))


def _filled(shell: InteractiveShell, name: str, text: str) -> str:
    """What follows the name of a command, with the values of variables in it."""
    filled = command_argument(name, text, IPythonNotebook(shell).variables)
    refuse_keys(f"{name} {filled}")
    return filled


def help_text(chat: ChatCommand) -> str:
    """Where the conversation stands, and below it each group of commands."""
    lines = state_lines(chat)
    lines.append(
        "Ask with %%chat [MODEL] and your question below it; %%chat? has its options. Commands:"
    )
    rows = commands().values()
    width = max(len(row.usage) for row in rows)
    for group in dict.fromkeys(row.group for row in rows):
        lines.append("")
        lines += [f"  %chat {row.usage:{width}}  {row.what}" for row in rows if row.group == group]
    return "\n".join(lines)
