"""Commands for what has failed: fix, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbchat.context.error_questions import explain_question, fix_question
from nbchat.context.failed_cell import FailedCell, failed_cell
from nbchat.context.question import compose
from nbchat.context.repaired import repair
from nbchat.errors import BadCommand
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook.arguments import MagicArguments, leading_options
from nbchat.frontends.notebook.ask import ask_composed
from nbchat.frontends.notebook.cell_tools import with_tools
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.repair_shown import show_repair
from nbchat.messages import NOT_RUN, ToolResult

if TYPE_CHECKING:
    from nbchat.events import Answer

SHOW = "--show"
RUN = "--run"
# Behind the question, where the model may run what it has repaired.
AND_RUN = (
    "Run the repaired code with the tool run, and look at what comes of it before you answer. "
    "Where it is refused, answer without."
)


@command(
    "fix [--run] [TEXT]",
    "have the cell that failed last repaired; --run runs it, if you agree",
    group="notebook",
)
def fix(chat: ChatCommand, text: str = "") -> Answer | None:
    words, line = _read("fix", chat, text)
    failed = failed_cell(IPythonNotebook(chat.shell), chat.settings.data)
    question = fix_question(words, failed)
    if line.tools:
        question = f"{question}\n\n{AND_RUN}"
    answer = _ask(chat, line, question, failed)
    if answer is not None:
        cell = failed.failure.cell
        repaired = repair(answer.text, cell.source, failed.piece, cell.number)
        show_repair(chat.shell, repaired, has_run=_has_run(answer))
    return answer


def _has_run(answer: Answer) -> bool:
    """Whether any tool has run, to whatever end."""
    left = ("refused", NOT_RUN)
    results = [part for part in answer.parts if isinstance(part, ToolResult)]
    return any(not str(result.content).startswith(left) for result in results)


@command("explain [TEXT]", "have the last error explained", group="notebook")
def explain(chat: ChatCommand, text: str = "") -> Answer | None:
    words, line = _read("explain", chat, text)
    failed = failed_cell(IPythonNotebook(chat.shell), chat.settings.data)
    return _ask(chat, line, explain_question(words), failed)


def _read(name: str, chat: ChatCommand, text: str) -> tuple[str, MagicArguments]:
    """What a person adds to the question, and whether it is only to be shown."""
    own = [RUN, SHOW] if name == "fix" else [SHOW]
    words, given = text, []
    while first := next((one for one in own if words.split(maxsplit=1)[:1] == [one]), ""):
        given.append(first)
        words = words.strip()[len(first) :].strip()
    if options := leading_options(words):
        raise BadCommand(
            f"%chat {name} takes {' and '.join(own)} and words, and no other option. They stand "
            f"on the first line of a cell, and the question below it:\n%%chat --error {options}"
        )
    line = MagicArguments(
        name=chat.conversation.name, show=SHOW in given, tools="run" if RUN in given else None
    )
    return words, with_tools(chat.shell, line)


def _ask(chat: ChatCommand, line: MagicArguments, words: str, failed: FailedCell) -> Answer | None:
    """Ask with the error; or only show what would be asked, and return None."""
    notebook = IPythonNotebook(chat.shell)
    question = compose(words, notebook, data=chat.settings.data, excerpts=[failed.excerpt])
    if line.show:
        from nbchat.frontends.notebook.show_request import show_request

        show_request(chat.shell, line, question, words)
        return None
    return ask_composed(chat.shell, line, question, words)
