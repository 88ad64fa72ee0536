"""Where a conversation stands, where it is kept, and what an earlier kernel has left of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from nbchat import runtime
from nbchat.errors import BadSettings
from nbchat.store.notebook_path import notebook_path
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.frontends.notebook.commands.chat_command import ChatCommand
    from nbchat.store.database import Stored
    from nbchat.store.store import Store
    from nbchat.trust.beside import FileState


def state_lines(chat: ChatCommand) -> list[str]:
    """For `%chat` alone: what is told above the commands."""
    return [_turns_and_model(chat), *_history_lines(chat), *_file_lines(chat)]


def _file_lines(chat: ChatCommand) -> list[str]:
    """The settings files in use, and what of those beside the notebook is left out."""
    settings = chat.settings
    lines = [f"Settings: {state.line or _used(state)}" for state in settings.files]
    if settings.own_file:
        lines.append(f"Settings: {settings.own_file}, your own.")
    return lines


def _used(state: FileState) -> str:
    return f"{state.file.shown_path}, {state.state}."


def _turns_and_model(chat: ChatCommand) -> str:
    conversation = chat.conversation
    model, why = runtime.choose_model(conversation)
    count = len(conversation.turns)
    turns = plural(count, "turn") if count else "no turns yet"
    return f"Conversation {conversation.name!r}: {turns}. Model: {model} ({why})."


def _history_lines(chat: ChatCommand) -> list[str]:
    if not chat.runtime.watched:
        return []
    store = chat.runtime.store()
    if store is None:
        return ["History: in memory only; it is turned off."]
    is_stored = chat.runtime.store_for(chat.conversation) is not None
    if not is_stored and chat.conversation.name == runtime.MAIN:
        return ["History: in memory only; only a notebook or a name (%%chat --name NAME) is kept."]
    return [f"History: {store.state}.", *resume_lines(chat)]


def resume_lines(chat: ChatCommand) -> list[str]:
    """What can be resumed, in one line, if anything can. Nothing is loaded by itself."""
    store = chat.runtime.store()
    if store is None or chat.conversation.turns:
        return []
    try:
        left = left_conversation(chat, store)
    except BadSettings:  # a store that cannot be read is told of where it is asked for
        return []
    if left is None:
        return []
    is_of_this_notebook = bool(left.notebook) and left.notebook == notebook_path()
    whose = "This notebook has" if is_of_this_notebook else "There is"
    name = chat.conversation.name
    called = "" if name == runtime.MAIN else f" {name!r}"
    length, day = plural(left.header.length, "turn"), day_text(left.changed)
    return [f"{whose} a conversation{called} of {length} from {day}: %chat resume"]


def left_conversation(chat: ChatCommand, store: Store) -> Stored | None:
    """What an earlier kernel of this notebook has left under the conversation's name.

    One with a name of its own may have been left by any notebook.
    """
    name, here = chat.conversation.name, notebook_path()
    anywhere = name != runtime.MAIN
    if not here and not anywhere:
        return None
    return store.ask(lambda database: database.left_by_others(here, name, anywhere=anywhere))


def day_text(seconds: float, today: date | None = None) -> str:
    """The day of a moment, in seconds since the epoch, as people say it.

    >>> day_text(datetime(2026, 5, 11, 23, 59).timestamp(), date(2026, 5, 12))
    'yesterday'
    """
    day = datetime.fromtimestamp(seconds).date()
    ago = ((today or date.today()) - day).days
    if ago == 0:
        return "today"
    if ago == 1:
        return "yesterday"
    return f"{ago} days ago" if 1 < ago < 7 else day.isoformat()
