"""What the code of nbchat says in English: every text of two words or more.

`python -m tests.languages.sentences nbchat/dataframes` lists what has no Chinese yet.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbchat

from .never_shown import FILES, TEXTS

PACKAGE = Path(nbchat.__file__).parent
LEAST_WORDS = 2
WORD = re.compile(r"(?<![\w{%./=-])[A-Za-z]{2,}(?![\w}/=-])")
HOLE = re.compile(r"\{\d+\}")


@dataclass(frozen=True)
class Sentence:
    """A line of a text in the code, with {0}, {1}, … where a value stands."""

    text: str
    file: str
    line: int

    @property
    def is_prose(self) -> bool:
        bare = HOLE.sub(" ", self.text)
        return " " in self.text and len(WORD.findall(bare)) >= LEAST_WORDS

    @property
    def is_shown(self) -> bool:
        return not self.file.startswith(tuple(FILES)) and self.text not in TEXTS


def sentences(under: str = "") -> Iterator[Sentence]:
    """Every line of every text; `under` is the beginning of a path in the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        if file.startswith(under):
            yield from _in_file(path, file)


def _in_file(path: Path, file: str) -> Iterator[Sentence]:
    tree = ast.parse(path.read_text("utf-8"))
    pieces = set()  # docstrings, and parts of an f-string
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            pieces.add(node.value)
        if isinstance(node, ast.JoinedStr):
            pieces.update(node.values)
    for node in ast.walk(tree):
        if node not in pieces:
            for line in _template(node).split("\n"):
                if line.strip():
                    yield Sentence(_numbered(line.strip()), file, getattr(node, "lineno", 0))


def _template(node: ast.AST) -> str:
    """The text of a literal, with {} for each value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("{", "{{").replace("}", "}}")
    if isinstance(node, ast.JoinedStr):
        parts = [
            str(part.value).replace("{", "{{").replace("}", "}}")
            if isinstance(part, ast.Constant)
            else "{}"
            for part in node.values
        ]
        return "".join(parts)
    return ""


def _numbered(line: str) -> str:
    """With the number of each value; a brace that is meant as one stays one."""
    count = -1

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] != "{}":
            return found[0][0]
        count += 1
        return f"{{{count}}}"

    return re.sub(r"\{\{|\}\}|\{\}", number, line)


def main(under: str = "") -> None:
    from nbchat.languages.phrasebook import read_tables

    table = read_tables("zh")
    missing: dict[str, Sentence] = {}
    for one in sentences(under.removeprefix("nbchat/")):
        if one.is_prose and one.is_shown and one.text not in table:
            missing.setdefault(one.text, one)
    for one in missing.values():
        print(f"{one.file}:{one.line}: {one.text!r}")
    print(f"{len(missing)} without Chinese", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
