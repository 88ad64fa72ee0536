"""The figures of `tests/figures.py` are those of a folder that can be counted by hand."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from .figures import ANCHORS, Function, figures, installed, main, nesting

SHORT = '''\
"""A file of three lines of code."""

# A comment.
def first(self, a, /, b, *c, d, **e):
    return 1
'''
LONG = '''\
async def asked(a, b, *c, d, e, **f):
    """What it does."""
    chosen = [x for x in a if (y := x)]
    if b:
        return 1 if y else 2

    def is_read():
        return {x: x for x in ()}

'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "made_up"
    (package / "tests").mkdir(parents=True)
    (package / "short.py").write_text(SHORT)
    (package / "long.py").write_text(LONG + "#" * 101 + "\n" + "x = '" + "x" * 96 + "'\n")
    (package / "tests" / "test_short.py").write_text("def asked():\n    return 1\n" * 200)
    return package


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        "files / lines": (2, 16),
        "file, lines: median / longest": (8, 11),
        "files over 300 lines": (0,),
        "functions": (3,),
        "function, lines: median / p90 / longest": (2, 8, 8),
        "lines over 100 characters, %": (pytest.approx(100 / 11),),
        "per 1,000 lines: comprehensions": (pytest.approx(2000 / 11),),
        "per 1,000 lines: conditional expressions": (pytest.approx(1000 / 11),),
        "per 1,000 lines: walrus": (pytest.approx(1000 / 11),),
        "functions with 4 blocks or more inside one another": (0,),
        "functions with 6 parameters or more": (1,),
        "functions named by a participle, %": (pytest.approx(100 / 3),),
    }.items(),
)
def test_a_row_is_as_counted_by_hand(folder: Path, name: str, expected: tuple[float, ...]) -> None:
    assert figures(folder)[name] == expected


def test_nodes_are_those_of_a_body_without_its_docstring(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text('def f(a: int) -> int:\n    """Why."""\n    return 1\n')

    row = figures(tmp_path)

    assert row["function, nodes: median / p90 / most"] == (2, 2, 2)  # Return, Constant
    assert row["nodes a line"] == (12 / 3,)
    assert row["characters a line"] == ((21 + 10 + 8) / 3,)


@pytest.mark.parametrize(
    ("body", "depth"),
    [
        ("pass", 0),
        ("if a:\n    pass\nelif b:\n    pass\nelif c:\n    pass", 1),
        ("if a:\n    pass\nelse:\n    if b:\n        pass", 2),
        ("for a in b:\n    while a:\n        with a:\n            a = 1", 3),
        ("try:\n    pass\nexcept OSError:\n    if a:\n        pass", 2),
        ("match a:\n    case 1:\n        if a:\n            pass", 2),
        ("if a:\n    def g():\n        if b:\n            pass", 1),
    ],
)
def test_blocks_inside_one_another(body: str, depth: int) -> None:
    function = ast.parse("def f():\n" + textwrap.indent(body, "    ")).body[0]

    assert nesting(function) == depth


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("listed", True),
        ("_kept_by", True),
        ("read_rows", True),
        ("is_listed", False),
        ("feed", False),
        ("list", False),
    ],
)
def test_what_passes_for_a_participle(name: str, is_one: bool) -> None:
    assert Function(name, 1, 1, 0, 0).is_named_by_a_participle == is_one


def test_an_empty_folder_has_figures(tmp_path: Path) -> None:
    assert {number for row in figures(tmp_path).values() for number in row} == {0}


def test_each_folder_has_a_column(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([folder, folder])
    head, *rows = capsys.readouterr().out.splitlines()

    assert head.split() == ["made_up", "made_up"]
    assert len({len(row) for row in rows}) == 1
    assert "function, lines: median / p90 / longest" in rows[4]
    assert rows[4].split()[-5:] == ["2", "/", "8", "/", "8"]


def test_packages_that_are_not_here_have_no_column() -> None:
    assert installed(["a_package_that_nobody_wrote"]) == []
    assert "h11" in [path.name for path in installed(ANCHORS)]
