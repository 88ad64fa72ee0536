"""`%%chat` and `%chat`: what a person types, and what becomes of it.

Importing this is cheap: the engine is imported by the first question.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from nbchat.errors import ConnectionBroken, Interrupted
from nbchat.frontends.notebook.arguments import LEVELS, MagicArguments, parse_arguments, refuse_keys

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.conversation.conversation import Conversation
    from nbchat.events import Answer
    from nbchat.frontends.notebook.cell import Display

HELP = ("--help", "-h", "?")
TICK = 0.05  # seconds between two looks at the clock while nothing arrives


@magics_class
class ChatMagics(Magics):
    """`%%chat MODEL` asks, `%chat` tells the state and the commands."""

    @no_var_expand
    @line_cell_magic
    def chat(self, line: str, cell: str | None = None) -> None:
        """Ask a language model. The answer streams into the cell and is remembered.

        %%chat kimi-k2.6 --think high
        Which of these columns are redundant? {df}

        MODEL                 a name from %chat models, or provider:model-id; without one, the last
        --name CONVERSATION   ask in another conversation, which has its own history
        --system TEXT         instructions from here on: --system "Be brief."
        --think LEVEL         on, off, low, medium, high or max, where the model can
        --temperature F       0 to 2, where the model takes one
        --max-tokens N        the longest answer to pay for
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
            from nbchat import runtime
            from nbchat.frontends.notebook.commands.commands import Commands

            runtime.current().open(static=is_static(shell))
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
    state.open(static=static)
    with Interrupts(lingers=hasattr(shell, "kernel")) as interrupts:
        conversation = state.chat(line.name)
        if line.system is not None:
            conversation.system = line.system
        question = ExpandedPrompt(body) if line.raw else expand(body, shell.user_ns)
        stream = conversation.open(
            question.content,
            line.model,
            cell=_cell_id(shell),
            fresh=line.fresh,
            inserted=question.inserted,
            temperature=line.temperature,
            max_tokens=line.max_tokens,
            thinking=None if line.think is None else LEVELS[line.think],
        )
        turn = stream.turn
        display = _display(shell, line.model or runtime.choose_model(conversation)[0], static)
        with state.bridge.pump(stream, interrupts) as pump:
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
    from nbchat import runtime

    # nbclient, nbval and papermill ask with allow_stdin=False, JupyterLab and VS Code with True.
    watched = getattr(getattr(shell, "kernel", None), "_allow_stdin", True)
    display = runtime.current().settings().display
    return display == "static" if display else not watched


def _display(shell: InteractiveShell, model: str, static: bool) -> Display:
    """The way to show an answer here: live, static where nobody watches, or text in a terminal."""
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
