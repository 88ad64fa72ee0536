"""Tab on a line of ours, and in a question: whatever has a name and may stand there.

The commands and their arguments are those of the commands' table, the options those of the
`%%chat` line. Nothing is raised, and no network is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from IPython.core.completer import CompletionContext, SimpleCompletion, context_matcher

from nbchat.frontends.notebook import known_names
from nbchat.frontends.notebook.arguments import OPTIONS, VALUES
from nbchat.frontends.notebook.known_names import Name, starting

if TYPE_CHECKING:
    from nbchat.frontends.notebook.commands.table import Command

_CELL = re.compile(r"\s*%%chat(?=\s|$)")
_COMMAND = re.compile(r"(?:\s*|[^%]*=\s*)%chat\s+(?=\S|$)")  # alone on its line, or assigned
_WORD = re.compile(r"""(?:"[^"]*"?|'[^']*'?|[^\s"'])+""")
_BRACE = re.compile(r"(?<!\{)\{((?:[^\W\d]\w*)?)$")
_SIGN = re.compile(r"\$((?:[^\W\d]\w*)?)$")
_FLAG = re.compile(r"(--[a-z-]+)(?:[ =]([A-Z]+))?")


@dataclass(slots=True, frozen=True)
class Found:
    """What may stand in the place of `typed`, which ends at the cursor."""

    names: list[Name]
    typed: str = ""


NOTHING = Found([])


@context_matcher()  # type: ignore[untyped-decorator]
def complete(context: CompletionContext) -> Any:
    """Completions for what is under the cursor, where the line or the question is ours."""
    found = NOTHING
    with suppress(Exception):  # a person who presses Tab has asked nothing
        found = _found(context.full_text.split("\n"), context.cursor_line, context.cursor_position)
    completions = [SimpleCompletion(text=name.text, type=name.kind) for name in found.names]
    if not completions:
        return {"completions": [], "suppress": False}
    keeps_files = all(name.kind == "file" for name in found.names)
    return {
        "completions": completions,
        "matched_fragment": found.typed,
        "suppress": not keeps_files,
    }


def _found(lines: list[str], number: int, column: int) -> Found:
    before = lines[number][:column]
    top = _first_line(lines)
    cell = _CELL.match(lines[top])
    if cell and number > top:
        is_raw = "--raw" in lines[top].split()
        return NOTHING if is_raw else _in_question(before)
    if cell and number == top and column > cell.end():
        return _on_cell_line(before[cell.end() :])
    command = _COMMAND.match(before)
    return _on_command_line(before[command.end() :]) if command else NOTHING


def _first_line(lines: list[str]) -> int:
    """The first line that is not blank and no comment."""
    for number, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("#"):
            return number
    return 0


def _in_question(before: str) -> Found:
    brace = _BRACE.search(before)
    if not brace:
        return NOTHING
    return Found(starting(brace[1], known_names.question_values(brace[1])), brace[1])


def _split(text: str) -> tuple[list[str], str]:
    """The words before the one at the end of the text, and that one; it may be empty."""
    words = list(_WORD.finditer(text))
    word = words.pop()[0] if words and words[-1].end() == len(text) else ""
    return [one[0] for one in words], word


def _value_in(word: str) -> Found | None:
    """A variable, where one is being typed."""
    name = _BRACE.search(word) or _SIGN.search(word)
    if not name:
        return None
    return Found(starting(name[1], known_names.line_values(name[1])), name[1])


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
    options = [Name(option, "option") for option in OPTIONS if option not in done]
    if word.startswith("-"):
        return Found(starting(word, options), word)
    if _has_model(done):
        return NOTHING if word else Found(options)
    return Found(starting(word, [*known_names.models(word), *options]), word)


def _value_of(flag: str, typed: str) -> Found:
    if flag == "--name":
        return Found(_quoted(typed, known_names.conversations()), typed)
    return Found(starting(typed, [Name(word, "value") for word in VALUES[flag]]), typed)


def _has_model(words: list[str]) -> bool:
    """Whether one of these is no option and no option's value."""
    before = ""
    for word in words:
        if before not in VALUES and not word.startswith("-"):
            return True
        before = word
    return False


def _quoted(typed: str, names: Iterable[Name]) -> list[Name]:
    """Names that may have spaces in them, in quotes where they need them."""
    mark = typed[:1] if typed[:1] in ("'", '"') else ""
    found = []
    for name in starting(typed.removeprefix(mark), names):
        own = mark
        if not own and not re.fullmatch(r"[\w.:/-]+", name.text):
            own = "'" if '"' in name.text else '"'
        if not own or own not in name.text:
            found.append(Name(f"{own}{name.text}{own}", name.kind))
    return found


# --- a %chat line --------------------------------------------------------------------------------


def _on_command_line(text: str) -> Found:
    from nbchat.frontends.notebook.commands.table import commands

    name, space, text = text.partition(" ")
    if not space:
        known = [Name(one, "command") for one in [*commands(), "help"]]
        return Found(starting(name, known), name)
    if name == "help":
        return _of_kind("COMMAND", text.lstrip())
    if name not in commands():
        return NOTHING
    row = commands()[name]
    return _in_question(text) if row.takes_words else _argument(row, name, text.lstrip())


def _commands() -> Iterable[str]:
    from nbchat.frontends.notebook.commands.table import commands

    return commands()


def _argument(row: Command, name: str, text: str) -> Found:
    """What may stand behind the name of a command: its row says what it takes."""
    done, word = _split(text)
    if variable := _value_in(word):
        return variable
    options = dict(_FLAG.findall(f"{row.usage} {row.what}"))
    if word.startswith("-"):
        return Found(starting(word, [Name(option, "option") for option in options]), word)
    if done and done[-1] in options:
        return _of_kind(options[done[-1]], word)
    usage = _FLAG.sub("", row.usage).removeprefix(name)
    kinds = re.findall(r"\b[A-Z]+\b", usage)
    if "NAME" in kinds:
        return _conversation(text, has_ids="ID" in kinds)
    if done:
        return NOTHING
    words = re.findall(r"(?<=\|)[a-z]+|[a-z]+(?=\|)", usage)
    names = [Name(one, "value") for one in words]
    for kind in ARGUMENTS.get(name, kinds):
        names += _of_kind(kind, word).names
    if not word:
        names += [Name(option, "option") for option in options]
    return Found(starting(word, names), word)


def _conversation(text: str, *, has_ids: bool) -> Found:
    """A conversation, whose name may have spaces in it, also where it is in no quotes."""
    names = [*known_names.conversations()]
    if has_ids and text:
        names += known_names.conversation_ids()
    return Found(_quoted(text, names), text)


def _of_kind(kind: str, typed: str) -> Found:
    of_kind = KINDS.get(kind)
    names = of_kind(typed) if of_kind else ()
    found = _quoted(typed, names) if kind == "FILE" else starting(typed, names)
    return Found(found, typed)


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
