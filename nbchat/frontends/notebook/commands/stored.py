"""`%chat` commands about what is on disk: which conversations there are, and how they come and go."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from nbchat import runtime
from nbchat.errors import BadSettings
from nbchat.frontends.notebook.show import day, show_table
from nbchat.store.notebook_path import notebook_path
from nbchat.wording import plural

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.conversation.conversation import Conversation
    from nbchat.store.database import Stored
    from nbchat.store.store import Store

LONGEST_LIST = 30  # rows
AROUND = 40  # characters shown on both sides of what was searched for
SHORT = 6  # characters of an id; a longer beginning is taken as well


class StoredCommands:
    """A method here is a command too."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._state = runtime.current()
        self._conversation = self._state.chat()

    def _store(self) -> Store:
        if store := self._state.store():
            return store
        raise BadSettings(
            "nothing is kept on disk here: history is off, or nobody watches this notebook."
        )

    def _kept(self) -> list[str]:
        """For `%chat` alone: where conversations are kept, and what an earlier kernel left."""
        if not self._state.watched:
            return []
        store = self._state.store()
        if store is None:
            return ["History: in memory only; it is turned off."]
        if (
            self._state.store_for(self._conversation) is None
            and self._conversation.name == runtime.MAIN
        ):
            return [
                "History: in memory only; only a notebook or a name (%%chat --name NAME) is kept."
            ]
        return [f"History: {store.state}.", *self._offer()]

    def _offer(self) -> list[str]:
        """What can be resumed, in one line. Nothing is loaded by itself."""
        store, name = self._state.store(), self._conversation.name
        if store is None or self._conversation.turns:
            return []
        with contextlib.suppress(BadSettings):
            if found := self._left(store):
                whose = (
                    "This notebook has"
                    if found.notebook and found.notebook == notebook_path()
                    else "There is"
                )
                called = "" if name == runtime.MAIN else f" {name!r}"
                length = plural(found.header.length, "turn")
                return [
                    f"{whose} a conversation{called} of {length} from {day(found.changed)}: %chat resume"
                ]
        return []

    def _left(self, store: Store) -> Stored | None:
        """The conversation that an earlier kernel of this notebook has left, or one of this name."""
        name, here = self._conversation.name, notebook_path()
        if not here and name == runtime.MAIN:
            return None
        return store.ask(
            lambda database: database.left_by_others(here, name, anywhere=name != runtime.MAIN)
        )

    def list_(self, _: str) -> None:
        """list: the conversations that are stored, of every notebook"""
        stored = self._store().ask(lambda database: database.conversations())
        if not stored:
            print("No conversation is stored yet.")
            return
        here = {conversation.id for conversation in self._state.conversations.values()}
        rows = [_row(one, one.header.id in here) for one in stored[:LONGEST_LIST]]
        more = (
            f"and {len(stored) - LONGEST_LIST} older ones; %chat search TEXT finds them"
            if stored[LONGEST_LIST:]
            else ""
        )
        show_table(
            self._shell, ["", "id", "name", "about", "turns", "notebook", "changed"], rows, more
        )

    def search(self, text: str) -> None:
        """search TEXT: questions and answers with that text, in everything stored"""
        if not text:
            raise BadSettings("%chat search needs a text to look for.")
        found = self._store().ask(lambda database: database.search(text, LONGEST_LIST))
        if not found:
            print(f"{text!r} is in no stored question or answer.")
            return
        rows = [
            [s.header.id[:SHORT], day(s.changed), s.header.about, _around(words, text)]
            for s, words in found
        ]
        show_table(self._shell, ["id", "changed", "conversation", "words"], rows)

    def resume(self, which: str) -> None:
        """resume [ID or NAME]: go on with a stored conversation, by itself the last one of this notebook"""
        store = self._store()
        found = self._find(store, which) if which else self._left(store)
        if found is None:
            raise BadSettings(
                "there is nothing to resume: no earlier kernel of this notebook left one. %chat list has all."
            )
        target = self._state.chat(found.header.name)
        if target.id != found.header.id:
            if target.turns and not target.stored:
                raise BadSettings(
                    f"conversation {target.name!r} has {plural(len(target.turns), 'turn')} that are not stored.\n"
                    "Save them with %chat export FILE, or leave them behind with %chat delete."
                )
            target.take_up(
                found.header, store.ask(lambda database: database.turns(found.header.id))
            )
        self._state.active, self._conversation = target.name, target
        last = target.last
        print(
            f"Resumed {target.name!r}: {plural(len(target.turns), 'turn')}. %chat history shows them."
        )
        if last and last.answer.stop.reason == "broken":
            print(f"The last answer broke off: {last.answer.stop.detail}.")

    def _find(self, store: Store, which: str) -> Stored:
        """The stored conversation of this id (or its beginning), or the newest of this name, those here first."""
        stored = store.ask(lambda database: database.conversations())
        named = [s for s in stored if s.header.name == which]
        by_id = [s for s in stored if len(which) >= 4 and s.header.id.startswith(which)]
        if len(by_id) == 1:
            return by_id[0]
        if named:
            return next((s for s in named if s.notebook == notebook_path()), named[0])
        raise BadSettings(
            f"no stored conversation has the id or name {which!r}. %chat list has them all."
        )

    def delete(self, which: str) -> None:
        """delete ID or NAME: remove a conversation for good, from memory and from the disk"""
        here = {c.name: c for c in self._state.conversations.values()}
        by_id = {c.id: c for c in here.values()}
        if not which:
            name = self._conversation.name
            raise BadSettings(
                f"%chat delete needs to be told what: %chat delete {name} removes this conversation for good."
            )
        store = self._state.store()
        if conversation := here.get(which):
            self._delete(conversation, store if conversation.stored else None)
        elif store is None:
            raise BadSettings(
                f"no conversation is called {which!r}. %chat switch has those of this kernel."
            )
        else:
            found = self._find(store, which)
            if conversation := by_id.get(found.header.id):
                self._delete(conversation, store)
            else:
                _delete_stored(store, found.header.id, found.header.name, found.header.length)

    def _delete(self, conversation: Conversation, store: Store | None) -> None:
        id, name, count = conversation.id, conversation.name, len(conversation.turns)
        conversation.forget()
        if store:
            _delete_stored(store, id, name, count)
        else:
            print(f"Deleted {name!r}, {plural(count, 'turn')}; it was in memory only.")


def _row(stored: Stored, here: bool) -> list[str]:
    header, place = stored.header, Path(stored.notebook).name
    mark = "*" if here else ""
    return [
        mark,
        header.id[:SHORT],
        header.name,
        header.about,
        str(header.length),
        place,
        day(stored.changed),
    ]


def _delete_stored(store: Store, id: str, name: str, count: int) -> None:
    gone = store.delete(id)
    left = "" if gone else ", as soon as another kernel that is reading it has done so"
    print(
        f"Deleted {name!r}, {plural(count, 'turn')}; nothing of it is left in {store.path}{left}."
    )


def _around(words: str, text: str) -> str:
    """Where the text stands, with a little on both sides."""
    words = " ".join(words.split())
    at = max(0, words.casefold().find(" ".join(text.casefold().split())))
    start, end = max(0, at - AROUND), at + len(text) + AROUND
    return f"{'…' if start else ''}{words[start:end]}{'…' if end < len(words) else ''}"
