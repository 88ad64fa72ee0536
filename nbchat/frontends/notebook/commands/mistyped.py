"""What to say of a first word that is no command: the command that was meant, or another way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from nbchat.catalog.lookup_errors import written_apart
from nbchat.catalog.typed_addresses import address_meant
from nbchat.frontends.notebook.arguments import FLAGS
from nbchat.wording import did_you_mean, set_key, shorten

if TYPE_CHECKING:
    from nbchat.catalog.catalog import Catalog

LONGEST_GUESS = 60  # characters of a line that is repeated as a question
LEAST_ALIKE = 0.8  # of the letters, for a command to be meant by a word
NEVER_GUESSED = ("delete", "reset")  # whoever copies a guess loses something
SHORTEST_NAME = 3  # letters of a name that models are looked for by
MOST_WORDS = 2  # after a command; with more of them a line is a question

_WORD = re.compile(r"[a-z]+")

# The words that people try, by the command that does what they want.
_TRIED = {
    "usage": "billing bill budget cache cost costs price pricing prices spend spent stats tokens",
    "reset": "begin clear clean cls new restart start wipe",
    "use": "choose default model pick select",
    "switch": "chat chats conv conversation conversations new open session sessions thread",
    "export": "backup download dump html ipynb json markdown md pdf save share write",
    "models": "available llm llms local",
    "import": "load read upload",
    "resume": "continue load open restore",
    "undo": "back pop revert rollback",
    "delete": "del drop erase forget remove rm",
    "branches": "fork forks tree",
    "history": "log logs messages print show transcript turns",
    "list": "all ls saved",
    "search": "find grep",
    "ask": "prompt q query say send",
    "settings": "config configuration default env get options preferences prefs set setup "
    "status unset",
    "insert": "cell code paste snippet",
    "fix": "correct mend repair solve",
    "explain": "describe why",
    "copy": "clipboard yank",
    "check": "debug diagnose diagnostics doctor health ping ready test verify",
    "panel": "gui sidebar ui widget window",
    "providers": "hosts services vendors",
}
_KEY = (
    "keys come from the environment; %chat providers names the variable of each. For Kimi:\n"
    f"{set_key('KIMI_API_KEY')}"
)
_END = "nothing needs to be ended. To take nbchat out of this kernel:\n%unload_ext nbchat"
_AGAIN = (
    "running a cell again asks its questions again; the panel has a button for it:\n%chat panel"
)
_STOP = "the notebook's stop button ends an answer; what had arrived is kept."
_TITLE = "a conversation gets another title in the panel, under Settings:\n%chat panel"
_VERSION = "nbchat.__version__ says which one this is."
_HELP = "%chat alone lists the commands, %chat help NAME tells of one; %%chat? has the options."
_VALUE = (
    "{name} in a question puts the value of that variable in: a text, a DataFrame, a figure, "
    "a picture."
)
_COPY = "the last answer is nbchat.chat().last_answer.text in Python; %chat export FILE writes all."
_EDIT = "change the cell of the question and run it again; the panel edits one, too:\n%chat panel"
_STREAM = "every answer is shown as it arrives; nothing has to be turned on."
_ERROR = (
    "%chat fix has the last error mended, %chat explain explained; with a question of your own:\n"
    "%%chat --error"
)
_SHOW = "--show on the first line of a cell sends nothing and shows what would be:\n%%chat --show"
_ABOVE = "--above on the first line of a cell sends cells above along:\n%%chat --above 3"
_UNHIDE = "to let a hidden cell go along again:\n%chat hide --forget 3"
_UNPIN = "to take a pin out:\n%chat pin --forget 3"
_OTHERWISE = {  # words for what is done in another way
    "api-key apikey api_key auth key keys login logon password secret token": _KEY,
    "bye close disconnect exit logout off quit unload": _END,
    "again redo-answer regenerate rerun retry": _AGAIN,
    "abort cancel interrupt kill stop": _STOP,
    "rename retitle title": _TITLE,
    "about version": _VERSION,
    "commands doc docs documentation guide h help info man manual readme tutorial": _HELP,
    "attach context data file files image images picture variables vars": _VALUE,
    "answer text": _COPY,
    "change edit modify": _EDIT,
    "stream streaming": _STREAM,
    "err error errors exception failure traceback": _ERROR,
    "preview request": _SHOW,
    "above cells outputs": _ABOVE,
    "unhide": _UNHIDE,
    "unpin": _UNPIN,
}
_SAME_OPTION = {  # other words for an option, by its name
    "effort": "thinking",
    "reasoning": "thinking",
    "temp": "temperature",
}
_BEGINS_A_SENTENCE = ("explain",)  # before a colon: what is asked stands behind it
_LEADING = ("all", "change", "display", "get", "list", "print", "see", "set", "show", "view")
_GOES_TO = ("choose", "load", "open", "pick", "select")  # with a number: of a branch


class Row(Protocol):
    """A command, as the table of commands has it."""

    @property
    def usage(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def takes_words(self) -> bool: ...
    @property
    def takes_nothing(self) -> bool: ...


def no_such_command(name: str, text: str, rows: Mapping[str, Row], catalog: Catalog) -> str:
    """What to say of the word, and of what stands behind it."""
    unknown = f"%chat has no command {name!r}"
    word = name.lower().strip("?!.,:/-")
    is_short = len(text.split()) <= MOST_WORDS
    is_sentence = name.endswith(":") and word in _BEGINS_A_SENTENCE and text != ""
    if (is_short or word == "system") and not is_sentence:
        meant = _way(word, text, rows)
        if meant:
            mark = ":" if meant[0].islower() else "."
            return f"{unknown}{mark} {meant}"
    guess = did_you_mean(name, [row for row in rows if row not in NEVER_GUESSED], LEAST_ALIKE)
    if guess and is_short and not is_sentence:
        return f"{unknown}.{guess}" + " %chat alone lists them."
    if address := address_meant(name, catalog):
        return address
    apart, count = written_apart([name, *text.split()], catalog)
    if apart:
        typed = " ".join([name, *text.split()][:count])
        return f"%chat takes a command, not a model. To ask {typed}:\n%%chat {apart}"
    if catalog.leads(name):
        return (
            f"%chat takes a command, not a model. "
            f"To ask {name}, with the question below it:\n%%chat {name}"
        )
    if is_short and not text and _is_of_models(word, catalog):
        return f"{unknown}. To see the models of that name:\n%chat models {word}"
    question = shorten(f"{name} {text}".rstrip(), LONGEST_GUESS)
    return f"{unknown}; alone it lists them. To ask:\n%chat ask {question}"


def _way(word: str, text: str, rows: Mapping[str, Row]) -> str:
    """How what a word stands for is done here; empty where it stands for nothing."""
    if word in rows:
        return f"Write it so:\n%chat {word} {text}".rstrip()
    if option := _option(_SAME_OPTION.get(word, word), text):
        return option
    first, _, rest = text.partition(" ")
    if word in _LEADING and first:
        return _way(first.lower(), rest.strip(), rows)
    if word in _GOES_TO and text.isdecimal():
        return f"Did you mean %chat goto {text} ({rows['goto'].what})?"
    if other := _others().get(word):
        return other
    meant = [command for command, tried in _TRIED.items() if word in tried.split()]
    if not meant:
        return ""
    way, *others = [
        f"%chat {_filled(rows[command].usage, text)} ({rows[command].what})" for command in meant
    ]
    return f"Did you mean {way}, or {others[0]}?" if others else f"Did you mean {way}?"


def _option(word: str, text: str) -> str:
    """What to say of a word that is an option of every question."""
    for option in FLAGS:
        flag = option.flag.split()[0]
        if word in (option.name, flag.strip("-")):
            has_value = text and not option.is_switch
            value = f"{flag} {_quoted(text)}" if has_value else option.flag
            return f"{flag} is an option of a question:\n%%chat {value}"
    if word in ("fresh", "raw", "name"):
        return f"--{word} is an option of a question:\n%%chat --{word} {text}".rstrip()
    return ""


def command_on_cell_line(line: str, rows: Mapping[str, Row]) -> str:
    """What to say of a command on a `%%chat` line, which asks; "" where it begins with none."""
    name, *more = line.split() or [""]
    row = rows.get(name)
    if row is None or (more and row.takes_nothing):
        return ""
    if len(more) > MOST_WORDS and not row.takes_words:
        return ""
    return f"{name} is a command, which has one % before it:\n%chat {line.strip()}"


def _is_of_models(word: str, catalog: Catalog) -> bool:
    """Whether a model or a provider has this in its name."""
    if len(word) < SHORTEST_NAME:
        return False
    names = [name for row in catalog.models.values() for name in (row.id, row.type)]
    names += [name for row in catalog.providers.values() for name in (row.type, row.name)]
    return any(word in _WORD.findall(name.lower()) for name in names)


def _quoted(text: str) -> str:
    """A value as it stands on a line: words with spaces between need quotes."""
    is_word = text.split() == [text]
    return text if is_word or text[0] in "\"'" else f'"{text}"'


def _others() -> dict[str, str]:
    return {word: way for words, way in _OTHERWISE.items() for word in words.split()}


def _filled(usage: str, text: str) -> str:
    """How a command is typed, with what was typed behind the wrong one in its place."""
    name, _, takes = usage.partition(" ")
    return f"{name} {text}" if takes and text else usage
