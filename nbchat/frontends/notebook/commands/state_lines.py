"""Where a conversation stands, where it is kept, and what an earlier kernel has left of it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nbchat import runtime
from nbchat.conversation.default_model import NO_KEY
from nbchat.errors import BadSettings
from nbchat.frontends.notebook.commands.setup_faults import setup_faults
from nbchat.languages import translated
from nbchat.render.characters import readable
from nbchat.store.notebook_path import notebook_cells, notebook_path
from nbchat.wording import first_line, plural

if TYPE_CHECKING:
    from nbchat.conversation.conversation import Conversation
    from nbchat.frontends.notebook.commands.chat_command import ChatCommand
    from nbchat.runtime import Runtime
    from nbchat.store.database import Stored
    from nbchat.store.store import Store
    from nbchat.trust.beside import FileState

SHOWN_ID = 6  # characters of an id


def state_lines(chat: ChatCommand) -> list[str]:
    """For `%chat` alone: what is told above the commands."""
    return [_turns_and_model(chat), *_history_lines(chat), *_file_lines(chat)]


def _file_lines(chat: ChatCommand) -> list[str]:
    """The settings files in use, and what of those beside the notebook is left out."""
    settings = chat.settings
    faults = [first_line(fault) for fault in settings.faults]
    lines = [f"Settings at fault, so nothing is asked: {fault}" for fault in faults]
    wrong = [fault.words for fault in setup_faults(chat)]
    for state in settings.files:
        is_told_below = any(words.startswith(state.file.shown_path) for words in wrong)
        if not (state.is_left_out and is_told_below):
            lines.append(f"Settings: {state.line or _used(state)}")
    lines += [f"Settings: {path}, your own." for path in settings.own_files]
    return [*lines, *(f"At fault: {words}" for words in wrong)]


def _used(state: FileState) -> str:
    return f"{state.file.shown_path}, {translated(state.state)}."


def _turns_and_model(chat: ChatCommand) -> str:
    conversation = chat.conversation
    chat.runtime.look_for_server(conversation)
    model, why = runtime.current().model_to_show(conversation)
    count = len(conversation.turns)
    turns = plural(count, "turn") if count else "no turns yet"
    line = f"Conversation {conversation.name!r}: {turns}. Model: {model} ({why})."
    if why == NO_KEY and not chat.runtime.has_looked:
        line += " If a server with models runs on this machine, it answers instead."
    return line


def _history_lines(chat: ChatCommand) -> list[str]:
    if not chat.runtime.watched:
        return []
    store = chat.runtime.store()
    if chat.settings.trouble:
        return ["History: in memory only, until the settings can be used."]
    if chat.runtime.no_history:
        return [f"History: in memory only; {chat.runtime.no_history.why}"]
    if store is None:
        return ["History: in memory only; it is turned off."]
    is_stored = chat.runtime.store_for(chat.conversation) is not None
    if not is_stored and chat.conversation.name == runtime.MAIN:
        return ["History: in memory only; only a notebook or a name (%%chat --name NAME) is kept."]
    return [f"History: {store.state}.", *resume_lines(chat)]


def resume_lines(chat: ChatCommand) -> list[str]:
    """What can be resumed, in one line, if anything can. Nothing is loaded by itself."""
    if chat.conversation.turns:
        return []
    line = offer_line(chat.runtime, chat.conversation)
    return [line] if line else []


def offer_line(opened: Runtime, conversation: Conversation) -> str:
    """What an earlier kernel has left of the conversation, and how to go on with it."""
    store = opened.store()
    if store is None:
        return ""
    try:
        left = left_conversation(conversation.name, store)
    except BadSettings:  # a store that cannot be read is told of where it is asked for
        return ""
    if left is None:
        return ""
    whose = "There is"
    if left.notebook and left.notebook == notebook_path():
        whose = "This notebook has"
    elif conversation.name == runtime.MAIN:
        whose = f"{notebook_name(left)}, which has cells of this notebook, has"
    name = conversation.name
    length, day = plural(left.header.length, "turn"), day_text(left.changed)
    which = "" if name == opened.active else f" {left.header.id[:SHOWN_ID]}"
    said = f"{whose} a conversation of {length} from {day}: %chat resume"
    if name != runtime.MAIN:
        said = f"{whose} a conversation {name!r} of {length} from {day}: %chat resume"
    return said + which


def left_conversation(name: str, store: Store) -> Stored | None:
    """What an earlier kernel of this notebook has left under the conversation's name.

    One with a name of its own may have been left by any notebook. Others belong to a path,
    and after a rename, or in a copy, to the notebook that has the cells it was asked in.
    """
    here, anywhere = notebook_path(), name != runtime.MAIN
    if not here and not anywhere:
        return None
    left = store.ask(lambda database: database.left_by_others(here, name, anywhere=anywhere))
    if left is not None or anywhere:
        return left
    cells = notebook_cells()
    return store.ask(lambda database: database.left_in_cells(cells, name)) if cells else None


def notebook_name(stored: Stored) -> str:
    """The file name of the notebook that a conversation was last asked in."""
    return readable(Path(stored.notebook).name)


def moment_text(seconds: float) -> str:
    """When it was, in seconds since the epoch; "" where that is not known (0).

    With its day, also today: an output that is made again tomorrow is the same.

    >>> moment_text(datetime(2026, 5, 11, 23, 59).timestamp())
    '2026-05-11 23:59'
    """
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}" if seconds else ""


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
