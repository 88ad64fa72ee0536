"""`%%chat` and `%chat`: what a person types, and what becomes of it.

Importing this is cheap: the engine is imported by the first question.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from nbchat.errors import ConnectionBroken, Interrupted
from nbchat.frontends.notebook.arguments import (
    MagicArguments,
    flags_help,
    parse_arguments,
    refuse_keys,
)

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.conversation.conversation import Conversation
    from nbchat.events import Answer
    from nbchat.frontends.notebook.cell import Display

Magic = TypeVar("Magic", bound=Callable[..., None])

HELP = ("--help", "-h", "?")
TICK = 0.05  # seconds between two looks at the clock while nothing arrives


def _with_flags(call: Magic) -> Magic:
    """Put the options of every question into the help of a magic."""
    call.__doc__ = inspect.cleandoc(call.__doc__ or "").replace("{flags}", flags_help())
    return call


@magics_class
class ChatMagics(Magics):
    """`%%chat MODEL` asks, `%chat` tells the state and the commands."""

    @no_var_expand
    @line_cell_magic
    @_with_flags
    def chat(self, line: str, cell: str | None = None) -> None:
        """Ask a language model. The answer streams into the cell and is remembered.

        %%chat kimi-k2.6 --think high
        Which of these columns are redundant? {df}

        MODEL                 a name from %chat models, or provider:model-id; without one, the last
        --name CONVERSATION   ask in another conversation, which has its own history
        {flags}
        --fresh               this question alone, without the history
        --raw                 leave {names} as they are typed

        {name} becomes the value of the notebook variable of that name, a DataFrame as CSV,
        a figure or a picture as an image.
        Running the cell again asks again from the same place. The stop button ends an
        answer; what has arrived is kept.

        `%chat` alone tells where you are and what else there is. Keys come from the
        environment, never from a line:

        import os, getpass; os.environ["KIMI_API_KEY"] = getpass.getpass()
        """
        shell: InteractiveShell = self.shell  # type: ignore[assignment]  # a magic always has one
        refuse_keys(line)
        if cell is not None and line.strip() in HELP:
            print(inspect.getdoc(ChatMagics.chat))
        elif cell is None:
            from nbchat.frontends.notebook.commands.commands import Commands

            Commands(shell).run(line)
        else:
            ask(shell, parse_arguments(line), cell)


def ask(shell: InteractiveShell, line: MagicArguments, body: str) -> None:
    """Ask what is in `body`, show the answer as it comes, and fail the cell where it is not whole."""
    from nbchat import runtime
    from nbchat.context.expand import ExpandedPrompt, expand
    from nbchat.interrupts import Interrupts

    state = runtime.current()
    static = is_static(shell)
    state.watched = not static
    with Interrupts(lingers=hasattr(shell, "kernel")) as interrupts:
        conversation = state.chat(line.name)
        options = line.options.copy()
        system = options.pop("system", None)
        if system is not None:
            conversation.system = system
        question = ExpandedPrompt(body) if line.raw else expand(body, shell.user_ns)
        stream = conversation.open(
            question.content,
            line.model,
            cell=_cell_id(shell),
            fresh=line.fresh,
            inserted=question.inserted,
            **options,
        )
        turn = stream.turn
        display = _display(shell, line.model or runtime.choose_model(conversation)[0], static)
        with state.pump(stream, interrupts) as pump:
            failed = True
            try:
                display.tick()
                for events in pump.batches(every=TICK):
                    display.feed(events)
                    display.tick()
                failed = interrupts.seen
            finally:
                display.finish(turn if turn.answer or not failed else None)
    _check(turn.answer, interrupted=interrupts.seen)


def _check(answer: Answer, *, interrupted: bool) -> None:
    """Fail the cell where its answer is not whole, so that Run All stops there."""
    size = f"{len(answer.text):,} characters"
    if interrupted:
        kept = (
            f"stopped after {size}; kept."
            if answer
            else "stopped before the first word; nothing was kept."
        )
        raise Interrupted(f"{kept} Ask again, or go on.")
    if answer.stop.reason == "broken":
        raise ConnectionBroken(
            f"the answer broke off after {size}: {answer.stop.detail}.\n"
            "They are kept and marked as broken; run the cell again, or go on."
        )


def is_static(shell: InteractiveShell) -> bool:
    """Whether nobody watches: one output is left, and nothing is stored."""
    from nbchat.settings import Settings

    # nbclient, nbval and papermill ask with allow_stdin=False, JupyterLab and VS Code with True.
    watched = getattr(getattr(shell, "kernel", None), "_allow_stdin", True)
    return (Settings.load().display or ("live" if watched else "static")) == "static"


def _display(shell: InteractiveShell, model: str, static: bool) -> Display:
    """The way to show an answer here: live, static where nobody watches, or text in a terminal."""
    from nbchat import runtime

    runtime.current().engine.demo.pace = 0.0 if static else 0.02
    if not hasattr(shell, "kernel"):
        from nbchat.frontends.notebook import terminal

        return terminal.display(model, static=static)
    from nbchat.frontends.notebook.cell import LiveCell, StaticCell

    return StaticCell(shell) if static else LiveCell(shell, model)


def _cell_id(shell: InteractiveShell) -> str | None:
    """Which cell is running, where the front-end says so (JupyterLab and VS Code do)."""
    parent: Any = shell.get_parent() if hasattr(shell, "get_parent") else None
    cell = ((parent or {}).get("metadata") or {}).get("cellId")
    return cell if isinstance(cell, str) else None


def state_of(conversation: Conversation) -> str:
    """One line on where a conversation stands."""
    from nbchat import runtime

    model, why = runtime.choose_model(conversation)
    count = len(conversation.turns)
    turns = "no turns yet" if not count else "1 turn" if count == 1 else f"{count} turns"
    return f"Conversation {conversation.name!r}: {turns}. Model: {model} ({why})."
