"""Source code becomes coloured spans; what it cannot read stays plain text.

A few elements only, because each is saved in the notebook. It knows what has a
colour (`s` is a string), not which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from nbchat.render.characters import unmasked
from nbchat.render.inline_style import CODE, COLOURS, UNBROKEN, WIDE_CODE

if TYPE_CHECKING:
    from pygments.token import _TokenType

# Code beyond these is shown without colours: some lexers take quadratic time.
LONGEST_COLOURED = 20_000  # characters
MOST_LINES_COLOURED = 1_000
LONGEST_LINE_COLOURED = 1_000  # characters in a line
WINDOW = 2_000  # characters of growing code that are read anew at most
NARROW_LINE = 48  # bytes; lines that fit the narrowest panel
SLOW_LEXERS = {
    "java": 5_000,
    "sas": 5_000,
}  # characters, for lexers that are quadratic in the whole text

# The model picks the name, so only lexers that were tried with hostile input are loaded.
_NAMES = """
bash sh shell zsh console shell-session fish powershell ps1 bat cmd
python py python3 py3 ipython pycon pytb cython
c cpp c++ cuda objective-c objc csharp c# cs java kotlin kt scala swift
go golang rust rs zig nim d dart
javascript js jsx typescript ts tsx coffeescript vue json jsonc json5 jsonl
html xml svg css scss sass less yaml yml toml ini cfg properties
r rlang julia jl matlab octave fortran sas stata stan
sql mysql postgresql postgres plpgsql sqlite
ruby rb php perl pl lua haskell hs ocaml fsharp f# elixir ex erlang clojure clj lisp scheme elisp
latex tex bibtex markdown md rst diff patch
docker dockerfile make makefile cmake nginx terraform hcl protobuf proto graphql
nix vim awk sed asm nasm llvm wast solidity verilog vhdl groovy gradle
"""
LANGUAGES = frozenset(_NAMES.split())
# Bold and italic tell keywords and comments apart even where our style is not applied.
_ELEMENTS = {
    "": "{}",
    "k": "<b>{}</b>",
    "c": "<i>{}</i>",
    **{letter: f'<font color="{colour}">{{}}</font>' for letter, colour in COLOURS.items()},
}
_ALIASES = {
    "jsonl": "json", "json5": "json", "jsonc": "json", "svg": "xml", "sqlite": "sql",
    "gradle": "groovy", "shell": "bash", "cmd": "bat", "kt": "kotlin", "rlang": "r",
    "patch": "diff",
}  # fmt: skip


def code_block(source: str, language: str) -> str:
    """A framed block: its language, and the code, coloured where the language is known."""
    return _frame(colour_code(source, language), source, language)


def growing_block(source: str, language: str) -> str:
    """The same for code that is still being typed, whose beginning is not read again each time.

    What is typed is coloured as far as it goes; `code_block` has the last word on it.
    """
    pieces = _growing_pieces(unmasked(source), language)
    return _frame(_in_elements(pieces), source, language)


def _frame(inner: str, source: str, language: str) -> str:
    label = f"<legend>{escape(unmasked(language))}</legend>" if language else ""
    if inner.startswith("\n"):  # browsers drop a line end right behind <pre>
        inner = f"<b></b>{inner}"
    # What scrolls must be within reach of the keyboard.
    is_wide = any(len(line.encode()) > NARROW_LINE for line in source.split("\n"))
    mark = f' tabindex="0" style="{UNBROKEN}"' if is_wide else ""
    style = WIDE_CODE if is_wide else CODE
    return f'<fieldset style="{style}">{label}<pre{mark}>{inner}</pre></fieldset>\n'


def language_of(info: str) -> str:
    """The language a fence names: its first word, without braces or options."""
    match = re.match(r"[\s{.]*([^\s{},:;=]{1,30})", info)
    return match[1] if match else ""


def colour_code(source: str, language: str) -> str:
    """HTML of the code: our few elements, everything else escaped."""
    return _in_elements(colour_pieces(unmasked(source), language))


def _in_elements(pieces: Sequence[tuple[str, str]]) -> str:
    return "".join(_ELEMENTS[colour].format(escape(text, quote=False)) for colour, text in pieces)


def colour_pieces(source: str, language: str) -> Sequence[tuple[str, str]]:
    """The code in pieces, each with the letter of its colour ("" for none).

    Code in a language that is not known is one piece without a colour.
    """
    name = language.lower()
    if name not in LANGUAGES or _is_large(source, name):
        return [("", source)]
    return _read_pieces(source, name)


@lru_cache(maxsize=64)
def _read_pieces(source: str, name: str) -> Sequence[tuple[str, str]]:
    from pygments.lexers import get_lexer_by_name

    pieces: list[tuple[str, str]] = []
    try:
        lexer = get_lexer_by_name(_ALIASES.get(name, name), stripnl=False, ensurenl=False)
        for kind, text in lexer.get_tokens(source):
            colour = _colour_of(kind)
            if pieces and pieces[-1][0] == colour:
                pieces[-1] = (colour, pieces[-1][1] + text)
            else:
                pieces.append((colour, text))
    except Exception:  # a lexer is somebody else's; the code is shown even if it fails
        return [("", source)]
    if "".join(text for _, text in pieces) != source:
        return [("", source)]
    return pieces


def _growing_pieces(source: str, language: str) -> Sequence[tuple[str, str]]:
    """As `colour_pieces`, a window after the other: each is read once, and the last one anew."""
    name = language.lower()
    if name not in LANGUAGES or _is_large(source, name):
        return [("", source)]
    pieces: list[tuple[str, str]] = []
    start = 0
    while len(source) - start > WINDOW:
        whole = _whole_pieces(source[start : start + WINDOW], name)
        pieces += whole
        start += sum(len(text) for _, text in whole)
    return [*pieces, *_read_pieces(source[start:], name)]


@lru_cache(maxsize=64)
def _whole_pieces(window: str, name: str) -> Sequence[tuple[str, str]]:
    """The pieces up to the last line end that is in no string and no comment."""
    pieces = list(_read_pieces(window, name))
    for place in reversed(range(len(pieces))):
        colour, text = pieces[place]
        if not colour and "\n" in text:
            return [*pieces[:place], (colour, text[: text.rindex("\n") + 1])]
    return pieces


def _is_large(source: str, name: str) -> bool:
    if len(source) > SLOW_LEXERS.get(name, LONGEST_COLOURED):
        return True
    lines = source.split("\n")
    return len(lines) > MOST_LINES_COLOURED or max(map(len, lines)) > LONGEST_LINE_COLOURED


@lru_cache(maxsize=1024)
def _colour_of(kind: _TokenType) -> str:
    """Our one letter for a Pygments token: the nearest ancestor that has a colour."""
    from pygments.token import Comment, Generic, Keyword, Name, Operator, String

    letters = {
        Comment: "c",
        Comment.Preproc: "m",
        Comment.PreprocFile: "s",
        Keyword: "k",
        Keyword.Constant: "k",
        Keyword.Type: "n",
        Operator.Word: "k",
        Name.Class: "f",
        Name.Function: "f",
        Name.Decorator: "m",
        Name.Attribute: "f",
        Name.Tag: "k",
        String: "s",
        String.Interpol: "m",
        Generic.Deleted: "s",
        Generic.Inserted: "n",
        Generic.Heading: "k",
        Generic.Subheading: "m",
        Generic.Prompt: "c",
        Generic.Output: "",
        Generic.Traceback: "s",
    }
    step: _TokenType | None = kind
    while step is not None:
        if step in letters:
            return letters[step]
        step = step.parent
    return ""
