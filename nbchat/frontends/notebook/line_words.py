"""The words of a line of ours: as a shell has them, with the values of plain names in their place.

`{name}` and `$name` are looked up among the notebook's variables, and nothing else is: no
attribute, index or expression. A value is one word, whatever is in it. As on any line of
IPython, `{{name}}` and `$$name` are the text `{name}` and `$name`.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from nbchat.errors import BadCommand, BadOption, BadSettings
from nbchat.frontends.notebook import look_alikes
from nbchat.text_like import TextLike, as_text
from nbchat.wording import nearest, shorten

Advice = Callable[[str], str]  # what to do where there is no variable of a name

LONGEST_NAME = 200  # characters of a model
LONGEST_SHOWN = 60  # characters of a value that is repeated
LEAST_ALIKE = 0.8  # of the letters, for a variable to be meant by a name
NEW_NAMES = ("value", "line_value")  # for a value that has none
_NAME = re.compile(r"(?<!\{)\$?\{\s*([^\W\d]\w*)\s*\}(?!\})|\$([^\W\d]\w*)(?![.\[(\w])")
_DOUBLED = re.compile(r"\{(\{[^{}]*\})\}|\$(\$[^\W\d]\w*)")
_PLACE = re.compile(f"{_DOUBLED.pattern}|{_NAME.pattern}")
_TEXT_NAME = re.compile(r"(?<![\w\\^$}{])\{([^\W\d]\w*)\}(?!\})|\A\$([^\W\d]\w*)\Z")
_EXPRESSION = re.compile(r"(?<!\{)\$?\{[^{}]+\}(?!\})|\$[^\W\d]\w*[.\[(]\S*")
_OUTSIDE_QUOTES = re.compile(
    r"""(?x) "(?:\\.|[^"\\])*" | '[^']*'
    | (?P<value> (?<!\{) \$? \{[^{}]+\} (?!\}) | (?<!\$) \$ [^\W\d]\w* [.\[(] \S* )"""
)
_MARK = re.compile(r"\s*(?:[%％]{2}chat(?!\S)|[:：,，;；])")
_COMMENT = re.compile(r"(?<!--name )(?<!--system )(?<!\S)#")
_SHELL_QUOTED = re.compile(r"""("(?:\\.|[^"\\])*"|'[^']*')""")
_PATH_BACKSLASH = re.compile(r"\\(?=\w)")
_SPACED_NAME = re.compile(r"(\{+)\s*([^\W\d]\w*)\s*(\}+)")
_QUOTED = re.compile(r"""(["'])(.*)\1""", re.S)


def split_words(line: str) -> list[str]:
    """The words of a `%%chat` line. Raises BadOption where it cannot be taken apart."""
    if line.rstrip().endswith("\\"):
        raise BadOption(
            "the %%chat line ends in a backslash (\\) and cannot go on below, where the question "
            "stands. Delete the backslash, and put all options on the one line."
        )
    mark = _MARK.match(line)
    if mark:
        rest = shorten(line[mark.end() :].strip(), look_alikes.LONGEST_LINE)
        raise BadOption(
            f"{mark[0].strip()} has no place at the beginning of a %%chat line. Type it so:\n"
            f"%%chat {rest}".rstrip()
        )
    look_alikes.refuse(line, "%%chat", of_names=True)
    if _COMMENT.search(_SHELL_QUOTED.sub("", line)):
        raise BadOption("there is no comment on a %%chat line. Put it above, or delete it.")
    pieces = _SHELL_QUOTED.split(line)  # every second one is quoted
    pieces[::2] = map(_keep_backslashes_and_braces, pieces[::2])
    try:
        return shlex.split("".join(pieces))
    except ValueError:
        raise BadOption(
            "a quote on the %%chat line has no partner. Close it; the question goes below the line."
        ) from None


def _keep_backslashes_and_braces(text: str) -> str:
    """Words outside quotes, where C:\\dir stays as it is, and { name } is one word."""
    return _SPACED_NAME.sub(r"\1\2\3", _PATH_BACKSLASH.sub(r"\\\\", text))


