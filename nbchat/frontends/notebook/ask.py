"""One question in a cell, from what was typed to its last output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbchat import runtime
from nbchat.context.error_questions import error_excerpt
from nbchat.context.question import Composed, compose
from nbchat.errors import ConnectionBroken, Interrupted
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook import offer
from nbchat.frontends.notebook.cell_request import cell_id, execution_id
from nbchat.frontends.notebook.line_by_line import is_terminal
from nbchat.frontends.notebook.watching import open_runtime
from nbchat.interrupts import Interrupts
from nbchat.wording import OR_ANOTHER_MODEL, plural

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.conversation.conversation import Conversation
    from nbchat.conversation.recording import TurnStream
    from nbchat.events import Answer
    from nbchat.frontends.notebook.arguments import MagicArguments
    from nbchat.frontends.notebook.cell import Display

TICK = 0.05  # seconds between two looks at the clock while nothing arrives


def ask(shell: InteractiveShell, line: MagicArguments, body: str) -> Answer:
    """Ask what is in `body`, show the answer as it comes, and return it.

    Raises where the answer is not whole, so that Run All stops at its cell.
    """
    open_runtime(shell)
    # Before an interrupt is only looked at: a value may take long to say what it is.
    return ask_composed(shell, line, _composed(shell, line, body), body)


def ask_composed(
    shell: InteractiveShell, line: MagicArguments, question: Composed, typed: str
) -> Answer:
    """Ask a question that is made up already; `typed` are its words without what goes along."""
    opened = open_runtime(shell)
    with (
        Interrupts(lingers=hasattr(shell, "kernel")) as interrupts,
        opened.chat_to_ask(line.name) as conversation,
    ):
        stream = _open_stream(shell, conversation, line, question)
        model = line.model or opened.model_to_show(conversation)[0]
        display = _open_display(shell, model, static=opened.static)
        turn = stream.turn
        turn.note_typed(typed)
        with opened.bridge.pump(stream, interrupts) as pump:
            failed = True
            try:
                display.tick()
                for events in pump.batches(every=TICK):
                    display.feed(events)
                    display.tick()
                failed = interrupts.seen
            finally:
                display.finish(turn if turn.answer or not failed else None)
    if turn.answer and not line.fresh:
        offer.offer(shell, opened, conversation)
    _refuse_a_part(turn.answer, interrupted=interrupts.seen)
    return turn.answer


def show(shell: InteractiveShell, line: MagicArguments, body: str) -> None:
    """Show what `ask` would send, and send nothing."""
    from nbchat.frontends.notebook.show_request import show_request

    show_request(shell, line, _composed(shell, line, body))


def _composed(shell: InteractiveShell, line: MagicArguments, body: str) -> Composed:
    """The question as it goes out: the values that it names, and what else was asked for."""
    process = runtime.current()
    data = (process.usable_settings() if line.show else process.settings()).data
    notebook = IPythonNotebook(shell)
    excerpts = [error_excerpt(notebook, data=data)] if line.error else []
    return compose(body, notebook, data=data, raw=line.raw, excerpts=excerpts)


def _open_stream(
    shell: InteractiveShell,
    conversation: Conversation,
    line: MagicArguments,
    question: Composed,
) -> TurnStream:
    return conversation.open(
        question.content,
        line.model,
        cell=cell_id(shell),
        execution=execution_id(shell),
        fresh=line.fresh,
        inserted=question.inserted,
        system_stays="system" in line.options,
        **line.options,
    )


def _open_display(shell: InteractiveShell, model: str, *, static: bool) -> Display:
    """The way to show an answer here: live, static where nobody watches, or text in a terminal.

    Static, too, where what a cell shows is captured.
    """
    if not hasattr(shell, "kernel"):
        from nbchat.frontends.notebook import terminal

        return terminal.display(model, static=static)
    from nbchat.frontends.notebook.cell import LiveCell, StaticCell
    from nbchat.frontends.notebook.surroundings import surroundings

    around = surroundings(shell)
    if static or around.is_captured:
        return StaticCell(shell)
    if is_terminal(shell):
        from nbchat.frontends.notebook.terminal import Printed

        return Printed()
    return LiveCell(shell, model, around=around)


def _refuse_a_part(answer: Answer, *, interrupted: bool) -> None:
    """Raise where an answer is not whole."""
    size = plural(len(answer.text), "character")
    if interrupted:
        if answer:
            what = f"stopped after {size}; kept."
        else:
            what = "stopped before the first word; nothing was kept."
        raise Interrupted(f"{what} Ask again, or go on.")
    if answer.stop.reason == "broken" and not answer.text:
        raise ConnectionBroken(
            f"the answer broke off before its first word: {answer.stop.why}.\n"
            "What it had thought is kept and marked as broken; run the cell again, go on, "
            f"{OR_ANOTHER_MODEL}"
        )
    if answer.stop.reason == "broken":
        raise ConnectionBroken(
            f"the answer broke off after {size}: {answer.stop.why}.\n"
            "What arrived is kept and marked as broken; run the cell again, go on, "
            f"{OR_ANOTHER_MODEL}"
        )
