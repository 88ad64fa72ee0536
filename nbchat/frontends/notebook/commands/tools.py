"""`%chat tools`: what a model may be given to act with, and which of it asks first."""

from __future__ import annotations

import inspect
from typing import Any

from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.named_tools import functions
from nbchat.frontends.notebook.page_or_text import show_table
from nbchat.languages import translated
from nbchat.messages import Tool
from nbchat.tools import READY, ready_tool
from nbchat.tools.tool import FunctionTool
from nbchat.wording import plural, shorten

MOST_FUNCTIONS = 30  # of the notebook that are listed
LONGEST_WHAT = 100  # characters of what a function says of itself
# What the ready tools say of themselves, to a model in English.
SAID = {
    "look": (
        "Look at what is in the user's notebook. Nothing is changed or run, and nobody is asked."
    ),
    "run": "Run Python in the user's own kernel, with their variables, as a cell would.",
}
HEAD = ["tool", "asks first", "what it does"]


@command(
    "tools", "what a model may look at, run and call here, and which of it asks", group="notebook"
)
def tools(chat: ChatCommand) -> None:
    notebook = IPythonNotebook(chat.shell)
    hidden = notebook.hidden
    variables = {name: value for name, value in notebook.variables.items() if name not in hidden}
    names = [*functions(variables)]
    rows = [_row(name, ready_tool(name)) for name in READY]
    rows += [_row(name, variables[name]) for name in names[:MOST_FUNCTIONS]]
    show_table(chat.shell, HEAD, rows, _below(chat, names))


def _row(name: str, value: Any) -> list[str]:
    asks = isinstance(value, FunctionTool) and value.approve
    said = value.description if isinstance(value, Tool) else inspect.getdoc(value) or ""
    first = said.strip().split("\n")[0]
    if first == SAID.get(name):
        first = translated(first)
    return [name, translated("yes" if asks else "no"), shorten(first, LONGEST_WHAT)]


def _below(chat: ChatCommand, names: list[str]) -> str:
    """What is not listed, how far one question may go, and the line to type."""
    limits = chat.settings.tools
    said = []
    more = len(names) - MOST_FUNCTIONS
    if more > 0:
        said.append(
            f"{more} more function can be named, too."
            if more == 1
            else f"{more:,} more functions can be named, too."
        )
    said.append(
        f"One question: {plural(limits.rounds, 'request')} and {plural(limits.calls, 'call')} at "
        "most ([tools] in the settings)."
    )
    example = ",".join([*READY, *names[:1]])
    said.append(f"Type: %%chat --tools {example}")
    return " ".join(said)
