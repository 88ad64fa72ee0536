"""`%chat` commands about what is on disk: which conversations there are, how they come and go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbchat import runtime
from nbchat.errors import BadCommand, NotThere
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.kept_rows import delete_rows, listed_maps
from nbchat.frontends.notebook.commands.state_lines import (
    SHOWN_ID,
    day_text,
    left_conversation,
    moment_text,
    notebook_name,
)
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.page_or_text import say, show_table
from nbchat.frontends.quoting import quoted
from nbchat.store.notebook_path import notebook_path
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.conversation.conversation import Conversation
    from nbchat.store.database import Stored
    from nbchat.store.store import Store

MOST_NOTEBOOKS = 3  # that may have had another name, and are offered
MOST_LISTED = 30  # conversations, or turns that were found
SEARCH_MARGIN = 40  # characters shown on both sides of what was searched for
SHORTEST_ID = 4  # characters of an id that are taken for one
LIST_HEAD = ["", "id", "name", "about", "turns", "notebook", "changed"]


@command("list", "the conversations that are stored, of every notebook", group="history")
def list_stored(chat: ChatCommand) -> None:
    store = chat.need_store()
    stored, maps = _all_stored(store), listed_maps()
    if not stored and not maps:
        say("No conversation is stored yet.")
        if store.has_trouble:
            say(f"They are {store.state}.")
        return
    here = {conversation.id for conversation in chat.runtime.conversations.values()}
    rows = [_stored_cells(one, is_here=one.header.id in here) for one in stored[:MOST_LISTED]]
    older = len(stored) - len(rows)
    rows += maps[:MOST_LISTED]
    below = f"and {older} older ones; %chat search TEXT finds them" if older else ""
    show_table(chat.shell, LIST_HEAD, rows, below)


@command(
    "search TEXT", "questions and answers with that text, in everything stored", group="history"
)
def search(chat: ChatCommand, text: str = "") -> None:
    if not text:
        raise BadCommand("%chat search needs a text to look for.")
    matches = chat.need_store().ask(lambda database: database.search(text, MOST_LISTED))
    if not matches:
        say(f"{text!r} is in no stored question or answer.")
        return
    rows = []
    for stored, words in matches:
        header = stored.header
        rows.append(
            [header.id[:SHOWN_ID], moment_text(stored.changed), header.about, _excerpt(words, text)]
        )
    show_table(chat.shell, ["id", "changed", "conversation", "words"], rows)


@command(
    "resume [ID or NAME]",
    "go on with a stored conversation, by itself the last one of this notebook",
    group="history",
)
def resume(chat: ChatCommand, which: str = "") -> None:
    store = chat.need_store()
    name = chat.conversation.name
    stored = _find_stored(store, which) if which else left_conversation(name, store)
    if stored is None:
        said = "there is nothing to resume: no earlier kernel of this notebook left one."
        raise NotThere(said + _other_notebooks(store))
    turns = store.ask(lambda database: database.turns(stored.header.id))
    conversation = chat.runtime.chat(stored.header.name)
    if conversation.id != stored.header.id:
        _refuse_to_lose(conversation)
        unanswered = store.ask(lambda database: database.unanswered(stored.header.id))
        conversation.take_up(stored.header, turns, unanswered)
    chat.go_on_in(conversation)
    chat.runtime.offered.add(conversation.name)
    count = plural(len(conversation.turns), "turn")
    say(f"Resumed {conversation.name!r}: {count}. %chat history shows them.")
    _print_taken_over(conversation)
    last = conversation.last
    if last and last.answer.stop.reason == "broken":
        say(f"The last answer broke off: {last.answer.stop.why}.")


def _print_taken_over(conversation: Conversation) -> None:
    """Say who is asked from here on, and how: all of it comes from the file."""
    runtime.current().look_for_server(conversation)
    model, why = runtime.current().model_to_show(conversation)
    say(f"Model: {quoted(model)} ({why}).")
    if conversation.system:
        say(f"System prompt: {quoted(conversation.system)}")


def _other_notebooks(store: Store) -> str:
    """How to go on with what this notebook has left under another name of its own."""
    here = Path(notebook_path())
    left: dict[str, tuple[str, str]] = {}
    for stored in _all_stored(store):
        path = Path(stored.notebook)
        if stored.notebook and path.parent == here.parent and path != here and stored.header.length:
            length = plural(stored.header.length, "turn")
            left.setdefault(notebook_name(stored), (length, day_text(stored.changed)))
    if not left or not here.name:
        return " All that are stored:\n%chat list"
    ways = [
        f"%chat resume {name} ({length} from {day})"
        for name, (length, day) in [*left.items()][:MOST_NOTEBOOKS]
    ]
    return (
        f" %chat list has all.\nIf this notebook was copied or had another name: {', '.join(ways)}."
    )


def _refuse_to_lose(conversation: Conversation) -> None:
    """Raise BadSettings where turns would be lost that are in memory only."""
    if conversation.turns and not conversation.stored:
        count = plural(len(conversation.turns), "turn")
        raise BadCommand(
            f"conversation {conversation.name!r} has {count} that are not stored.\n"
            "Save them with %chat export FILE, or leave them behind with %chat delete."
        )


@command(
    "delete ID or NAME",
    "remove a conversation, or the rows of a map, for good: memory and disk",
    group="history",
)
def delete(chat: ChatCommand, which: str = "") -> None:
    if not which:
        name = chat.conversation.name
        raise BadCommand(
            "%chat delete needs to be told what to delete. "
            f"This removes the conversation {quoted(name)} for good:\n%chat delete {name}"
        )
    has_rows = delete_rows(which)
    try:
        _delete_conversation(chat, which)
    except NotThere:
        if not has_rows:
            raise


def _delete_conversation(chat: ChatCommand, which: str) -> None:
    by_name = {one.name: one for one in chat.runtime.conversations.values()}
    by_id = {one.id: one for one in by_name.values()}
    store = chat.runtime.store()
    if which in by_name:
        conversation = by_name[which]
        _delete(chat, conversation, store if conversation.stored else None)
        return
    if store is None:
        raise NotThere(f"no conversation is called {which!r}. Those of this kernel:\n%chat switch")
    header = _find_stored(store, which).header
    if header.id in by_id:
        _delete(chat, by_id[header.id], store)
    else:
        turns = store.ask(lambda database: database.turns(header.id))
        _delete_stored(store, header.id, header.name, len(turns))


def _delete(chat: ChatCommand, conversation: Conversation, store: Store | None) -> None:
    """Remove a conversation of this kernel; where it is stored, from the store as well."""
    id, name, count = conversation.id, conversation.name, len(conversation.all_turns)
    conversation.forget()
    chat.runtime.drop(conversation)
    if store:
        _delete_stored(store, id, name, count)
    else:
        say(f"Deleted {name!r}, {plural(count, 'turn')}; it was in memory only.")
    if name in chat.runtime.conversations:
        say(f"%chat goes on in {name!r}, which is empty now.")


def _delete_stored(store: Store, id: str, name: str, count: int) -> None:
    gone = store.delete(id)
    turns = plural(count, "turn")
    if gone:
        say(f"Deleted {name!r}, {turns}; nothing of it is left in {store.path}.")
    else:
        say(
            f"Deleted {name!r}, {turns}; nothing of it is left in {store.path}, as soon as another "
            "kernel that is reading it has done so."
        )


def _all_stored(store: Store) -> list[Stored]:
    return store.ask(lambda database: database.conversations())


def _find_stored(store: Store, which: str) -> Stored:
    """The one whose id begins so, or else the newest of this name, those of this notebook first.

    Or else the newest of the notebook with that file name.

    Raises BadSettings where there is none.
    """
    stored = _all_stored(store)
    by_id = [one for one in stored if one.header.id.startswith(which)]
    if len(which) >= SHORTEST_ID and len(by_id) == 1:
        return by_id[0]
    named = [one for one in stored if one.header.name == which]
    of_this_notebook = [one for one in named if one.notebook == notebook_path()]
    of_that_notebook = [one for one in stored if notebook_name(one) == which and one.header.length]
    for one in of_this_notebook or named or of_that_notebook:
        return one
    raise NotThere(
        f"no stored conversation has the id or name {which!r}, nor a notebook of that name. "
        "All that are stored:\n%chat list"
    )


def _stored_cells(stored: Stored, *, is_here: bool) -> list[str]:
    header = stored.header
    mark = "*" if is_here else ""
    id, length, notebook = header.id[:SHOWN_ID], str(header.length), Path(stored.notebook).name
    return [mark, id, header.name, header.about, length, notebook, moment_text(stored.changed)]


def _excerpt(words: str, text: str) -> str:
    """Where the text stands, with a little on both sides."""
    words = " ".join(words.split())
    at = max(0, words.casefold().find(" ".join(text.casefold().split())))
    start, end = max(0, at - SEARCH_MARGIN), at + len(text) + SEARCH_MARGIN
    before = "…" if start else ""
    after = "…" if end < len(words) else ""
    return f"{before}{words[start:end]}{after}"
