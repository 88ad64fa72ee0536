"""The conversations a person can go to: this kernel's, and those an earlier one has left on disk."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from nbchat import runtime
from nbchat.conversation.conversation import Conversation
from nbchat.errors import BadSettings
from nbchat.store.database import Stored
from nbchat.store.notebook_path import notebook_path

MOST_LISTED = 30  # stored conversations that are offered, those of this notebook first


def offered_conversations() -> list[list[Any]]:
    """`[name, id, title, turns, seconds since the epoch]`: the kernel's have a name, those on disk an id and a time."""
    here = list(runtime.current().conversations.values())
    found: list[list[Any]] = [[c.name, "", c.title or c.name, len(c.turns), 0] for c in here]
    known = {c.id for c in here}
    for one in _stored()[:MOST_LISTED]:
        header = one.header
        if header.id not in known and header.length:
            found.append(["", header.id, header.about or header.name, header.length, one.changed])
    return found


def _stored() -> list[Stored]:
    with suppress(BadSettings):  # %chat says what is wrong with the store
        if store := runtime.current().store():
            return sorted(
                store.ask(lambda database: database.conversations()),
                key=lambda s: s.notebook != notebook_path(),
            )
    return []


def take_up(conversation_id: str) -> Conversation:
    """A stored conversation, live again: under its own name where that is free."""
    state = runtime.current()
    for conversation in state.conversations.values():
        if conversation.id == conversation_id:
            return conversation
    found = next((one for one in _stored() if one.header.id == conversation_id), None)
    store = state.store()
    if found is None or store is None:
        raise BadSettings(
            "this conversation is not on disk any more. %chat list has those that are."
        )
    turns = store.ask(lambda database: database.turns(conversation_id))
    taken = state.conversations.get(found.header.name)
    conversation = state.chat(free_name() if taken and taken.turns else found.header.name)
    conversation.take_up(found.header, turns)
    return conversation


def free_name() -> str:
    """The name of a conversation that is begun in a panel."""
    taken = runtime.current().conversations
    return next(name for number in range(2, 10_000) if (name := f"chat-{number}") not in taken)
