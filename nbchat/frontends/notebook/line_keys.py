"""Keys that were typed where none belongs: found by their shape, their place, or as ones we know.

A line of ours that holds one is refused. What is typed is kept by IPython, so the key is
taken out of that, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nbchat import key_shapes, known_keys
from nbchat.frontends.notebook import look_alikes

BLANK = "[key removed]"
ID_COMMANDS = ("delete", "export", "goto", "import", "resume", "switch", "trust")
TEXT_COMMANDS = ("ask", "search", "fix", "explain")  # of %chat, followed by words of any kind

_FILE = re.compile(r"\.(?:md|json|ipynb|html|txt)$")
_WORD = re.compile(r"""(?:"[^"]*"|'[^']*'|[^\s"'])+|\S+""")
# The name of an option or a member that holds a key: --api-key, key=, OPENAI_API_KEY=
_KEY_NAME = re.compile(
    r"-{0,2}(?:(?:\w+[-_])?(?:api|access|auth|secret|private|bearer|session)[-_]?)?(?:key|token)"
    r"|-{0,2}(?:\w+[-_])?(?:secret|password|passwd)",
    re.I,
)
# A line of ours as IPython runs it, and wherever else it may stand in what is typed.
_REST = r"( (?: [^\n]* \\ \n )* [^\n]* )"
_BARE = r"\s* chat (?=\s+ (?:use|ask) \s)"  # IPython takes a magic without its sign, too
_RUN_LINE = re.compile(
    rf"(?x) (?: \s* (?:[\w.,\ \[\]]+=\s*)? %{{1,2}}chat (?=\s) | {_BARE} ) {_REST}"
)
_OUR_LINE = re.compile(rf"(?mx) ^ (?: [^\n]*? (?<!\w) %{{1,2}}chat (?=\s) | {_BARE} ) {_REST}")
_ARGUMENT = re.compile(
    r"""(?x) \bapi_key ["']? \s* [=:] [\s(]* [rbuf]{0,2} (["']{3}|["']) ([^"'\n]{6,}) \1"""
)


# --- in a line ---------------------------------------------------------------------------------


def has_key(line: str) -> bool:
    """Whether what follows `%chat` or `%%chat` holds a key, or held one.

    >>> has_key("demo --key abc"), has_key("ask How do I sort by key=len?")
    (True, False)
    """
    return BLANK in line or any(True for _ in _spans(line))


def keys_in(line: str) -> list[str]:
    """The keys that follow `%chat` or `%%chat`, longest first."""
    return _longest_first(line[start:end] for start, end in _spans(line))


def without_keys(line: str) -> str:
    """The same with BLANK in the place of each key."""
    return _cut_out(line, _spans(line))


def _cut_out(text: str, spans: Iterator[tuple[int, int]]) -> str:
    out, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            out += [text[at:start], BLANK]
        at = max(at, end)
    return "".join([*out, text[at:]])


def _spans(line: str) -> Iterator[tuple[int, int]]:
    """Where keys stand in a line, from and to."""
    yield from _shapes(line)
    line = line.translate(look_alikes.PLAIN)  # an editor makes a dash of two hyphens
    words = [(match[0].strip("\"'"), match.span()) for match in _WORD.finditer(line)]
    if words and words[0][0] not in TEXT_COMMANDS:
        yield from _named(words)
        yield from _in_place_of_a_model(words)


def _shapes(text: str) -> Iterator[tuple[int, int]]:
    """What a key looks like, and the keys that we know."""
    yield from key_shapes.spans(text)
    yield from known_keys.current().spans(text)


Words = list[tuple[str, tuple[int, int]]]  # without their quotes, and where they stand


def _named(words: Words) -> Iterator[tuple[int, int]]:
    """What stands behind a name for keys: `--key X`, `key=X`, `key = X`."""
    for number, (word, (start, end)) in enumerate(words):
        name, equals, value = word.partition("=")
        before = words[number - 1][0] if number else ""
        is_text = before == "--system" or (before == "export" and _FILE.search(value))
        if is_text or not _KEY_NAME.fullmatch(name):
            continue
        following = words[number + 1 : number + 3]
        if value:
            yield start, end  # with its name, since there may be quotes inside
        elif following and following[0][0].startswith("=") and not equals:
            yield start, following[-1 if following[0][0] == "=" else 0][1][1]
        elif equals or name.startswith("-"):
            is_value = following and not following[0][0].startswith("--")
            yield (following[0][1] if is_value else (start, end))


def _in_place_of_a_model(words: Words) -> Iterator[tuple[int, int]]:
    """A word that no model is called."""
    first = words[0][0]
    if first in ID_COMMANDS:
        return
    before = ""
    for word, span in words:
        digits = sum(letter.isdigit() for letter in word)
        is_long = len(word) >= 32 and word.isalnum() and 4 <= digits < len(word)
        if is_long and not before.startswith("--"):
            yield span
        before = word


def clean_lines(lines: list[str]) -> list[str]:
    """The lines of a cell, with those that are ours without keys."""
    ours, rest = (lines[:1], lines[1:]) if lines[0].startswith("%%") else (lines, [])
    text = _RUN_LINE.sub(_clean_line, "".join(ours))
    cleaned = [text] if rest or len(ours) == 1 else text.splitlines(keepends=True)
    return [*cleaned, *rest]


def _clean_line(match: re.Match[str]) -> str:
    return match[0].removesuffix(match[1]) + without_keys(match[1])


# --- in a cell ------------------------------------------------------------------------------------


def keys_typed(cell: str) -> list[str]:
    """The keys in a cell that are no business of whoever keeps its source, longest first.

    Those on lines of ours, the ones we know in a cell with such a line, and what is given
    as `api_key=` to nbchat.
    """
    found = []
    ours = [*_OUR_LINE.finditer(cell)]
    for match in ours:
        line, start = match[1], match.start(1)
        found += [cell[start + a : start + b] for a, b in _spans(line)]
    if ours:
        found += [cell[a:b] for a, b in known_keys.current().spans(cell)]
    if "nbchat" in cell:
        given = [match[2] for match in _ARGUMENT.finditer(cell)]
        found += [key for key in given if not known_keys.is_placeholder(key)]
    return _longest_first(found)


def _longest_first(keys: Iterable[str]) -> list[str]:
    return sorted({key for key in keys if BLANK not in key}, key=len, reverse=True)


def blank(text: str, keys: list[str]) -> str:
    """The text with BLANK for each of these, also where they stand in a literal."""
    for key in keys:
        text = text.replace(key, BLANK).replace(repr(key)[1:-1], BLANK)
    return text
