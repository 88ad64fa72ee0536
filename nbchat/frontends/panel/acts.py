"""What a person does in the page, done: views, questions, choices, moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from nbchat import runtime
from nbchat.conversation.conversation import Conversation
from nbchat.errors import BadSettings, NbchatError
from nbchat.frontends.panel import attachments, conversation_picker, page_messages
from nbchat.frontends.panel.handler_table import Work, on_arrival, on_engine
from nbchat.frontends.panel.questions import Question
from nbchat.frontends.panel.session import Session, check_all_settings
from nbchat.frontends.quoting import quoted
from nbchat.frontends.what_stays import what_stays
from nbchat.languages import heed_page, translated

# --- views ---------------------------------------------------------------------------------------


@on_engine(page_messages.Sync)
def add_view(session: Session, message: page_messages.Sync) -> None:
    heed_page(message.language)
    session.add_view(message.view)


@on_engine(page_messages.Bye)
def drop_view(session: Session, message: page_messages.Bye) -> None:
    session.drop_view(message.view)


@on_engine(page_messages.Want)
def send_rows(session: Session, message: page_messages.Want) -> None:
    session.transcript.send_rows(message.ids)


# --- asking --------------------------------------------------------------------------------------


@on_arrival(page_messages.Send)
def ask(session: Session, message: page_messages.Send, buffers: Sequence[Any]) -> Work:
    asked = session.asked()
    along = [(one.of, one.name, one.mark) for one in message.along]
    composed = attachments.content(
        message.text,
        session.notebook,
        data=asked.data,
        names=message.variables,
        excerpts=session.excerpts.take(along, asked),
        images=page_messages.images(buffers),
    )
    words = message.text
    question = Question(
        message.request_id, composed.content, words, composed.inserted, words, composed.data
    )
    if message.run:
        question.tools = {"run"}
    return lambda: session.questions_in(message.conversation).send(question)


@on_engine(page_messages.Again)
def ask_again(session: Session, message: page_messages.Again) -> None:
    turn = session.transcript.find_turn(message.id)
    try:
        if turn is None:
            session.transcript.tell_state()
            raise BadSettings("this question is not there any more; ask it anew.")
        session.questions.ask_again(turn, message.request_id, message.text)
    except NbchatError:
        back = {"kind": "back", "request_id": message.request_id, "text": message.text or ""}
        session.tell(back)
        raise


@on_engine(page_messages.Stop)
def stop(session: Session, message: page_messages.Stop) -> None:
    session.questions.stop()


@on_engine(page_messages.Decide)
def decide(session: Session, message: page_messages.Decide) -> None:
    session.questions.consents.decide(message)


@on_engine(page_messages.Unqueue)
def give_back(session: Session, message: page_messages.Unqueue) -> None:
    session.questions.give_back()


@on_engine(page_messages.Choose)
def choose(session: Session, message: page_messages.Choose) -> None:
    chosen = message.model_fields_set
    conversation = session.conversation
    if message.model is not None:
        runtime.current().settings().catalog.find(message.model)  # raises, and names what is near
    if "model" in chosen:
        conversation.model = message.model
    if "system" in chosen:
        conversation.system = message.system or None
    if "title" in chosen:
        conversation.title = message.title
    for name in chosen & session.options.keys():
        session.options[name] = getattr(message, name)
    session.tell_settings()
    check_all_settings()


# --- going to a turn, or to another conversation -------------------------------------------------

MOVES: dict[str, Callable[[Conversation], object]] = {
    "undo": Conversation.undo,
    "redo": Conversation.redo,
    "reset": Conversation.reset,
}


@on_engine(page_messages.Branch)
def go_to_branch(session: Session, message: page_messages.Branch) -> None:
    turn = session.transcript.find_turn(message.id)
    if turn:
        session.questions.must_be_idle()
        siblings = session.conversation.siblings(turn)
        number = min(message.number, len(siblings) - 1)
        session.conversation.goto(siblings[number])


@on_engine(page_messages.Move)
def move(session: Session, message: page_messages.Move) -> None:
    session.questions.must_be_idle()
    if message.how == "delete":
        _delete(session)
    else:
        before = session.conversation.turns
        MOVES[message.how](session.conversation)
        gone = before[len(session.conversation.turns) :]
        if stays := what_stays(gone):
            session.tell({"kind": "note", "error": "", "text": translated(stays)})


def _delete(session: Session) -> None:
    conversation = session.conversation
    conversation_id = conversation.id
    store = runtime.current().store() if conversation.stored else None
    conversation.forget()
    if store:
        loop = asyncio.get_running_loop()
        deletion = loop.run_in_executor(None, store.delete, conversation_id)
        deletion.add_done_callback(partial(_tell_failure, session))


def _tell_failure(session: Session, deletion: asyncio.Future[bool]) -> None:
    error = None if deletion.cancelled() else deletion.exception()
    if error:
        session.tell_error(error)


@on_arrival(page_messages.Talk)
def go_to_conversation(
    session: Session, message: page_messages.Talk, buffers: Sequence[Any]
) -> Work:
    if message.id:
        conversation = conversation_picker.take_up(message.id)
        return partial(_show_taken_up, session, conversation)
    name = message.name or conversation_picker.free_name()
    return partial(session.show, runtime.current().chat(name))


def _show_taken_up(session: Session, conversation: Conversation) -> None:
    """Show what comes from the disk; the model is on its button, a prompt is said."""
    session.show(conversation)
    if conversation.system:
        prompt = quoted(conversation.system)
        label = "System prompt"
        shown = translated(f"{label}: ")
        session.tell({"kind": "note", "error": label, "text": prompt, "label": shown})
