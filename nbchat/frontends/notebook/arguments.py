"""What stands on a `%%chat` line: its options, and what must never stand there."""

from __future__ import annotations

import argparse
import builtins
import re
import shlex
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, NoReturn, cast

from nbchat.errors import BadOption, KeyNotSent
from nbchat.frontends.notebook.line_words import fill_words, refuse_expressions, split_words
from nbchat.frontends.notebook.look_alikes import TYPE_IT_SO
from nbchat.option_values import in_words
from nbchat.options import OPTIONS as EVERY
from nbchat.options import Option
from nbchat.wording import nearest, set_key, shorten

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.streams import PlannedOptions

    Options = Callable[[], PlannedOptions]

FLAGS = [option for option in EVERY.values() if option.flag]  # those that may stand on a line
_SHOWN = " ".join(f"[{option.flag}]" for option in FLAGS)
USAGE = (
    f"%%chat [MODEL] [--name N] {_SHOWN} [--as S] [--into NAME] [--each DATA] "
    "[--tools A,B] [--plan] [--yes] [--above N] [--error] [--fresh] [--raw] [--show]"
)
KEPT_HERE = ("--name", "--tools", "--above", "--into", "--each")  # options that no provider is told
NOT_FOR_VALUES = ("In", "Out", "get_ipython", "exit", "quit")  # IPython's own names
# Names with two signs in front, and those of what was typed and shown before: _, _i, _12.
_OF_IPYTHON = re.compile(r"__\w*|_|_i+|_i?\d+|_[iod]h")
ALL = 0  # cells above: as many as fit
PLANNED_WITH = "look,run"  # where --plan stands without --tools
GOES_BELOW = "The question goes below the line."
HELP_WORDS = ("--help", "-h", "?")  # a line with nothing else asks for help
MISSING = "expected one argument"  # as argparse says it
_SURPLUS = re.compile(r"\bignored explicit argument (.+)")  # the same
OPTIONS = re.findall(r"--[a-z-]+", USAGE)
# The options that take a value, each with the words that may stand there.
_OF_THE_LINE = ("--name", "--as", "--into", "--each", "--tools", "--above")
VALUES: dict[str, Mapping[str, Any]] = {flag: {} for flag in _OF_THE_LINE} | {
    option.flag.split()[0]: option.words or {} for option in FLAGS if not option.is_switch
}


@dataclass(slots=True)
class MagicArguments:
    """What a `%%chat` line says; `options` are those of every question."""

    model: str | None = None
    name: str | None = None
    options: PlannedOptions = field(default_factory=cast("Options", dict))
    wanted: str | None = None  # of --as: the name of a type, or fields as a short text
    into: str | None = None  # the variable that the value goes into, or the answer
    each: str | None = None  # the variable whose rows are asked about, one by one
    above: int | None = None  # how many cells go along; ALL: as many as the budget takes
    error: bool = False  # the last error goes along
    tools: str | None = None  # names of tools and functions, as they were typed
    plan: bool = False  # the model writes what it would run, and is allowed all of it at once
    yes: bool = False  # nobody is asked before a tool runs
    fresh: bool = False
    raw: bool = False
    show: bool = False  # only show what would be sent
    filled: Sequence[str] = field(default=(), compare=False)  # options with a value put in

    @property
    def tool_names(self) -> str:
        """The tools that were named; a plan without any is made of the ready ones."""
        return self.tools or (PLANNED_WITH if self.plan else "")

    def refuse_values(self) -> None:
        """Raise BadOption where a variable's value stands in an option that is sent."""
        for flag in self.filled:
            if flag not in KEPT_HERE:
                raise BadOption(
                    f'data is "schema" in the settings: no value is sent, in {flag} either. '
                    "Type what is to stand there."
                )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        message = re.sub(r"^argument (\S+): ", r"\1 ", message)
        message = message.replace(MISSING, "needs a value")
        message = _SURPLUS.sub(lambda found: f"takes no value, not {found[1]}", message)
        raise BadOption(f"{message}.\n{USAGE}")


