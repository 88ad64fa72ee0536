"""`%chat` commands about files: a conversation is written to one, and comes back from one."""

from __future__ import annotations

from nbchat.conversation.export import read_export, write_export
from nbchat.conversation.whole_file import typed_path
from nbchat.errors import BadCommand, NotThere
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.page_or_text import say
from nbchat.frontends.quoting import quoted
from nbchat.frontends.turn_output import turn_output
from nbchat.wording import plural


@command(
    "export FILE",
    "write the conversation: Markdown, JSON or a notebook (.md, .json, .ipynb)",
    group="conversation",
)
def export(chat: ChatCommand, file: str = "") -> None:
    if not file:
        raise BadCommand(
            "%chat export needs the name of a file, such as talk.md, talk.json or talk.ipynb."
        )
    turns = chat.conversation.turns
    if not turns and chat.conversation.all_turns:
        raise NotThere(
            "there is nothing to export: the conversation is at its beginning.\n"
            "%chat goto N goes on at the end of branch N. The branches:\n%chat branches"
        )
    if not turns:
        raise NotThere("there is nothing to export: nothing has been asked yet.")
    path = write_export(chat.conversation, typed_path(file), turn_output, overwrite=False)
    say(f"Wrote {plural(len(turns), 'turn')} to {path}.")


@command("import FILE", "go on from a conversation that was exported as JSON", group="conversation")
def import_file(chat: ChatCommand, file: str = "") -> None:
    if not file:
        raise BadCommand(
            "%chat import needs the name of a file that %chat export FILE.json has written."
        )
    path = typed_path(file)
    exported, turns = read_export(path)
    conversation = chat.conversation
    chat.runtime.look_for_server(conversation)
    # A file does not choose who is asked, and paid.
    model, _ = chat.runtime.choose_model(conversation)
    conversation.add(turns, model)
    count = plural(len(turns), "turn")
    say(f"Read {count} from {path}; {conversation.model} answers from here on.")
    if exported.system and exported.system != conversation.system:
        say(f"Its system prompt is not taken over: {quoted(exported.system)}")
