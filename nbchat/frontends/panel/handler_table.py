"""Which function is called for which kind of the page's messages, and on which thread.

A message arrives on any thread, at times that of the notebook's cells. What reads the
notebook's variables, the settings or the disk is done there, since it may take a while, and
returns what is left to do; all else is done on the engine's thread, where conversations live.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias, TypeVar

from nbchat.errors import NbchatError
from nbchat.frontends.panel import page_messages
from nbchat.frontends.panel.engine_thread import run_on_engine
from nbchat.frontends.panel.page_fields import PageMessage
from nbchat.frontends.panel.session import Session

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
