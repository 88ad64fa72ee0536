"""The words of a line of ours: as a shell has them, with the values of plain names in their place.

`{name}` and `$name` are looked up among the notebook's variables, and nothing else is: no
attribute, index or expression. A value is one word, whatever is in it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from nbchat.errors import BadCommand, BadOption
from nbchat.frontends.notebook import look_alikes
from nbchat.wording import shorten

RAW = ", or leave braces as they are typed with --raw"
LONGEST_NAME = 200  # characters of a model
LONGEST_SHOWN = 60  # characters of a value that is repeated
_NAME = re.compile(r"(?<!\{)\$?\{([^\W\d]\w*)\}(?!\})|\$([^\W\d]\w*)(?![.\[(\w])")
_TEXT_NAME = re.compile(r"(?<![\w\\^$}{])\{([^\W\d]\w*)\}(?!\})|\A\$([^\W\d]\w*)\Z")
_EXPRESSION = re.compile(r"(?<!\{)\$?\{[^{}]+\}(?!\})|\$[^\W\d]\w*[.\[(]\S*")
_MARK = re.compile(r"\s*(?:[%％]{2}chat(?!\S)|[:：,，;；])")
_COMMENT = re.compile(r"(?<!--name )(?<!--system )(?<!\S)#")
_SHELL_QUOTED = re.compile(r"""("(?:\\.|[^"\\])*"|'[^']*')""")
_PATH_BACKSLASH = re.compile(r"\\(?=\w)")
_SPACED_NAME = re.compile(r"(?<!\{)\{\s*([^\W\d]\w*)\s*\}(?!\})")
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
    return _SPACED_NAME.sub(r"{\1}", _PATH_BACKSLASH.sub(r"\\\\", text))


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
    return Values(variables, f"%chat {name}").put_in(text)


@dataclass(slots=True, frozen=True)
class Values:
    """Puts the values of variables into a line that begins with `magic`."""

    variables: Mapping[str, Any]
    magic: str

    def put_in(self, text: str, words: Mapping[str, Any] | None = None) -> str:
        """The text with the values of plain names; `words` are what some values are typed as.

        Raises BadOption or BadCommand for what is no plain name of a text or a number.
        """

        expression = _EXPRESSION.search(_NAME.sub(" ", text))
        if expression:
            raise look_alikes.wrong_line(
                self.magic,
                f"{shorten(expression[0], LONGEST_SHOWN)} on the {self.magic} line is no plain "
                "name, and only names are filled in there. Give the value a name above.",
            )
        return _NAME.sub(lambda match: self._value(match, words or {}), text)

    def put_in_text(self, text: str) -> str:
        """The same for a text in which braces may be text: only plain names are looked at."""
        return _TEXT_NAME.sub(lambda match: self._value(match, {}, RAW), text)

    def _value(self, match: re.Match[str], words: Mapping[str, Any], advice: str = "") -> str:
        typed, name = match[0], match[1] or match[2]
        if name not in self.variables:
            raise look_alikes.wrong_line(
                self.magic,
                f"there is no variable {name}, which {typed} on the {self.magic} line names. "
                f"Set it first{advice}.",
            )
        value = self.variables[name]
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

    def _number(self, value: Real, typed: str) -> str:
        """A number as it is typed; Python writes none of thousands of digits."""
        try:
            return str(value)
        except ValueError:
            raise look_alikes.wrong_line(
                self.magic, f"{typed} on the {self.magic} line is too large a number."
            ) from None


def fill_words(
    words: Sequence[str], variables: Mapping[str, Any], flags: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """The words of a `%%chat` line with values in them.

    `flags` are the options that take a value, each with the words that it knows. With `--raw`
    the text of `--system` stays as it is typed, as the question does.
    """
    values = Values(variables, "%%chat")
    filled: list[str] = []
    for word in words:
        flag = filled.pop() if filled and filled[-1] in flags else ""
        name, equals, text = word.partition("=") if not flag else (flag, "=", word)
        if not equals or name not in flags:
            filled.append(_positional(values, word))
        elif name == "--system":
            filled.append(f"--system={text if '--raw' in words else values.put_in_text(text)}")
        else:
            filled.append(f"{name}={values.put_in(text, flags[name])}")
    return filled


def _positional(values: Values, word: str) -> str:
    """A word that is no option's value: one that was filled in is never an option."""
    text = values.put_in(word)
    if text != word:
        text = text.strip()
        if not text:
            raise BadOption(f"{word} on the %%chat line is empty; the name of a model is expected.")
    if text != word and (text.startswith("-") or len(text) > LONGEST_NAME):
        raise BadOption(
            f"{word} on the %%chat line is {shorten(text, LONGEST_SHOWN)!r}, which is no name of "
            "a model. A value is no option and no question."
        )
    return text
