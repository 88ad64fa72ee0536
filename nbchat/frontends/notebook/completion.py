"""Tab on a line of ours, and in a question: whatever has a name and may stand there.

The commands and their arguments are those of the commands' table, the options those of the
`%%chat` line. Nothing is raised, and no network is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from IPython.core.completer import CompletionContext, SimpleCompletion

from nbchat.frontends.notebook import known_names, look_alikes
from nbchat.frontends.notebook.arguments import OPTIONS, VALUES
from nbchat.frontends.notebook.known_names import Name, starting
from nbchat.frontends.notebook.written_names import (
    Read,
    begins,
    cell_reader,
    command_reader,
    written,
)

if TYPE_CHECKING:
    from nbchat.frontends.notebook.commands.table import Command

_CELL = re.compile(r"\s*%%chat(?=\s|$)")
_COMMAND = re.compile(r"(?:\s*|[^%]*[=:;]\s*)%chat\s+(?=\S|$)")  # alone, or behind other code
_WORD = re.compile(r"""(?:"(?:\\.|[^"\\])*"?|'[^']*'?|[^\s"'])+""")
_EACH = re.compile(r"\s--each[ =][{$]?([^\W\d]\w*)")
_BRACE = re.compile(r"(?<!\{)\{((?:[^\W\d]\w*)?)$")
_MORE_THAN_A_NAME = re.compile(r"(?<!\{)\{[^\W\d]\w*[.\[(][^{}]*$")
_SIGN = re.compile(r"(?<!\$)\$((?:[^\W\d]\w*)?)$")
_LAST_NAME = re.compile(r"\w*$")  # alone, or behind a bracket
_FLAG = re.compile(r"(--[a-z-]+)(?:[ =]([A-Z]+))?")
_DASHES = f"-{look_alikes.DASHES}"
FILES = "IPCompleter.file_matcher"  # of IPython, which knows the files here


@dataclass(slots=True, frozen=True)
class Found:
    """What may stand in the place of `typed`, which ends at the cursor."""

    names: list[Name]
    typed: str = ""
    keeps_files: bool = False  # of IPython's own names, those of files belong here, too


class Nothing:
    """No completions, which count as some: IPython lets nobody else be quiet who has none."""

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[SimpleCompletion]:
        return iter(())


NOTHING = Found([])


def complete(context: CompletionContext) -> Any:
    """Completions for what is under the cursor, where the line or the question is ours.

    There nothing else is offered: a name of Python has no meaning on such a line.
    """
    found = None
    with suppress(Exception):  # a person who presses Tab has asked nothing
        found = _found(context.full_text.split("\n"), context.cursor_line, context.cursor_position)
    if found is None:
        return {"completions": [], "suppress": False}
    completions = [SimpleCompletion(text=name.text, type=name.kind) for name in found.names]
    return {
        "completions": completions or Nothing(),
        "matched_fragment": found.typed,
        "suppress": True,
        "do_not_suppress": {FILES} if found.keeps_files else set(),
    }


def _found(lines: list[str], number: int, column: int) -> Found | None:
    """What may stand there; None where it is not ours to say."""
    before = lines[number][:column]
    top = _first_line(lines)
    cell = _CELL.match(lines[top])
    if cell and number > top:
        is_raw = "--raw" in lines[top].split()
        each = _EACH.search(lines[top])
        names = known_names.columns(each[1]) if each else None
        return None if is_raw else _in_question(before, names)
    if cell and number == top and column > cell.end():
        return _on_cell_line(before[cell.end() :])
    command = _COMMAND.match(before)
    return _on_command_line(before[command.end() :]) if command else None


def _first_line(lines: list[str]) -> int:
    """The first line that is not blank and no comment."""
    for number, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("#"):
            return number
    return 0


def _in_question(before: str, names: Iterable[Name] | None = None) -> Found | None:
    """What may stand in braces: variables, or these `names`."""
    brace = _BRACE.search(before)
    if not brace:
        return NOTHING if _MORE_THAN_A_NAME.search(before) else None
    if names is None:
        names = known_names.question_values(brace[1])
    return Found(starting(brace[1], names), brace[1])


def _split(text: str) -> tuple[list[str], str]:
    """The words before the one at the end of the text, and that one; it may be empty."""
    words = list(_WORD.finditer(text))
    word = words.pop()[0] if words and words[-1].end() == len(text) else ""
    return [one[0] for one in words], word


def _value_in(word: str) -> Found | None:
    """A variable, where one is being typed."""
    name = _BRACE.search(word) or _SIGN.search(word)
    names = starting(name[1], known_names.line_values(name[1])) if name else []
    return Found(names, name[1]) if name and names else None


def _options(word: str, options: Iterable[str]) -> Found:
    """The options that begin so, whatever dashes they were begun with."""
    typed = f"--{word.lstrip(_DASHES)}"
    return Found(starting(typed, [Name(option, "option") for option in options]), word)


def _as_typed(typed: str, names: Iterable[Name], read: Read) -> Found:
    """The names that begin so, each as it is to be typed."""
    found = []
    for name in starting("", names):
        text = written(name.text, typed, read) if begins(name.text, typed) else ""
        if text:
            found.append(Name(text, name.kind))
    return Found(found, typed)


# --- a %%chat line -------------------------------------------------------------------------------


