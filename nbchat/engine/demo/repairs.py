"""The demo mends simple faults: what is typed wrongly, a mark that is missing, a known import.

It reads what any model is sent: the cell, the line that failed, the error, and what is missing.
"""

from __future__ import annotations

import re

ASKED = "Repair the notebook cell below, which failed."
EXPLAINED = "Explain the error below to somebody who works with data"
SCRIPT = "I am a script"

IMPORTS = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "pl": "import polars as pl",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
    "os": "import os",
    "re": "import re",
    "json": "import json",
    "math": "import math",
    "random": "import random",
    "Path": "from pathlib import Path",
}
CLOSING = {"(": ")", "[": "]", "{": "}"}

_CELL = re.compile(r"^This cell .* failed with (?P<kind>\w+):\n(?P<fence>`{3,})python\n", re.M)
_FAILED = re.compile(r"^Line (?P<line>\d+) failed:$", re.M)
_NOT_DEFINED = re.compile(r"^- `(?P<name>\w+)` is not defined(?P<where>[^\n]*)$", re.M)
_MEANT = re.compile(r"Did you mean `(\w+)`")
_COLUMN = re.compile(r"has no (?P<what>column|key) '(?P<name>[^'\n]+)'\. Near: `(?P<near>[^`\n]+)`")
_ATTRIBUTE = re.compile(r"has no `(?P<name>\w+)`\. Near: `(?P<near>\w+)`")
_MODULE = re.compile(r"no module `(?P<name>[\w.]+)` is installed\.(?P<rest>[^\n]*)")
_BLOCK = re.compile(
    r"\s*(?:if|elif|else|for|while|def|class|with|try|except|finally)\b.*[^:\s]\s*$"
)


def repair(question: str) -> str:
    """The answer to a request for a repair or an explanation; empty for any other question.

    >>> print(repair(f"{ASKED}\\n\\nThis cell [3] of the notebook failed with NameError:\\n"
    ...     "```python\\nprint(totl)\\n```\\n- `totl` is not defined. Did you mean `total`?"))
    `totl` is not defined; I put `total` in its place.
    <BLANKLINE>
    ```python
    print(total)
    ```
    """
    cell = _CELL.search(question)
    if cell is None or not (ASKED in question or EXPLAINED in question):
        return ""
    code = question[cell.end() :].partition(f"\n{cell['fence']}\n")[0]
    said, mended = _mend(question, cell["kind"], code)
    if EXPLAINED in question:
        said = said.replace("; I put ", "; I would put ")
        if said.startswith(SCRIPT):
            said = said.replace("mend only", "explain only").replace("%chat fix", "%chat explain")
        else:
            said = f"{said} {SCRIPT}, and know no more."
        return f"The cell failed with **{cell['kind']}**. {said}"
    if mended == code:
        return said
    return f"{said}\n\n{cell['fence']}python\n{mended}\n{cell['fence']}"


def _mend(question: str, kind: str, code: str) -> tuple[str, str]:
    """What to say of a fault, and the cell without it; the same cell where that is not known."""
    if missing := _NOT_DEFINED.search(question):
        return _defined(missing["name"], missing["where"], code)
    for pattern in (_COLUMN, _ATTRIBUTE):
        if wrong := pattern.search(question):
            what = wrong.groupdict().get("what", "attribute")
            said = f"There is no {what} `{wrong['name']}`; I put `{wrong['near']}` in its place."
            return said, _renamed(code, wrong["name"], wrong["near"])
    if module := _MODULE.search(question):
        return _imported(module["name"], module["rest"], code)
    line = _FAILED.search(question)
    if kind in ("SyntaxError", "IndentationError") and line:
        return _completed(code, int(line["line"]))
    return (
        f"{SCRIPT} and mend only simple faults; a model may know what this {kind} is about: "
        "`%chat use kimi-k2.6`, then `%chat fix` again.",
        code,
    )


def _defined(name: str, where: str, code: str) -> tuple[str, str]:
    if "has not run" in where:
        place = re.search(r"cell (\d+) of the notebook", where)
        which = f"Cell {place[1]} of the notebook" if place else "Another cell"
        return f"{which} defines `{name}` and has not run. Run it first; this cell is right.", code
    if meant := _MEANT.search(where):
        said = f"`{name}` is not defined; I put `{meant[1]}` in its place."
        return said, _renamed(code, name, meant[1])
    if name in IMPORTS:
        return f"`{name}` was never imported.", f"{IMPORTS[name]}\n\n{code}"
    return f"`{name}` is not defined anywhere. Give it a value above this cell.", code


def _imported(name: str, rest: str, code: str) -> tuple[str, str]:
    if meant := _MEANT.search(rest):
        said = f"There is no module `{name}`; I put `{meant[1]}` in its place."
        return said, _renamed(code, name, meant[1])
    return f"The package `{name}` is missing: `%pip install {name}`, if that is its name.", code


def _completed(code: str, line: int) -> tuple[str, str]:
    """A line with the colon or the brackets that it lacks."""
    lines = code.split("\n")
    text = lines[line - 1] if line <= len(lines) else ""
    bare, mark, comment = text.partition("  #")
    opened = _left_open(bare)
    if opened:
        colon = ":" if bare.rstrip().endswith(":") else ""
        body = bare.rstrip().removesuffix(":")
        lines[line - 1] = f"{body}{opened}{colon}{mark}{comment}"
        return f"A bracket is never closed in line {line}.", "\n".join(lines)
    if _BLOCK.match(bare):
        lines[line - 1] = f"{bare.rstrip()}:{mark}{comment}"
        return f"Line {line} begins a block and needs a colon at its end.", "\n".join(lines)
    return f"Line {line} is no Python, and I do not see how to mend it.", code


def _left_open(text: str) -> str:
    """What closes the brackets that a line leaves open."""
    waiting: list[str] = []
    for sign in re.sub(r"'[^']*'|\"[^\"]*\"", "", text):
        if sign in CLOSING:
            waiting.append(CLOSING[sign])
        elif waiting and sign == waiting[-1]:
            waiting.pop()
    return "".join(reversed(waiting))


def _renamed(code: str, name: str, near: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _: near, code)
