"""What a docstring says of a function and of each parameter: Google, numpy and Sphinx styles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_GOOGLE = re.compile(r"(?:Args|Arguments|Params|Parameters|(?:Keyword|Other) \w+):\s*")
_NUMPY = re.compile(r"(?:Other )?(?:Parameters|Params|Args|Arguments)\s*", re.I)
_UNDERLINE = re.compile(r"-{3,}\s*")
_FIELD = re.compile(r"[:@](?:param|parameter|arg|argument|key|keyword)\b([^:]*):\s*(.*)")
_ANY_FIELD = re.compile(r"[:@](?:param\w*|arg\w*|key\w*|type|returns?|rtype|raises?|yields?)\b.*:")
_GOOGLE_ENTRY = re.compile(r"\*{0,2}(\w+)(?:\s*\(.*?\))?\s*:(?:\s+(.*))?$")
_NUMPY_ENTRY = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")


@dataclass(slots=True)
class Docstring:
    """The text before the parameters, and the words for each of them, by name."""

    text: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def read_docstring(text: str) -> Docstring:
    """The parts of a docstring whose indentation has been taken off.

    >>> told = read_docstring("Add.\\n\\nArgs:\\n    a (int): The first.\\n    b: The second.")
    >>> told.text, told.parameters
    ('Add.', {'a': 'The first.', 'b': 'The second.'})
    """
    lines = text.splitlines()
    starts = [at for at in range(len(lines)) if _section(lines, at)]
    told = Docstring("\n".join(lines[: starts[0]] if starts else lines).strip())
    for at in starts:
        for name, words in _entries(lines, at):
            told.parameters.setdefault(name, " ".join(words.split()))
    return told


def _section(lines: Sequence[str], at: int) -> str:
    """The style in which parameters begin in this line; empty where they do not."""
    line = lines[at]
    if _GOOGLE.fullmatch(line) and at + 1 < len(lines) and _indent(lines[at + 1]):
        return "google"
    if _NUMPY.fullmatch(line) and _is_heading(lines, at):
        return "numpy"
    return "sphinx" if _ANY_FIELD.match(line) else ""


def _entries(lines: Sequence[str], at: int) -> Iterator[tuple[str, str]]:
    style = _section(lines, at)
    if style == "google":
        yield from _google(lines[at + 1 :])
    elif style == "numpy":
        yield from _numpy(lines[at + 2 :])
    else:
        yield from _sphinx(lines[at:])


def _google(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`name (type): words`, of which more stand deeper below it."""
    first = _indent(lines[0])
    name, words = "", ""
    for line in lines:
        if line.strip() and _indent(line) < first:
            break
        entry = _GOOGLE_ENTRY.match(line.strip()) if _indent(line) == first else None
        if entry is None:
            words += f" {line}"
            continue
        if name:
            yield name, words
        name, words = entry[1], entry[2] or ""
    if name:
        yield name, words


def _numpy(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`name : type`, and the words deeper below it; several names may share them."""
    names: list[str] = []
    words = ""
    for at, line in enumerate(lines):
        if _is_heading(lines, at):
            break
        entry = _NUMPY_ENTRY.match(line) if line.strip() and not _indent(line) else None
        if entry is None:
            words += f" {line}"
            continue
        yield from ((name, words) for name in names)
        names, words = [name.strip(" *") for name in entry[1].split(",")], ""
    yield from ((name, words) for name in names)


def _sphinx(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`:param type name: words`, and the lines below it until the next field."""
    entry = _FIELD.match(lines[0])
    named = entry[1].split() if entry else []
    if entry is None or not named:
        return
    words = entry[2]
    for line in lines[1:]:
        if not line.strip() or _ANY_FIELD.match(line):
            break
        words += f" {line}"
    yield named[-1].lstrip("*"), words


def _is_heading(lines: Sequence[str], at: int) -> bool:
    return at + 1 < len(lines) and bool(lines[at].strip() and _UNDERLINE.fullmatch(lines[at + 1]))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
