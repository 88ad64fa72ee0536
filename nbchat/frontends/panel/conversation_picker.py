"""The conversations a person can go to.

They are this kernel's, and those that an earlier one has left on disk.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbchat import runtime
from nbchat.conversation.conversation import Conversation
from nbchat.errors import BadSettings, NotThere
from nbchat.frontends.quoting import shown_title
from nbchat.store.notebook_path import notebook_path

if TYPE_CHECKING:
    from nbchat.store.database import Stored

MOST_LISTED = 30  # stored conversations that are offered, those of this notebook first


def list_conversations() -> list[list[Any]]:
    """`[name, id, title, turns, time, notebook]` of each.

    The kernel's have a name, and those on disk an id. The time is that of the last
    question, or when one on disk last changed, in seconds since the epoch; 0 for none.
    """
    rows: list[list[Any]] = []
    here = list(runtime.current().conversations.values())
    notebook = _file_name(notebook_path())
    for conversation in here:
        title = shown_title(conversation.title or conversation.name)
        asked_at = max((turn.asked_at for turn in conversation.all_turns), default=0)
        count = len(conversation.turns)
        rows.append([conversation.name, "", title, count, asked_at, notebook])
    known = {conversation.id for conversation in here}
    for stored in _list_stored()[:MOST_LISTED]:
        header = stored.header
        if header.id not in known and header.length:
            title = shown_title(header.about or header.name)
            notebook = _file_name(stored.notebook)
            rows.append(["", header.id, title, header.length, stored.changed, notebook])
    return rows


def _file_name(path: str) -> str:
    """A notebook as a person calls it; "" where none is known."""
    return shown_title(Path(path).name)


def _list_stored() -> list[Stored]:
    """What is on disk, that of this notebook first."""
    with suppress(BadSettings):  # %chat says what is wrong with the store
        store = runtime.current().store()
        if store:
            here = notebook_path()
            conversations = store.ask(lambda database: database.conversations())
            return sorted(conversations, key=lambda stored: stored.notebook != here)
    return []


def take_up(conversation_id: str) -> Conversation:
    """A stored conversation, live again: under its own name where that is free."""
    state = runtime.current()
    for conversation in state.conversations.values():
        if conversation.id == conversation_id:
            return conversation
    headers = {stored.header.id: stored.header for stored in _list_stored()}
    header = headers.get(conversation_id)
    store = state.store()
    if header is None or store is None:
        raise NotThere("this conversation is not on disk any more. Those that are:\n%chat list")
    turns = store.ask(lambda database: database.turns(conversation_id))
    unanswered = store.ask(lambda database: database.unanswered(conversation_id))
    namesake = state.conversations.get(header.name)
    conversation = state.chat(free_name() if namesake and namesake.turns else header.name)
    conversation.take_up(header, turns, unanswered)
    return conversation


def free_name() -> str:
    """The name of a conversation that is begun in a panel."""
    names = runtime.current().conversations
    number = 2
    while f"chat-{number}" in names:
        number += 1
    return f"chat-{number}"