def _parser() -> _Parser:
    """What may stand on a line."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("model", nargs="?")
    parser.add_argument("--name", type=_name)
    for option in FLAGS:
        flag = option.flag.split()[0]
        if option.is_switch:
            parser.add_argument(flag, dest=option.name, action="store_true", default=None)
        else:
            parser.add_argument(flag, dest=option.name, type=partial(_value, option))
    parser.add_argument("--as", dest="wanted", type=_wanted)
    parser.add_argument("--into", type=_into)
    parser.add_argument("--each", type=_each)
    parser.add_argument("--tools", type=_tools)
    parser.add_argument("--plan", action="store_true")
    parser.add_argument("--yes", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--raw", action="store_true")
    parser.add_argument("--above", type=_above)
    parser.add_argument("--error", action="store_true")
    parser.add_argument("--show", action="store_true")
    return parser


def parse_arguments(line: str, variables: Mapping[str, Any] | None = None) -> MagicArguments:
    """The options of a line. Raises BadOption that says what is wrong with it.

    With `variables`, their values are put in for `{name}` and `$name`.

    >>> parse_arguments("kimi-k2.6 --think high --seed 7").options
    {'seed': 7, 'thinking': 'high'}
    """
    if variables is not None:
        refuse_expressions(line, variables)
    words = split_words(line)
    filled: list[str] = []
    if variables is not None:
        words = fill_words(words, variables, VALUES, line, filled)
        refuse_keys(shlex.join(words))
    found, left = _parser().parse_known_args(words)
    if left:
        raise BadOption(_left_over(left, found.model, found.tools, line))
    _refuse_assignment(found.model)
    given = {name: value for name, value in vars(found).items() if value is not None}
    options = {option.name: given.pop(option.name) for option in FLAGS if option.name in given}
    read = MagicArguments(**given, options=cast("PlannedOptions", options), filled=filled)
    if read.yes and not read.tool_names:
        raise BadOption(
            "--yes lets tools run without asking, and no tool is named. Name them, such as:\n"
            "%%chat --tools look,run --yes"
        )
    if read.each:
        _refuse_beside_each(read)
    return read


def _refuse_beside_each(read: MagicArguments) -> None:
    """Raise BadOption for what has no meaning where each row is asked by itself."""
    if read.into is None:
        line = f"%%chat --each {read.each} --into out"
        raise BadOption(f"--each {read.each} needs a name for what comes of it:\n{line}")
    if read.into == read.each:
        line = f"%%chat --each {read.each} --into {'result' if read.each == 'out' else 'out'}"
        raise BadOption(
            f"--into {read.into} would put what comes of it in the place of the data that --each "
            f"asks about. Give it another name:\n{line}"
        )
    if read.show:
        raise BadOption(
            "--show shows one question, and --each asks many. Show it with one row's words in the "
            "place of {names}, without --each."
        )
    given = {
        "--tools": read.tools,
        "--plan": read.plan,
        "--above": read.above is not None,
        "--error": read.error,
        "--fresh": read.fresh,
        "--raw": read.raw,
    }
    for flag in (flag for flag, is_given in given.items() if is_given):
        raise BadOption(
            f"{flag} does not go with --each: each row is asked by itself, with its own cells in "
            "the place of {names} and nothing else. Leave it out."
        )


def _refuse_assignment(word: str | None) -> None:
    """Raise BadOption for `seed=1` or `model=demo`, as a call in Python has them."""
    name, equals, value = (word or "").partition("=")
    flag = f"--{name.replace('_', '-')}"
    if not equals or (name != "model" and flag not in OPTIONS):
        return
    right = value if name == "model" else f"{flag} {shlex.quote(value)}"
    raise BadOption(
        f"{shorten(word or '', 60)!r} is no way to write it here. Write it so:\n%%chat {right}"
    )


def flags_help(say: Callable[[str], str] = str) -> str:
    """What the help says of each option of a question, a line each; `say` translates it."""
    lines = []
    for option in FLAGS:
        facts = {
            "low": option.low,
            "high": option.high,
            "words": in_words(tuple(option.words or ())),
        }
        lines.append(f"{option.flag:<21} {say(option.line or option.help).format(**facts)}")
    return "\n".join(lines)


def leading_options(text: str) -> str:
    """The options that a text begins with, each with its value.

    >>> leading_options('--system "Be brief." --raw Why?'), leading_options("Why?")
    ('--system "Be brief." --raw', '')
    """
    words = re.findall(r"""(?:"[^"]*"|'[^']*'|\S)+""", text)
    count = 0
    while count < len(words) and words[count].partition("=")[0] in OPTIONS:
        count += 2 if words[count] in VALUES else 1
    return " ".join(words[:count])


def asks_for_help(line: str, cell: str) -> bool:
    """Whether the help is wanted, in the place of an answer.

    >>> asks_for_help("demo --help", "Why?"), asks_for_help('--system "Say --help"', "Why?")
    (True, False)
    """
    typed = line.strip()
    if typed in HELP_WORDS or (typed == "help" and not cell.strip()):
        return True
    with suppress(BadOption):  # which is said where the line is read
        return any(word in HELP_WORDS for word in split_words(line) if word.startswith("-"))
    return False


def _left_over(words: list[str], model: str | None, tools: str | None, line: str) -> str:
    """What to say of words that are neither the model nor an option."""
    if words[0].startswith("-"):
        option = words[0].partition("=")[0]
        if option in ("-m", "--model"):
            return "the name of the model needs no option. Write it so:\n%%chat kimi-k2.6"
        meant = _meant(option)
        guess = f" Did you mean {' or '.join(meant)}?" if meant else ""
        said = f"%%chat has no option {option}."
        return f"{said}{guess}\n{USAGE}"
    if model and (said := _name_apart([model, *words], line)):
        return said
    shown = shorten(" ".join(words), 40)
    if tools and all(word.strip(",").isidentifier() for word in words):
        names = ",".join(name for name in (tools, *words) for name in [name.strip(",")] if name)
        said = "tools have a comma between them, and no space."
        return f"{said} {TYPE_IT_SO}\n%%chat --tools {names}"
    return (
        f"{shown!r} does not belong on the %%chat line: the question goes below it.\n"
        'Text of several words needs quotes: --system "Be brief."'
    )


