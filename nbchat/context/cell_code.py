"""The source of a cell as Python: its statements, the names in them, and a piece of a long one.

A cell also holds lines that are IPython's alone: `%magic`, `!command`, `name?`. To be read as
Python, they are left blank, so that every other line stays where it was.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nbchat.context.bounded import one_line
from nbchat.context.quiet import no_warnings

BUILTINS = frozenset(dir(builtins)) - {"get_ipython", "display"}  # which IPython puts there
GIVEN = BUILTINS | {"get_ipython", "In", "Out", "display", "exit", "quit", "__name__", "__file__"}
LONGEST_CELL = 40_000  # characters; a longer one is not read as Python

_CELL_MAGIC = re.compile(r"\s*%%[^\W\d%]")
_ALONE = re.compile(r"(?P<indent>\s*)(?:[%!,;/][^\s=]|\?{1,2}\w|[\w.*]+\?{1,2}\s*$)")
_ASSIGNED = re.compile(r"(?P<start>\s*[\w.,\s*\[\]'\"]+=\s*)[%!]\S")
_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True, frozen=True)
class Piece:
    """Some lines of a cell in a row: `first` and `last` are counted from 1, as in tracebacks."""

    text: str
    first: int
    last: int
    count: int  # lines of the whole cell

    @property
    def is_whole(self) -> bool:
        return self.last - self.first + 1 >= self.count


# --- lines -----------------------------------------------------------------------------------


def lines_of(source: str) -> list[str]:
    """Its lines, without what ends them; a form feed or U+2028 ends none, as in Python.

    >>> lines_of("a\\r\\nb\\n")
    ['a', 'b', '']
    """
    return re.split(r"\r\n|\n|\r", source)


def head_of(source: str) -> str:
    """The lines up to and with the `%%magic` that a cell begins with; empty where there is none.

    >>> head_of("%%time\\nx = 1"), head_of("x = 1")
    ('%%time\\n', '')
    """
    head = ""
    for line in source.splitlines(keepends=True):
        head += line
        if _CELL_MAGIC.match(line):
            return head
        if line.strip() and not line.lstrip().startswith("#"):
            return ""
    return ""


def piece_around(source: str, line: int, longest: int) -> Piece:
    """The whole cell, or as many lines around one as `longest` characters take.

    >>> piece_around("a = 1\\nb = 2\\nc = 3\\nd = 4", 3, 12).text
    'b = 2\\nc = 3'
    """
    lines = lines_of(source.rstrip())
    count = len(lines)
    if len(source.rstrip()) <= longest:
        return Piece(source.rstrip(), 1, count, count)
    first = last = min(max(line, 1), count)
    room = longest - len(lines[first - 1]) - 1
    grew = True
    while grew:
        grew = False
        for next_line in (first - 1, last + 1):
            if 1 <= next_line <= count and len(lines[next_line - 1]) < room:
                room -= len(lines[next_line - 1]) + 1
                first, last = min(first, next_line), max(last, next_line)
                grew = True
    text = "\n".join(lines[first - 1 : last])
    return Piece(one_line(text, longest), first, last, count)


# --- as Python -------------------------------------------------------------------------------


def python_of(source: str) -> str:
    """The cell with what is IPython's alone left blank; each line keeps its number.

    >>> python_of("%matplotlib inline\\nfiles = !ls\\ndf?")
    'pass\\nfiles = None\\npass'
    """
    head = head_of(source)
    skipped = len(lines_of(head)) - 1
    lines = [""] * skipped
    for line in lines_of(source)[skipped:]:
        lines.append(_without_magic(line))
    return "\n".join(lines)


def _without_magic(line: str) -> str:
    if alone := _ALONE.match(line):
        return f"{alone['indent']}pass"
    if assigned := _ASSIGNED.match(line):
        return f"{assigned['start']}None"
    return line


@lru_cache(maxsize=256)
def parsed(source: str) -> ast.Module | None:
    """The tree of a cell; None where it is no Python, or too long to be looked at."""
    if len(source) > LONGEST_CELL:
        return None
    for text in (source, python_of(source)):  # a line that looks like a magic may be one of a text
        with no_warnings():  # such as "invalid escape sequence"
            try:
                tree: ast.Module = compile(text, "<cell>", "exec", _FLAGS, dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        return tree
    return None


def statement_lines(source: str, line: int) -> tuple[int, int]:
    """The first and last line of the statement that a line is in.

    Of a loop or a function only its head belongs to the line that begins it.

    >>> statement_lines("x = (1 +\\n  2)\\nfor i in x:\\n    i", 2)
    (1, 2)
    """
    tree = parsed(source)
    found = (line, line)
    for node in ast.walk(tree) if tree else ():
        if not isinstance(node, ast.stmt) or not node.lineno <= line:
            continue
        last = node.end_lineno or node.lineno
        body = getattr(node, "body", None)
        if body:
            last = max(node.lineno, body[0].lineno - 1)
        if line <= last and (found == (line, line) or node.lineno >= found[0]):
            found = (node.lineno, last)
    return found


def names_between(source: str, first: int, last: int) -> list[str]:
    """The names in some lines of a cell, as they come; those read from text where it is no Python.

    >>> names_between("x = 1\\ny = x + z.w", 2, 2)
    ['y', 'x', 'z']
    """
    tree = parsed(source)
    text = "\n".join(lines_of(source)[first - 1 : last])
    if tree is None or _ALONE.match(text):
        code = re.sub(r"\s*[%!]+\w*", "", text, count=1)
        return _named(re.findall(r"(?<![\w.'\"-])[^\W\d]\w*", code))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and first <= node.lineno <= last:
            found.append((node.lineno, node.col_offset, node.id))
    return _named([name for _, _, name in sorted(found)])


def _named(names: list[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if not name.startswith("__")]


# --- names -----------------------------------------------------------------------------------


def bindings(source: str) -> dict[str, int]:
    """The names that a cell gives to the notebook, each with the line that does so first.

    >>> bindings("import numpy as np\\nfor i in range(3):\\n    total = i")
    {'np': 1, 'i': 2, 'total': 3}
    """
    tree = parsed(source)
    found: dict[str, int] = {}
    for name, line in _bound(tree, into_functions=False) if tree else ():
        found[name] = min(line, found.get(name, line))
    return found


def last_bindings(source: str) -> dict[str, int]:
    """The same, each with the line that does so last.

    >>> last_bindings("x = 1\\nx = 2")
    {'x': 2}
    """
    tree = parsed(source)
    found: dict[str, int] = {}
    for name, line in _bound(tree, into_functions=False) if tree else ():
        found[name] = max(line, found.get(name, line))
    return found


def free_names(source: str) -> list[str]:
    """The names that a cell uses and does not give itself.

    >>> free_names("y = [i * k for i in x]")
    ['k', 'x']
    """
    tree = parsed(source)
    if tree is None:
        return []
    own = {name for name, _ in _bound(tree, into_functions=True)}
    used = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load | ast.Del):
            used.append((node.lineno, node.col_offset, node.id))
    names = [name for _, _, name in sorted(used)]
    return [name for name in dict.fromkeys(names) if name not in own and name not in GIVEN]


def _bound(node: ast.AST, *, into_functions: bool) -> Iterator[tuple[str, int]]:
    """Every name that is bound, with its line."""
    for child in ast.iter_child_nodes(node):
        yield from _bound_here(child)
        is_scope = isinstance(child, Scope | ast.ClassDef | ast.comprehension)
        if into_functions or not is_scope:
            yield from _bound(child, into_functions=into_functions)


def _bound_here(node: ast.AST) -> Iterator[tuple[str, int]]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name, node.lineno
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, node.lineno
        case ast.Import() | ast.ImportFrom():
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], node.lineno
        case ast.ExceptHandler(name=str(name)):
            yield name, node.lineno
        case ast.arg():
            yield node.arg, node.lineno
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name, node.lineno
