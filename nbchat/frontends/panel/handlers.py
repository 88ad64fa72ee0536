"""What a person does in the page, done: a function for each kind of message.

A message arrives on any thread, at times that of the notebook's cells. What reads the
notebook's variables, the settings or the disk is done there, since it may take a while, and
returns what is left to do; all else is done on the engine's thread, where conversations live.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias, TypeVar

from nbchat import runtime
from nbchat.conversation.conversation import Conversation
from nbchat.errors import BadSettings, NbchatError
from nbchat.frontends.panel import (
    attachments,
    conversation_picker,
    download,
    page_messages,
    turn_rows,
)
from nbchat.frontends.panel.model_picker import model_rows
from nbchat.frontends.panel.page_messages import PageMessage
from nbchat.frontends.panel.questions import Question
from nbchat.frontends.panel.session import Session, check_all_settings, run_on_engine
from nbchat.frontends.quoting import quoted

M = TypeVar("M", bound=PageMessage)
Work: TypeAlias = Callable[[], object]  # what is left to do on the engine's thread
Prepare: TypeAlias = Callable[[Session, M, Sequence[Any]], Work | None]
Handle: TypeAlias = Callable[[Session, M], object]

HANDLERS: dict[type[PageMessage], Prepare[Any]] = {}


def on_arrival(kind: type[M]) -> Callable[[Prepare[M]], Prepare[M]]:
    """Have a function called where messages of this kind arrive, with the bytes that came along."""

    def register(prepare: Prepare[M]) -> Prepare[M]:
        HANDLERS[kind] = prepare
        return prepare

    return register


def on_engine(kind: type[M]) -> Callable[[Handle[M]], Handle[M]]:
    """Have a function called on the engine's thread for messages of this kind."""

    def register(handle: Handle[M]) -> Handle[M]:
        HANDLERS[kind] = lambda session, message, _: partial(handle, session, message)
        return handle

    return register


def take(session: Session, content: Any, buffers: Sequence[Any] = ()) -> None:
    """A message arrived, on any thread. What is not one of ours is not answered."""
    message = page_messages.read_message(content)
    if message is None:
        return
    try:
        work = HANDLERS[type(message)](session, message, buffers)
        if work:
            run_on_engine(_attempt, session, work)
    except Exception as error:  # a variable's own __str__ or to_csv, say
        run_on_engine(session.tell_error, error)
        if isinstance(message, page_messages.Send):
            back = {"kind": "back", "request_id": message.request_id, "text": message.text}
            run_on_engine(session.tell, back)
    if isinstance(message, page_messages.Send | page_messages.Again):
        run_on_engine(session.tell, {"kind": "ack", "request_id": message.request_id})


def _attempt(session: Session, work: Work) -> None:
    try:
        work()
    except NbchatError as error:
        session.tell_error(error)


# --- views ---------------------------------------------------------------------------------------


@on_engine(page_messages.Sync)
def add_view(session: Session, message: page_messages.Sync) -> None:
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
    variables = session.notebook.variables
    pictures = page_messages.images(buffers)
    content, labels = attachments.content(message.text, message.variables, pictures, variables)
    question = Question(message.request_id, content, message.text, labels, message.text)
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
        MOVES[message.how](session.conversation)


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
        session.tell({"kind": "note", "error": label, "text": prompt, "label": f"{label}: "})


# --- what the page asks for ----------------------------------------------------------------------


@on_arrival(page_messages.Talks)
def list_conversations(
    session: Session, message: page_messages.Talks, buffers: Sequence[Any]
) -> Work:
    rows = conversation_picker.list_conversations()
    return partial(session.tell, {"kind": "talks", "rows": rows})


@on_arrival(page_messages.Models)
def list_models(session: Session, message: page_messages.Models, buffers: Sequence[Any]) -> Work:
    return partial(
        session.tell, {"kind": "models", "rows": model_rows(runtime.current().settings())}
    )


@on_arrival(page_messages.Names)
def list_variables(session: Session, message: page_messages.Names, buffers: Sequence[Any]) -> Work:
    notebook = session.notebook
    rows = attachments.list_variables(notebook.variables, notebook.hidden, message.text)
    return partial(session.tell, {"kind": "names", "text": message.text, "rows": rows})


@on_arrival(page_messages.Peek)
def show_value(
    session: Session, message: page_messages.Peek, buffers: Sequence[Any]
) -> Work | None:
    variables = session.notebook.variables
    name = message.name
    if not attachments.has(variables, name):
        return None
    text, label = attachments.value(variables, name)
    shown = attachments.beginning(text)
    is_cut = {"cut": True} if shown != text else {}
    facts = {"name": name, "label": label, "text": shown, **is_cut}
    return partial(session.tell, {"kind": "peek", **facts})


@on_arrival(page_messages.Value)
def show_whole_value(
    session: Session, message: page_messages.Value, buffers: Sequence[Any]
) -> Work | None:
    asked = message.model_dump(exclude_unset=True)
    if message.name is None:
        return partial(_show_attached, session, message, asked)
    variables = session.notebook.variables
    if not attachments.has(variables, message.name):
        return None
    text, _ = attachments.value(variables, message.name)
    return partial(session.tell, {"kind": "value", **asked, "text": text})


def _show_attached(session: Session, message: page_messages.Value, asked: dict[str, Any]) -> None:
    """Show what was attached to a turn's question, by its number among the values there."""
    turn = session.transcript.find_turn(message.id)
    values = turn_rows.values(turn) if turn else []
    if message.number < len(values):
        session.tell({"kind": "value", **asked, "text": values[message.number]})


@on_engine(page_messages.Snapshot)
def send_snapshot(session: Session, message: page_messages.Snapshot) -> None:
    copy = session.snapshot.bundle(session.conversation)
    session.tell({"kind": "snapshot", "mark": session.snapshot.mark, "data": copy})


@on_engine(page_messages.Picture)
def send_picture(session: Session, message: page_messages.Picture) -> None:
    turn = session.transcript.find_turn(message.id)
    pictures = turn_rows.pictures(turn) if turn else []
    if message.number < len(pictures):
        picture = pictures[message.number]
        fields = {"id": message.id, "number": message.number, "type": picture.media_type}
        session.tell({"kind": "picture", **fields}, picture.data)


@on_engine(page_messages.Export)
def send_file(session: Session, message: page_messages.Export) -> None:
    session.tell({"kind": "file", **download.make_file(session.conversation, message.format)})