def _name_apart(words: list[str], line: str) -> str:
    """What to say of a model's name that was typed as several words; "" where it is none."""
    from nbchat.catalog.lookup_errors import written_apart
    from nbchat.frontends.notebook import known_names

    name, count = written_apart(words, known_names.settings().catalog)
    if not name:
        return ""
    said = f"no model is called {' '.join(words[:count])!r}. Did you mean {name!r}?"
    typed = r"\s+".join(map(re.escape, words[:count]))
    right, is_found = re.subn(rf"(?<!\S){typed}(?!\S)", lambda _: name, line, count=1)
    if is_found and count == len(words):
        return f"{said} {TYPE_IT_SO}\n%%chat {right.strip()}"
    return f"{said} {GOES_BELOW} {TYPE_IT_SO}\n%%chat {name}"


def _meant(option: str) -> list[str]:
    """The options that begin so, or else the one that is most like it."""
    start = f"--{option.lstrip('-').lower()}"
    return [one for one in OPTIONS if one.startswith(start)] or nearest(option, OPTIONS)[:1]


def _name(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("needs the name of a conversation")
    return text


def _tools(text: str) -> str:
    if not text.strip(" ,"):
        raise argparse.ArgumentTypeError("needs names of tools or functions, such as look,run")
    return text


def _wanted(text: str) -> str:
    if not text.strip(" ,"):
        raise argparse.ArgumentTypeError('needs a type or fields, such as "name, age int"')
    return text.strip()


def _into(text: str) -> str:
    name = unicodedata.normalize("NFKC", text)  # as Python reads it in a cell
    shown = repr(shorten(text, 60))
    if not name.isidentifier() or iskeyword(name):
        raise argparse.ArgumentTypeError(f"takes a name for a variable such as out, not {shown}")
    if name in NOT_FOR_VALUES or _OF_IPYTHON.fullmatch(name) or hasattr(builtins, name):
        raise argparse.ArgumentTypeError(
            f"takes a name of your own for a variable such as out, not {shown}, which Python or "
            "IPython uses itself"
        )
    return name


def _each(text: str) -> str:
    if text.isidentifier() and not iskeyword(text):
        return text
    shown = shorten(text, 60)
    raise argparse.ArgumentTypeError(
        f"takes the name of a variable such as df, not {shown!r}. In a cell above: rows = {shown}"
    )


def _above(text: str) -> int:
    if text == "all":
        return ALL
    if not text.isascii() or not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(
            f"takes a number of cells such as 3, or all, not {shorten(text, 60)!r}"
        )
    return int(text)


def _value(option: Option, text: str) -> Any:
    """What stands behind a flag, as the option takes it; its range is checked with the question."""
    if option.words:
        if text in option.words:
            return option.words[text]
        wanted = in_words([*option.words])
    elif option.kind is float:
        try:
            return float(text)
        except ValueError:
            wanted = f"a number from {option.low:g} to {option.high:g}"
    elif option.kind is int:
        try:
            return int(text.replace(",", "").replace("_", ""))
        except ValueError:
            wanted = f"a whole number such as {option.example}"
            if option.unit:
                wanted = f"a number of {option.unit} such as {option.example}"
    else:
        return text
    raise argparse.ArgumentTypeError(f"takes {wanted}, not {shorten(text, 60)!r}")


def refuse_keys(line: str, shell: InteractiveShell | None = None) -> None:
    """Raise KeyNotSent for a key on a line, and take it out of what the shell keeps."""
    from nbchat.frontends.notebook import input_history, line_keys

    if line_keys.has_key(line):
        if shell is not None:
            input_history.take_out(shell, line_keys.keys_in(line))
        del line  # a traceback shows the variables of this frame
        raise KeyNotSent(_refusal())


def _refusal() -> str:
    happened = (
        "a key is never an argument. Delete it from the cell, since the notebook keeps what stands "
        "there; if it was a real one, replace it."
    )
    if not _has_keyring():
        return f"{happened}\nSet it so:\n{set_key('KIMI_API_KEY')}"
    kept = 'os.environ["KIMI_API_KEY"] = keyring.get_password("nbchat", "KIMI_API_KEY")'
    advice = "Keep one in your keyring (keyring set nbchat KIMI_API_KEY), and set it so:"
    return f"{happened}\n{advice}\nimport os, keyring; {kept}"


def _has_keyring() -> bool:
    """Whether the package of that name is installed; it is not loaded for that."""
    if "keyring" in sys.modules:
        return sys.modules["keyring"] is not None
    return find_spec("keyring") is not None