def command_argument(name: str, text: str, variables: Mapping[str, Any]) -> str:
    """What follows the name of a `%chat` command: without quotes around it, and filled in.

    Raises BadCommand where it is not as it was meant.

    >>> command_argument("switch", '"a trip"', {}), command_argument("use", "{m}", {"m": "demo"})
    ('a trip', 'demo')
    """
    if text.rstrip().endswith("\\"):
        raise BadCommand(
            f"the %chat {name} line ends in a backslash (\\), and nothing follows. Delete it."
        )
    look_alikes.refuse(text, f"%chat {name}", of_names=name in ("use", "models", "providers"))
    quoted = _QUOTED.fullmatch(text)
    if quoted and quoted[1] not in quoted[2]:
        text = quoted[2]
    elif text.startswith('"') and text.count('"') == 1:
        raise BadCommand(f"a quote on the %chat {name} line has no partner. Close it or delete it.")
    values = Values(variables, f"%chat {name}", text)
    return values.put_in(text, of_model=name in ("use", "models"))


@dataclass(slots=True, frozen=True)
class Values:
    """Puts the values of variables into a line that begins with `magic`; `line` is its rest."""

    variables: Mapping[str, Any]
    magic: str
    line: str = ""

    def put_in(
        self, text: str, words: Mapping[str, Any] | None = None, *, of_model: bool = False
    ) -> str:
        """The text with the values of plain names; `words` are what some values are typed as.

        Raises BadOption or BadCommand for what is no plain name of a text or a number.
        """
        expression = _EXPRESSION.search(_NAME.sub(" ", _DOUBLED.sub("", text)))
        if expression:
            raise self.no_plain_name(expression[0])
        advice = _set_to_model if of_model else _set_first

        def put(match: re.Match[str]) -> str:
            kept = match[1] or match[2]
            return kept or self._value(match[0], match[3] or match[4], words or {}, advice)

        return _PLACE.sub(put, text)

    def put_in_text(self, text: str) -> str:
        """The same for a text in which braces may be text: only plain names are looked at."""
        return _TEXT_NAME.sub(
            lambda match: self._value(match[0], match[1] or match[2], {}, _set_or_raw), text
        )

    def no_plain_name(self, typed: str) -> BadSettings:
        """The error for an expression: with a name for its value, it can be typed."""
        said = (
            f"{shorten(typed, LONGEST_SHOWN)} on the {self.magic} line is no plain name, "
            "and only names are filled in there."
        )
        value = _as_python(typed)
        free = [name for name in NEW_NAMES if name not in self.variables]
        if not value or not free or len(value) > LONGEST_SHOWN or typed not in self.line:
            return look_alikes.wrong_line(self.magic, f"{said} Give the value a name above.")
        fixed = self._with(typed, f"{{{free[0]}}}")
        advice = f"Run {free[0]} = {value} in a cell above, then: {fixed}"
        return look_alikes.wrong_line(self.magic, f"{said} {advice}")

    def _with(self, typed: str, right: str) -> str:
        """The line with something else in the place of what was typed."""
        return f"{self.magic} {self.line.replace(typed, right, 1).strip()}"

    def _value(self, typed: str, name: str, words: Mapping[str, Any], advice: Advice) -> str:
        if name not in self.variables:
            raise self._no_variable(typed, name, advice)
        value = as_text(self.variables[name])
        kind = type(value)
        for word, meant in words.items():
            if type(meant) is kind and meant == value:
                return word
        if issubclass(kind, str):
            return str.__str__(value)
        if issubclass(kind, Real) and not issubclass(kind, bool):
            return self._number(value, typed)
        raise look_alikes.wrong_line(
            self.magic,
            f"{typed} on the {self.magic} line is of type {kind.__name__}; "
            "a text (str) or a number is expected there.",
        )

    def _no_variable(self, typed: str, name: str, advice: Advice) -> BadSettings:
        """The error for a name that nothing has, with the one that was probably meant."""
        said = f"there is no variable {name}, which {typed} on the {self.magic} line names."
        own = {other: value for other, value in self.variables.items() if other[0] != "_"}
        known = [other for other, value in own.items() if can_be_put_in(value)]
        near = nearest(name, known, LEAST_ALIKE)[:1]
        if near and typed in self.line:
            right = self._with(typed, f"{{{near[0]}}}")
            meant = f"Did you mean {near[0]}?"
            said = f"{said} {meant} {look_alikes.TYPE_IT_SO}\n{right}"
            return look_alikes.wrong_line(self.magic, said)
        return look_alikes.wrong_line(self.magic, f"{said} {advice(name)}")

    def _number(self, value: Real, typed: str) -> str:
        """A number as it is typed; Python writes none of thousands of digits."""
        try:
            return str(value)
        except ValueError:
            raise look_alikes.wrong_line(
                self.magic, f"{typed} on the {self.magic} line is too large a number."
            ) from None


