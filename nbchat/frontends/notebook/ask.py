"""One question in a cell, from what was typed to its last output."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from nbchat.context.cells_above import cells_above
from nbchat.context.error_questions import error_excerpt
from nbchat.context.question import Composed, compose
from nbchat.conversation.valid_answers import valued
from nbchat.errors import ConnectionBroken, Interrupted, NbchatError
from nbchat.frontends.cells.recorder import recorder_of
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook import offer
from nbchat.frontends.notebook.cell_request import cell_id, execution_id
from nbchat.frontends.notebook.cell_tools import with_tools
from nbchat.frontends.notebook.cell_values import bind, with_schema
from nbchat.frontends.notebook.line_by_line import is_terminal
from nbchat.frontends.notebook.watching import can_answer, open_runtime
from nbchat.interrupts import Interrupts
from nbchat.turns import SYSTEM_WITH_VALUES
from nbchat.wording import OR_ANOTHER_MODEL, plural

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.context.excerpts import Excerpt
    from nbchat.conversation.conversation import Conversation
    from nbchat.conversation.recording import TurnStream
    from nbchat.events import Answer
    from nbchat.frontends.notebook.arguments import MagicArguments
    from nbchat.frontends.notebook.attendant import CellAttendant
    from nbchat.frontends.notebook.cell import Display
    from nbchat.runtime import Runtime
    from nbchat.settings import Settings

GO_ON = "Ask again, or go on."
TICK = 0.05  # seconds between two looks at the clock while nothing arrives


def ask(shell: InteractiveShell, line: MagicArguments, body: str) -> Answer:
    """Ask what is in `body`, show the answer as it comes, and return it.

    Raises where the answer is not whole, so that Run All stops at its cell.
    """
    opened = open_runtime(shell)
    # Before an interrupt is only looked at: a value may take long to say what it is.
    line = _with_options(shell, opened, line)
    answer = ask_composed(shell, line, _composed(shell, opened, line, body), body)
    bind(shell, line, answer)
    return answer


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
        display, attendant = _open_display(shell, model, static=opened.static)
        turn = stream.turn
        turn.note_typed(typed, question.data)
        recorder = recorder_of(shell)
        if recorder is not None:
            recorder.note_turn(turn.id)
        with (
            recorder.silence() if recorder else nullcontext(),
            opened.bridge.pump(stream, interrupts, attendant) as pump,
        ):
            failed = True
            try:
                display.tick()
                for events in pump.batches(every=TICK):
                    display.feed(events)
                    display.tick()
                    attendant.tick()
                failed = interrupts.seen
            finally:
                display.finish(turn if turn.answer or not failed else None)
    if turn.answer and not line.fresh:
        offer.offer(shell, opened, conversation)
    is_stopped = interrupts.seen or turn.answer.stop.reason == "interrupted"
    _refuse_a_part(turn.answer, interrupted=is_stopped)
    attendant.refuse_what_was_not_asked()
    return turn.answer


def show(shell: InteractiveShell, line: MagicArguments, body: str) -> None:
    """Show what `ask` would send, and send nothing."""
    from nbchat.frontends.notebook.show_request import show_request

    opened = open_runtime(shell)
    line = _with_options(shell, opened, line)
    show_request(shell, line, _composed(shell, opened, line, body), body)


def _with_options(shell: InteractiveShell, opened: Runtime, line: MagicArguments) -> MagicArguments:
    """The line with the tools and the type that it names among its options."""
    line = with_tools(shell, line)
    if line.wanted is None:
        return line
    settings = opened.usable_settings() if line.show else opened.settings()
    return with_schema(shell, line, settings.data)


def _composed(
    shell: InteractiveShell, opened: Runtime, line: MagicArguments, body: str
) -> Composed:
    """The question as it goes out: the values that it names, and what else was asked for."""
    settings = opened.usable_settings() if line.show else opened.settings()
    data = settings.data
    if data == "schema":
        line.refuse_values()
    notebook = IPythonNotebook(shell)
    excerpts = []
    if line.above is not None:
        excerpts.append(_cells_above(shell, opened, settings, line, line.above))
    if line.error:
        excerpts.append(error_excerpt(notebook, data=data))
    composed = compose(body, notebook, data=data, raw=line.raw, excerpts=excerpts)
    if "--system" in line.filled:
        composed.inserted.insert(0, SYSTEM_WITH_VALUES)
    return composed


def _cells_above(
    shell: InteractiveShell, opened: Runtime, settings: Settings, line: MagicArguments, count: int
) -> Excerpt:
    """The cells above, with what they showed."""
    conversation = opened.conversations.get(line.name or opened.active)
    model = line.model or opened.model_to_show(conversation or opened.chat())[0]
    return cells_above(
        IPythonNotebook(shell),
        count,
        budget=settings.cell_budget,
        images=_sees_images(settings, model),
        data=settings.data,
        turns=opened.turns,
        sent=[] if conversation is None or line.fresh else _sent_turns(shell, conversation),
    )


def _sent_turns(shell: InteractiveShell, conversation: Conversation) -> list[str]:
    """The questions that are sent before this one; of a cell that is run again those before it."""
    cell, execution = cell_id(shell), execution_id(shell)
    ids = []
    for turn in conversation.turns:
        if cell is not None and turn.cell == cell and turn.execution != execution:
            break
        ids.append(turn.id)
    return ids


def _sees_images(settings: Settings, model: str) -> bool:
    """Whether a model reads images, as far as is known."""
    from nbchat.conversation.window import reads_images

    row = None
    with suppress(NbchatError):
        row = settings.catalog.find(model).model
    return reads_images(row)


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


def _open_display(
    shell: InteractiveShell, model: str, *, static: bool
) -> tuple[Display, CellAttendant]:
    """The way to show an answer here, and who runs its tools and asks the person.

    It is live, static where nobody watches, or text in a terminal. Static, too, where what a cell
    shows is captured; there nobody would see what is asked.
    """
    from nbchat.frontends.notebook.attendant import CellAttendant
    from nbchat.frontends.notebook.surroundings import surroundings

    is_captured = surroundings(shell).is_captured
    can_ask = can_answer(shell) and not is_captured
    if not hasattr(shell, "kernel"):
        from nbchat.frontends.notebook import terminal

        display = terminal.display(model, static=static)
    else:
        display = _cell_display(shell, model, static=static or is_captured)
    return display, CellAttendant(shell, display, can_ask=can_ask)


def _cell_display(shell: InteractiveShell, model: str, *, static: bool) -> Display:
    from nbchat.frontends.notebook.cell import LiveCell, StaticCell
    from nbchat.frontends.notebook.surroundings import surroundings

    if static:
        return StaticCell(shell)
    if is_terminal(shell):
        from nbchat.frontends.notebook.printed import Printed

        return Printed()
    return LiveCell(shell, model, around=surroundings(shell))


def _refuse_a_part(answer: Answer, *, interrupted: bool) -> None:
    """Raise where an answer is not whole."""
    size = plural(len(answer.text), "character")
    if interrupted:
        if answer and not answer.text:
            what = "stopped before a word was said; kept."
        elif answer:
            what = f"stopped after {size}; kept."
        else:
            what = "stopped before the first word; nothing was kept."
        raise Interrupted(f"{what} {GO_ON}")
    valued(answer)
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
