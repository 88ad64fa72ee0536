"""A part imports only from the parts before it; this file is the drawing of the house."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import nbchat

PACKAGE = Path(nbchat.__file__).parent

LAYERS = (
    ("attachments", "errors", "hosts", "keys", "render"),
    ("messages",),
    ("asking", "catalog", "settings"),
    ("wire",),
    ("engine",),
    ("turns", "window", "store", "export", "conversation"),
    ("interrupts", "loop", "service", "kernel"),
    ("frontends",),
    ("__init__", "__main__"),
)
RANK = {part: rank for rank, parts in enumerate(LAYERS) for part in parts}

ONLY_IN = {  # these libraries appear in these parts alone
    "IPython": ("frontends", "__init__"),
    "ipywidgets": ("frontends",),
    "anywidget": ("frontends",),
    "fastapi": ("frontends",),
    "httpx2": ("engine",),
    "httpx": (),
}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(source: str) -> set[str]:
    """Every module that a source imports, wherever in it but for its types alone, as dotted names."""
    found: set[str] = set()
    tree = ast.parse(source)
    typing = {n for i in ast.walk(tree) if isinstance(i, ast.If) and _is_typing(i.test) for n in ast.walk(i)}
    for node in ast.walk(tree):
        if node in typing:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names if node.module == "nbchat" else {node.module}
    return found


def _is_typing(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def forbidden(part: str, source: str) -> list[str]:
    """What a source in `part` must not import, but does."""
    wrong = []
    for name in imports(source):
        top, _, rest = name.partition(".")
        if top == "nbchat":
            other = rest.split(".")[0]
            if other == "__version__":
                continue
            if RANK.get(other, len(LAYERS)) > RANK[part]:
                wrong.append(f"{part} imports {name}, which comes after it")
        elif top in ONLY_IN and part not in ONLY_IN[top]:
            wrong.append(f"{part} imports {name}, which belongs in {ONLY_IN[top] or 'no part'}")
    return wrong


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_part_imports_only_from_parts_before_it(path: Path) -> None:
    if part_of(path) == "__init__":  # the public names come from everywhere
        return
    assert forbidden(part_of(path), path.read_text()) == []


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("wire", "from nbchat.engine import Engine"),
        ("wire", "import httpx2"),
        ("engine", "from nbchat import kernel"),
        ("conversation", "from IPython.display import display"),
        ("render", "def f():\n    import nbchat.messages"),
        ("frontends", "import httpx"),
    ],
)
def test_a_forbidden_import_is_noticed(part: str, line: str) -> None:
    assert forbidden(part, line)


def test_only_one_file_imports_the_http_library() -> None:
    users = [path.name for path in PACKAGE.rglob("*.py") if "httpx2" in imports(path.read_text())]

    assert users == ["transport.py"]


def test_wire_formats_are_pure() -> None:
    """No network, no clock, no environment, no randomness: the same question gives the same bytes."""
    impure = {"socket", "asyncio", "time", "datetime", "os", "random", "uuid", "secrets", "threading"}

    for path in (PACKAGE / "wire").glob("*.py"):
        assert not imports(path.read_text()) & impure, path.name
