"""What stands on a `%%chat` line: its options, and what must never stand there."""

from __future__ import annotations

import argparse
import re
import shlex
from dataclasses import dataclass
from typing import NoReturn

from nbchat.errors import BadSettings

LEVELS = {"on": True, "off": False, "low": "low", "medium": "medium", "high": "high", "max": "max"}
USAGE = "%%chat [MODEL] [--name N] [--system TEXT] [--temperature F] [--max-tokens N] [--think LEVEL] [--fresh] [--raw]"

# An option that would hold a key, or something that has the shape of one.
_KEY_OPTION = re.compile(r"(?:^|\s)-{0,2}(?:api[-_]?)?(?:key|token)\s*=|(?:^|\s)--(?:api[-_]?)?(?:key|token)\b", re.I)
_KEY_SHAPE = re.compile(r"(?:^|[\s=\"'])(?:sk-|sk_|gsk_|xai-|hf_|nvapi-|pplx-|AIza|bce-v3/)[\w/.-]{16,}")


@dataclass(slots=True)
class Line:
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
        raise BadSettings(f"%%chat: {message}.\n{USAGE}")


def parsed(line: str) -> Line:
    """The options of a line. Raises BadSettings that says what is wrong with it."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("model", nargs="?")
    parser.add_argument("--name")
    parser.add_argument("--system")
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--max-tokens", type=int)
    parser.add_argument("--think", choices=LEVELS)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--raw", action="store_true")
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise BadSettings(f"%%chat: the line cannot be read: {error}. Close its quotes.") from None
    return Line(**vars(parser.parse_args(words)))


def refuse_keys(line: str) -> None:
    """Raise BadSettings for a key on a line: it would stay in the notebook and in IPython's history."""
    if _KEY_OPTION.search(line) or _KEY_SHAPE.search(line):
        raise BadSettings(
            "a key is never an argument: it would stay in the notebook and in IPython's history. "
            "If it was a real one, replace it.\n"
            'Set it so: import os, getpass; os.environ["KIMI_API_KEY"] = getpass.getpass()'
        )
