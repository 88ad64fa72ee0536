"""Figures of how our code reads, beside those of packages we like.

    python -m tests.figures [FOLDER ...]

A look, not a limit: a function is split where a reader gains, never for a figure. The packages
are read as files where they are installed, and never imported; their own tests are left out.

lines         of a file: all of them; of a function: from `def` to its end, without decorators;
              wherever something is counted a line: those that are neither blank nor a comment
functions     methods and functions inside functions, too, whose lines count for the outer one
nodes         of the syntax tree; of a function: those of its body, without its docstring
characters    of a line, without its indentation; a line over 100 characters is so with it
blocks deep   if, for, while, with, try and match inside one another; an `elif` is beside its `if`,
              and a function inside a function begins anew
parameters    all of them but `self` and `cls`
participle    the first word of a function's name: a short list, or it ends in -ed (rough)
p90           nine of ten are not above it
"""

from __future__ import annotations

import ast
import importlib.util
import math
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

OURS = Path(__file__).parents[1] / "nbchat"
ANCHORS = ("httpx", "httpx2", "h11", "starlette", "anywidget", "rich")
LONG_FILE = 300  # lines
LONG_LINE = 100  # characters
DEEP = 4  # blocks
MANY_PARAMETERS = 6

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
BLOCKS = (ast.If, *LOOPS, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
IRREGULAR = """
    begun bought brought built chosen cut done drawn fed felt found given gone grown heard held
    hidden kept known laid led left lost made meant met paid put read said seen sent shown spent
    split spoken taken thought told understood won worn written
"""
NO_PARTICIPLE = "embed exceed feed need proceed red seed speed succeed"


@dataclass(frozen=True)
class Function:
    name: str
    lines: int
    nodes: int
    depth: int
    parameters: int

    @property
    def is_named_by_a_participle(self) -> bool:
        first = self.name.strip("_").split("_")[0]
        if first in NO_PARTICIPLE.split():
            return False
        return first in IRREGULAR.split() or first.endswith("ed")


class Sources:
    """The Python files of a folder, as text and as trees."""

    def __init__(self, folder: Path) -> None:
        every = sorted(folder.rglob("*.py"))
        paths = [path for path in every if not _is_test(path.relative_to(folder))]
        texts = [path.read_text("utf-8") for path in paths]
        self.files = [text.splitlines() for text in texts]
        self.lines = [line for file in self.files for line in file if _is_code(line)]
        self.nodes = [node for text in texts for node in ast.walk(ast.parse(text))]
        self.functions = [_function(node) for node in self.nodes if isinstance(node, FUNCTIONS)]

    def per_thousand_lines(self, *kinds: type[ast.AST]) -> float:
        count = sum(isinstance(node, kinds) for node in self.nodes)
        return _share(count, len(self.lines), of=1000)


def _is_test(path: Path) -> bool:
    return "tests" in path.parts or "_tests" in path.parts


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    assert node.end_lineno is not None
    body = node.body[1:] if ast.get_docstring(node) else node.body
    nodes = sum(1 for statement in body for _ in ast.walk(statement))
    lines = node.end_lineno - node.lineno + 1
    return Function(node.name, lines, nodes, nesting(node), _parameters(node.args))


def _parameters(arguments: ast.arguments) -> int:
    positional = [*arguments.posonlyargs, *arguments.args]
    if positional and positional[0].arg in ("self", "cls"):
        positional = positional[1:]
    starred = [one for one in (arguments.vararg, arguments.kwarg) if one]
    return len(positional) + len(arguments.kwonlyargs) + len(starred)


def nesting(node: ast.AST) -> int:
    """How many blocks stand inside one another below the node."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*FUNCTIONS, ast.ClassDef)):
            continue
        depth = nesting(child)
        if isinstance(child, BLOCKS) and not _is_elif(node, child):
            depth += 1
        deepest = max(deepest, depth)
    return deepest


def _is_elif(outer: ast.AST, inner: ast.AST) -> bool:
    """An `elif` is an `if` in the `else` of another, written in the same column."""
    if not isinstance(outer, ast.If) or not isinstance(inner, ast.If):
        return False
    return outer.col_offset == inner.col_offset


def _share(count: float, whole: int, of: int = 100) -> float:
    return of * count / whole if whole else 0.0


def _spread(numbers: Sequence[int]) -> tuple[float, float, float]:
    """The median, p90 and the greatest."""
    if not numbers:
        return (0, 0, 0)
    ordered = sorted(numbers)
    p90 = ordered[math.ceil(0.9 * len(ordered)) - 1]
    return (statistics.median(ordered), p90, ordered[-1])


def figures(folder: Path) -> dict[str, tuple[float, ...]]:
    """Each row of the table, by its name."""
    code = Sources(folder)
    lengths = [len(file) for file in code.files]
    median_file, _, longest_file = _spread(lengths)
    functions = code.functions
    deep = sum(function.depth >= DEEP for function in functions)
    with_many = sum(function.parameters >= MANY_PARAMETERS for function in functions)
    long_lines = sum(len(line) > LONG_LINE for line in code.lines)
    characters = sum(len(line.strip()) for line in code.lines)
    participles = sum(function.is_named_by_a_participle for function in functions)
    return {
        "files / lines": (len(lengths), sum(lengths)),
        "file, lines: median / longest": (median_file, longest_file),
        f"files over {LONG_FILE} lines": (sum(length > LONG_FILE for length in lengths),),
        "functions": (len(functions),),
        "function, lines: median / p90 / longest": _spread([f.lines for f in functions]),
        "function, nodes: median / p90 / most": _spread([f.nodes for f in functions]),
        "nodes a line": (_share(len(code.nodes), len(code.lines), of=1),),
        "characters a line": (_share(characters, len(code.lines), of=1),),
        f"lines over {LONG_LINE} characters, %": (_share(long_lines, len(code.lines)),),
        "per 1,000 lines: comprehensions": (code.per_thousand_lines(*COMPREHENSIONS),),
        "per 1,000 lines: conditional expressions": (code.per_thousand_lines(ast.IfExp),),
        "per 1,000 lines: walrus": (code.per_thousand_lines(ast.NamedExpr),),
        f"functions with {DEEP} blocks or more inside one another": (deep,),
        f"functions with {MANY_PARAMETERS} parameters or more": (with_many,),
        "functions named by a participle, %": (_share(participles, len(functions)),),
    }


def _written(number: float) -> str:
    """Whole where it is large or a count; one digit behind the point otherwise."""
    return f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"


def table(folders: Sequence[Path]) -> Iterator[str]:
    """The figures of each folder, a column each, as lines of text."""
    columns = [figures(folder) for folder in folders]
    rows = [["", *(folder.name for folder in folders)]]
    for name in columns[0]:
        rows.append([name, *(" / ".join(map(_written, column[name])) for column in columns)])
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for first, *rest in rows:
        cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield "   ".join([first.ljust(widths[0]), *cells])


def installed(names: Sequence[str]) -> list[Path]:
    """The folders of those packages that are here, found without importing them."""
    specs = [importlib.util.find_spec(name) for name in names]
    places = [spec.submodule_search_locations for spec in specs if spec]
    return [Path(folders[0]) for folders in places if folders]


def main(folders: Sequence[Path]) -> None:
    for line in table(folders):
        print(line)


if __name__ == "__main__":
    more = [Path(argument).resolve() for argument in sys.argv[1:]]
    main([OURS, *more, *installed(ANCHORS)])
