"""What stands on a `%%chat` line: its options, and what must never stand there."""

from __future__ import annotations

import argparse
import re
import shlex
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NoReturn

from nbchat.errors import BadSettings
from nbchat.messages import LEVELS
from nbchat.wording import shorten

USAGE = "%%chat [MODEL] [--name N] [--system TEXT] [--temperature F] [--max-tokens N] [--think LEVEL] [--fresh] [--raw]"
HELP_WORDS = ("--help", "-h", "?")  # a line with nothing else asks for help
OPTIONS = re.findall(r"--[a-z-]+", USAGE)

# An option that would hold a key, or something that has the shape of one.
_KEY_OPTION = re.compile(
    r"(?:^|\s)-{0,2}(?:api[-_]?)?(?:key|token)\s*=|(?:^|\s)--(?:api[-_]?)?(?:key|token)\b", re.I
)
_KEY_SHAPE = re.compile(
    r"(?:^|[\s=\"'])(?:sk-|sk_|gsk_|xai-|hf_|nvapi-|pplx-|AIza|bce-v3/)[\w/.-]{16,}"
)


@dataclass(slots=True)
class MagicArguments:
    """The options of a `%%chat` line."""

    model: str | None = None
    name: str | None = None
    system: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    think: str | None = None
    fresh: bool = False
    raw: bool = False


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        message = re.sub(r"^argument (\S+): ", r"\1 ", message).replace(
            "expected one argument", "needs a value"
        )
        raise BadSettings(f"{message}.\n{USAGE}")


def parse_arguments(line: str) -> MagicArguments:
    """The options of a line. Raises BadSettings that says what is wrong with it.

    >>> parse_arguments("kimi-k2.6 --think high").think
    'high'
    """
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("model", nargs="?")
    parser.add_argument("--name", type=_name)
    parser.add_argument("--system")
    parser.add_argument("--temperature", type=_temperature)
    parser.add_argument("--max-tokens", type=_max_tokens)
    parser.add_argument("--think", type=_level)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--raw", action="store_true")
    try:
        words = shlex.split(line)
    except ValueError:
        raise BadSettings(
            "a quote on the %%chat line has no partner. Close it; the question goes below the line."
        ) from None
    found, left = parser.parse_known_args(words)
    if left:
        raise BadSettings(_left_over(left))
    return MagicArguments(**vars(found))


def _left_over(words: list[str]) -> str:
    """What to say of words that are neither the model nor an option."""
    if words[0].startswith("-"):
        option = words[0].partition("=")[0]
        if option in ("-m", "--model"):
            return "the name of the model needs no option: %%chat kimi-k2.6"
        guess = "".join(
            f" Did you mean {known}?" for known in get_close_matches(option, OPTIONS, 1)
        )
        return f"%%chat has no option {option}.{guess}\n{USAGE}"
    shown = shorten(" ".join(words), 40)
    return (
        f"{shown!r} does not belong on the %%chat line: the question goes below it.\n"
        'Text of several words needs quotes: --system "Be brief."'
    )


def _name(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("needs the name of a conversation")
    return text


def _temperature(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"takes a number from 0 to 2, not {text!r}") from None


def _max_tokens(text: str) -> int:
    try:
        return int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"takes a number of tokens such as 4096, not {text!r}"
        ) from None


def _level(text: str) -> str:
    if text not in LEVELS:
        raise argparse.ArgumentTypeError(f"takes {', '.join([*LEVELS][:-1])} or max, not {text!r}")
    return text


def refuse_keys(line: str) -> None:
    """Raise BadSettings for a key on a line: it would stay in the notebook and in IPython's history."""
    if _KEY_OPTION.search(line) or _KEY_SHAPE.search(line):
        raise BadSettings(
            "a key is never an argument: it would stay in the notebook and in IPython's history. "
            "If it was a real one, replace it.\n"
            'Set it so: import os, getpass; os.environ["KIMI_API_KEY"] = getpass.getpass()'
        )