def _set_first(name: str) -> str:
    return "Set it first."


def _set_to_model(name: str) -> str:
    return f'Set it first, such as {name} = "kimi-k2.6"; %chat models lists the names of models.'


def _set_or_raw(name: str) -> str:
    return "Set it first, or leave braces as they are typed with --raw."


def can_be_put_in(value: object) -> bool:
    """Whether a variable's value can stand on a line: a text, an Answer, a number."""
    kind = type(value)
    return issubclass(kind, str | TextLike | Real) and not issubclass(kind, bool)


def _as_python(typed: str) -> str:
    """What `{…}` or `$…` was meant to be the value of, as Python; empty where it is none."""
    inner = typed.lstrip("$")
    if inner.startswith("{"):
        inner = inner[1:-1].strip()
    for written in (inner, f'f"{{{inner}}}"'):
        try:
            ast.parse(written, mode="eval")
        except (SyntaxError, ValueError):
            continue
        return written
    return ""


def refuse_expressions(line: str, variables: Mapping[str, Any]) -> None:
    """Raise BadOption for braces on a `%%chat` line around what is no plain name.

    As typed: a shell's rules would take the quotes out of them, and part them at spaces.
    """
    for match in _OUTSIDE_QUOTES.finditer(line):
        typed = match["value"]
        if not typed or _NAME.fullmatch(typed):
            continue
        is_system = re.search(r"--system[ =]\Z", line[: match.start()])
        if not is_system or _is_looked_up(typed):
            raise Values(variables, "%%chat", line).no_plain_name(typed)


def _is_looked_up(typed: str) -> bool:
    """Whether a value is taken out of another, as no text in braces is: {d["k"]}, {x.y}, {f(x)}."""
    try:
        value = ast.parse(_as_python(typed) or "0", mode="eval").body
    except ValueError:
        return False
    return isinstance(value, ast.Subscript | ast.Attribute | ast.Call)


def doubled(text: str) -> str:
    """The text as it is typed where its braces and dollar signs are to stay what they are.

    >>> doubled("{a} for $b")
    '{{a}} for $$b'
    """
    return re.sub(r"\{[^{}]*\}", r"{\g<0>}", re.sub(r"\$(?=[^\W\d])", "$$", text))


def fill_words(
    words: Sequence[str],
    variables: Mapping[str, Any],
    flags: Mapping[str, Mapping[str, Any]],
    line: str = "",
    filled_flags: list[str] | None = None,
) -> list[str]:
    """The words of a `%%chat` line with values in them.

    `flags` are the options that take a value, each with the words that it knows. With `--raw`
    the text of `--system` stays as it is typed, as the question does. To `filled_flags` the
    options are added in which a value stands.
    """
    values = Values(variables, "%%chat", line or shlex.join(words))
    filled: list[str] = []
    for word in words:
        flag = filled.pop() if filled and filled[-1] in flags else ""
        name, equals, text = word.partition("=") if not flag else (flag, "=", word)
        if not equals or name not in flags:
            filled.append(_positional(values, word))
            continue
        if name == "--system":
            value = text if "--raw" in words else values.put_in_text(text)
        elif name == "--each":
            value = _variable_meant(values, text)
        else:
            value = values.put_in(text, flags[name])
        filled.append(f"{name}={value}")
        if value != text and filled_flags is not None:
            filled_flags.append(name)
    return filled


def _variable_meant(values: Values, text: str) -> str:
    """The name of the variable that is meant as it is: `{df}` is df, unless it is a text itself."""
    match = _NAME.fullmatch(text)
    name = (match[1] or match[2]) if match else ""
    is_meant = name in values.variables and not can_be_put_in(values.variables[name])
    return name if is_meant else values.put_in(text)


def _positional(values: Values, word: str) -> str:
    """A word that is no option's value: one that was filled in is never an option."""
    text = values.put_in(word, of_model=True)
    if text != word:
        text = text.strip()
        if not text:
            raise BadOption(f"{word} on the %%chat line is empty; the name of a model is expected.")
    is_name = text.split() == [text] and len(text) <= LONGEST_NAME and not text.startswith("-")
    if text != word and not is_name:
        raise BadOption(
            f"{word} on the %%chat line is {shorten(text, LONGEST_SHOWN)!r}, which is no name of "
            "a model. A value is no option and no question."
        )
    return text
