"""The repaired cell of an answer, and its diff."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from nbchat.context.cell_code import Piece, piece_around
from nbchat.context.repaired import NO_CODE, NOT_WHOLE, diff, repair


def whole(cell: str) -> Piece:
    return piece_around(cell, 1, len(cell))


def as_file(cell: str) -> str:
    """As `%%writefile` writes it."""
    return f"{cell}\n" if cell else ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\nb = 2", "a = 1\nb = 3"),
        ("a = 1\nb = 2\n", "a = 1\nb = 3"),
        ("a = 1\nb = 2", "a = 1\nb = 2\n"),
        ("a = 1\r\nb = 2\r\nc = 3", "a = 1\r\nb = 4\r\nc = 3"),
        ("if a:\n\tb = 1\n\tc = 2", "if a:\n\tb = 1\n\tc = 3"),
        ("größe = '天空'\nx\u2028y", "größe = '天空 是'\nx\u2028y"),
        ("a\x0cb\nc", "a\x0cb\nd"),
        ("", "a = 1"),
        ("a = 1", ""),
        ("\n".join("abcdefghijklmnop"), "\n".join("abXdefghijklmnoYp")),
        ("--- a\n+++ b", "--- a\n+++ c"),
    ],
)
def test_the_diff_applies_with_patch(before: str, after: str, tmp_path: Path) -> None:
    (tmp_path / "cell_3.py").write_bytes(as_file(before).encode())
    made = diff(before, after, "cell_3.py").encode()
    file = ["patch", "cell_3.py"] if before else ["patch", "-p0"]

    subprocess.run(file, cwd=tmp_path, input=made + b"\n", check=True, capture_output=True)

    left = (tmp_path / "cell_3.py").read_bytes() if (tmp_path / "cell_3.py").exists() else b""
    assert left == as_file(after).encode()
    assert b"No newline" not in made


def test_the_longest_block_of_python_is_the_cell() -> None:
    answer = (
        "First:\n```bash\npip install something-with-a-long-name\n```\n"
        "Then `a`:\n```python\na\n```\nThe cell:\n```py\na = 1\nb = 2\n```\n"
        "```diff\n-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n```"
    )

    assert repair(answer, "a = 1\nb", whole("a = 1\nb")).code == "a = 1\nb = 2"


RIGHT = "x = [1]\nx[0]"
CHOSEN = {
    "before the right one the wrong one": ["x = [1]\nx[3]  # IndexError, as it is too long", RIGHT],
    "what is wrong as it stood": ["x = [1]\nx[3]", RIGHT],
    "an import before": ["import numpy as np", RIGHT],
    "an example behind": [RIGHT, "print(x)"],
    "the line that changed behind": [RIGHT, "x[0]"],
}


@pytest.mark.parametrize("name", CHOSEN)
def test_of_several_blocks_the_last_that_may_be_the_cell_is_it(name: str) -> None:
    answer = "\n\n".join(f"So:\n```Python\n{code}\n```" for code in CHOSEN[name])

    assert repair(answer, "x = [1]\nx[3]", Piece("x = [1]\nx[3]", 1, 2, 2)).code == RIGHT


def test_a_cell_too_long_to_be_read_is_not_said_to_be_wrong() -> None:
    long = "\n".join(f"value_{number} = {number}" for number in range(5000))

    assert repair(f"```python\n{long}\n```", "x = 1", Piece("x = 1", 1, 1, 1)).remark == ""


def test_a_piece_goes_back_into_its_cell() -> None:
    cell = "\n".join(f"x{number} = {number}" for number in range(100))

    repaired = repair("So:\n```python\nx50 = 'mended'\n```", cell, Piece("x50 = 50", 51, 51, 100))

    assert repaired.code == cell.replace("x50 = 50", "x50 = 'mended'")
    assert not repaired.is_as_answered
    assert repaired.diff.count("\n+") == 2


def test_ends_of_lines_and_what_stands_around_stay_as_they_were() -> None:
    cell = "\r\n%%time\r\na = 1\r\nb = 2\r\n"

    repaired = repair("```python\na = 1\nb = 3\n```", cell, whole(cell))

    assert repaired.code == "\r\n%%time\r\na = 1\r\nb = 3\r\n"


def test_what_is_not_there_or_not_whole_is_no_repair() -> None:
    assert repair("Install it.", "x", whole("x")).remark == NO_CODE
    assert repair("```bash\npip install x\n```", "x", whole("x")).remark == NO_CODE
    assert repair("```python\nx =", "x", whole("x")).remark == NOT_WHOLE


def test_a_cell_of_another_language_is_not_read_as_python() -> None:
    cell = "%%bash\nls -l | gerp x"

    assert repair("```\nls -l | grep x\n```", cell, whole(cell)).remark == ""