def _on_cell_line(text: str) -> Found:
    done, word = _split(text)
    flag, equals, value = word.partition("=")
    if done and done[-1] in VALUES:
        flag, value = done[-1], word
    elif not equals or flag not in VALUES:
        flag = ""
    if variable := _value_in(word):
        return variable
    if flag:
        return _value_of(flag, value)
    given = {one.partition("=")[0] for one in done}
    options = [option for option in OPTIONS if option not in given]
    if word[:1] and word[0] in _DASHES:
        return _options(word, options)
    offered = _options("", options).names if not word else []
    if _has_model(done):
        return Found(offered, word)
    models = _as_typed(word, known_names.models(word), cell_reader(""))
    return Found([*models.names, *offered], word)


def _value_of(flag: str, typed: str) -> Found:
    if flag == "--tools":
        before, _, last = typed.rpartition(",")
        given = before.split(",")
        return Found(
            starting(last, (one for one in known_names.tools() if one.text not in given)), last
        )
    if flag == "--as":
        last = _LAST_NAME.search(typed)[0]  # type: ignore[index]  # it may be empty
        return Found(starting(last, known_names.types(last)), last)
    if flag == "--each":
        return Found(starting(typed, known_names.data(typed)), typed)
    if flag == "--into":
        return Found(starting(typed, known_names.own_variables(typed)), typed)
    if flag == "--name":
        return _as_typed(typed, known_names.conversations(), cell_reader(flag))
    return Found(starting(typed, [Name(word, "value") for word in VALUES[flag]]), typed)


def _has_model(words: list[str]) -> bool:
    """Whether one of these is no option and no option's value."""
    before = ""
    for word in words:
        if before not in VALUES and not word.startswith("-"):
            return True
        before = word
    return False


# --- a %chat line --------------------------------------------------------------------------------


def _on_command_line(text: str) -> Found:
    from nbchat.frontends.notebook.commands.table import commands

    name, space, text = text.partition(" ")
    if not space:
        known = [Name(one, "command") for one in [*commands(), "help"]]
        return Found(starting(name, known), name)
    if name == "help":
        return _of_kind("COMMAND", text.lstrip(), name)
    if name not in commands():
        return NOTHING
    row = commands()[name]
    if row.takes_words:
        return _in_question(text) or NOTHING if name in QUESTIONS else NOTHING
    return _argument(row, name, text.lstrip())


def _commands() -> Iterable[str]:
    from nbchat.frontends.notebook.commands.table import commands

    return commands()


def _argument(row: Command, name: str, text: str) -> Found:
    """What may stand behind the name of a command: its row says what it takes."""
    done, word = _split(text)
    if variable := _value_in(word):
        return variable
    options = dict(_FLAG.findall(f"{row.usage} {row.what}"))
    usage = _FLAG.sub("", row.usage).removeprefix(name)
    kinds = re.findall(r"\b[A-Z]+\b", usage)
    if word[:1] and word[0] in _DASHES and (found := _options(word, options)).names:
        return found
    if done and done[-1] in options:
        return _of_kind(options[done[-1]], word, name)
    if "NAME" in kinds:
        return _conversation(name, text, has_ids="ID" in kinds)
    if done:
        return Found([], word, keeps_files="FILE" in kinds)
    words = re.findall(r"(?<=\|)[a-z]+|[a-z]+(?=\|)", usage)
    names = starting(word, [Name(one, "value") for one in words])
    for kind in ARGUMENTS.get(name, kinds):
        names += _of_kind(kind, word, name).names
    if not word:
        names += _options("", options).names
    return Found([*dict.fromkeys(names)], word, keeps_files="FILE" in kinds)


def _conversation(command: str, text: str, *, has_ids: bool) -> Found:
    """A conversation, whose name may have spaces in it, also where it is in no quotes."""
    names = [*known_names.conversations()]
    if has_ids and text:
        names += known_names.conversation_ids()
    return _as_typed(text, names, command_reader(command))


def _of_kind(kind: str, typed: str, command: str) -> Found:
    of_kind = KINDS.get(kind)
    names = of_kind(typed) if of_kind else ()
    if command not in READ_AS_TYPED:
        return _as_typed(typed, names, command_reader(command))
    return Found(starting(typed, names), typed)


QUESTIONS = ("ask",)  # of the commands that take words, those in which values are filled in
READ_AS_TYPED = ("help", "trust")
# By the words in capitals in the table of commands.
KINDS: dict[str, Callable[[str], Iterable[Name]]] = {
    "MODEL": known_names.models,
    "PROVIDER": lambda typed: known_names.providers(),
    "ABILITY": lambda typed: known_names.abilities(),
    "FILE": lambda typed: known_names.export_files(),
    "SETTINGS": lambda typed: known_names.settings_files(),
    "BRANCH": lambda typed: known_names.branch_numbers(),
    "TURN": known_names.turn_numbers,
    "COMMAND": lambda typed: (Name(name, "command") for name in _commands()),
}
# A PATTERN is about what the command lists, and N about what it goes to.
ARGUMENTS = {
    "models": ("MODEL", "PROVIDER", "ABILITY"),
    "providers": ("PROVIDER",),
    "trust": ("SETTINGS",),
    "goto": ("BRANCH", "TURN"),
    "history": ("TURN",),
}
