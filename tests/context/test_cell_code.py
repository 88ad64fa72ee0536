"""The source of a cell, read as Python."""

from __future__ import annotations

import pytest

from nbchat.context.cell_code import (
    bindings,
    free_names,
    head_of,
    names_between,
    parsed,
    piece_around,
    python_of,
    statement_lines,
)


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\nx = 1",
        "!pip list\nx = 1",
        "files = !ls\nx = 1",
        "here = %pwd\nx = 1",
        "x = 1\nx?",
        "?x\nx = 1",
        "await thing()\nx = 1",
        "%%time\nx = 1",
        "# a comment\n%%capture out\nx = 1",
        "for i in y:\n    %timeit i\nx = 1",
        "text = '''\n%no magic\n'''\nx = 1",
    ],
)
def test_what_is_ipythons_alone_does_not_keep_a_cell_from_being_read(cell: str) -> None:
    assert parsed(cell) is not None
    assert bindings(cell)["x"] == cell.split("\n").index("x = 1") + 1 if "x = 1\n" in cell else True
    assert len(python_of(cell).split("\n")) == len(cell.split("\n"))


def test_a_remainder_is_no_magic() -> None:
    assert python_of("x = (a\n  % b)") == "x = (a\n  % b)"


def test_what_is_no_python_has_no_tree() -> None:
    assert parsed("for i in range(3:") is None
    assert parsed("x = '\0'") is None
    assert parsed("(" * 10_000) is None
    assert bindings("for") == {}
    assert free_names("for") == []


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("def f(a, *b, c=1, **d):\n    return a + b + e\n", ["e"]),
        ("import numpy as np\nnp.zeros(n)", ["n"]),
        ("with open(p) as f:\n    f.read()", ["p"]),
        ("try:\n    x()\nexcept ValueError as error:\n    print(error)", ["x"]),
        ("y = [a for a in b if a > c]", ["b", "c"]),
        ("(z := w) + z", ["w"]),
        ("match k:\n    case [first, *rest]:\n        first, rest", ["k"]),
        ("del gone", ["gone"]),
        ("print(len(In), Out, display)", []),
        ("class A(B):\n    x = y", ["B", "y"]),
    ],
)
def test_names_that_a_cell_uses_and_does_not_give(cell: str, names: list[str]) -> None:
    assert free_names(cell) == names


def test_what_a_function_binds_is_not_given_to_the_notebook() -> None:
    cell = "def f():\n    inside = 1\nclass A:\n    also = 2\nouter = [i for i in range(3)]"

    assert [*bindings(cell)] == ["f", "A", "outer"]


def test_a_statement_has_all_its_lines_and_a_loop_its_head() -> None:
    cell = "x = f(\n    a,\n    b,\n)\nfor i in (\n    y\n):\n    print(i)"

    assert statement_lines(cell, 3) == (1, 4)
    assert statement_lines(cell, 6) == (5, 7)
    assert statement_lines(cell, 8) == (8, 8)
    assert names_between(cell, 1, 4) == ["x", "f", "a", "b"]


def test_names_are_found_where_a_cell_is_no_python() -> None:
    assert names_between("x = 1\nprint(df.shape, x", 2, 2) == ["print", "df", "x"]


def test_names_are_found_behind_a_magic() -> None:
    assert names_between("x = 1\n%time total = run(x)", 2, 2) == ["total", "run", "x"]


def test_a_long_cell_is_cut_around_its_line() -> None:
    cell = "\n".join(f"line_{number} = {number}" for number in range(1, 1001))

    piece = piece_around(cell, 500, 400)

    assert len(piece.text) <= 400
    assert "line_500 = 500" in piece.text
    assert cell.split("\n")[piece.first - 1 : piece.last] == piece.text.split("\n")
    assert not piece.is_whole
    assert piece.first < 500 < piece.last


def test_a_cell_of_one_endless_line_is_cut_too() -> None:
    assert len(piece_around("x" * 10_000, 1, 300).text) <= 300


def test_a_magic_is_the_head_of_its_cell_with_what_stands_above() -> None:
    assert head_of("\n# why\n%%time\nx") == "\n# why\n%%time\n"
    assert head_of("x\n%%time\n") == ""
    assert head_of("%time x") == ""
