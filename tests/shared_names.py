"""Names that stand in two rooms, to look at: `python -m tests.shared_names [FOLDER]`.

Public names of classes, functions, methods and files that occur in more than one file of the
package, with those files; an `__init__.py` is called like its folder. Two meanings of one word
cost a reader more than two words; the same meaning twice is fine, so this is a list to read,
and no test.

Left out: private names; names inside a function; and methods that a protocol or a base class
of the package declares, as their classes have to share them.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

OURS = Path(__file__).parents[1] / "nbchat"

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Class:
    name: str
    bases: frozenset[str]
    methods: frozenset[str]


def _class(node: ast.ClassDef) -> Class:
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    methods = [part.name for part in node.body if isinstance(part, FUNCTIONS)]
    # Of `typing.Protocol` the last word is the name, as of `Protocol[T]` the first.
    return Class(
        node.name,
        frozenset(ast.unparse(base).rpartition(".")[2] for base in bases),
        frozenset(methods),
    )


def _classes(tree: ast.Module) -> list[Class]:
    return [_class(node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def _promised(classes: Sequence[Class]) -> set[str]:
    """The methods that a protocol or a base class declares for others."""
    bases = {base for one in classes for base in one.bases}
    declaring = [one for one in classes if "Protocol" in one.bases or one.name in bases]
    return {method for one in declaring for method in one.methods}


def _names(tree: ast.Module, promised: Set[str]) -> Iterator[str]:
    """The classes and functions of a file, and the methods that are no promise."""
    for statement in tree.body:
        if isinstance(statement, FUNCTIONS):
            yield statement.name
        elif isinstance(statement, ast.ClassDef):
            yield statement.name
            yield from _class(statement).methods - promised


def _called(path: Path) -> str:
    """What a file is called in an import; an `__init__.py` as its folder."""
    return path.parent.name if path.stem == "__init__" else path.stem


def shared_names(folder: Path) -> dict[str, list[str]]:
    """Each name that stands in several files, and their paths below the folder."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(folder.rglob("*.py"))}
    promised = _promised([one for tree in trees.values() for one in _classes(tree)])
    places: defaultdict[str, set[str]] = defaultdict(set)
    for path, tree in trees.items():
        for name in (_called(path), *_names(tree, promised)):
            if not name.startswith("_"):
                places[name].add(path.relative_to(folder).as_posix())
    return {name: sorted(files) for name, files in sorted(places.items()) if len(files) > 1}


def main(folder: Path) -> None:
    found = shared_names(folder)
    width = max(map(len, found), default=0)
    for name, files in found.items():
        print(f"{name:{width}}  {', '.join(files)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OURS)
