"""The cell that an answer has repaired, and how it differs from the one that failed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff

from nbchat.context.cell_code import LONGEST_CELL, Piece, head_of, parsed
from nbchat.render.markdown.code_blocks import CodeBlock, code_blocks

# Languages of a fence that may hold the cell; many models leave it out.
LANGUAGES = ("", "python", "py", "python3", "ipython", "ipython3", "jupyter")
PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")  # whose body is Python

NO_CODE = "The answer holds no repaired cell."
NOT_WHOLE = "The answer breaks off within the repaired cell, so nothing was made of it."
NO_CHANGE = "The repaired cell is the same as the one that failed."
NO_PYTHON = "Look at it before you run it: it is no valid Python."

GOOD_ENOUGH = 0.6  # of the mark of the best block
LEAST_LIKENESS = 0.2  # that is added to the likeness of each block, so that length counts, too
LONGEST_COMPARED = 2000  # characters of a block


@dataclass(slots=True, frozen=True)
class Repair:
    """A repaired cell with its diff; or `remark` alone, which says why there is none."""

    code: str = ""
    diff: str = ""
    remark: str = ""
    is_as_answered: bool = True  # the answer's own block of code is the whole cell


def repair(answer: str, cell: str, piece: Piece, number: int | None = None) -> Repair:
    """What an answer makes of a cell, of which it was shown `piece`.

    >>> answer = "A typo.\\n```python\\nprint(total)\\n```"
    >>> print(repair(answer, "print(totl)", Piece("print(totl)", 1, 1, 1), 3).diff)
    --- cell_3.py
    +++ cell_3.py
    @@ -1 +1 @@
    -print(totl)
    +print(total)
    """
    block = _block(answer, piece.text)
    if block is None:
        return Repair(remark=NO_CODE)
    if not block.is_whole:
        return Repair(remark=NOT_WHOLE)
    code = _in_place(block.code, cell, piece)
    if code == cell:
        return Repair(remark=NO_CHANGE)
    return Repair(
        code,
        diff(cell, code, "cell.py" if number is None else f"cell_{number}.py"),
        "" if _is_python(code) else NO_PYTHON,
        code.strip() == block.code.strip(),
    )


def _block(answer: str, shown: str) -> CodeBlock | None:
    """The block that holds the cell: a long one and like it, since others show a piece of it.

    Of several the last, since what is wrong is shown before what is right.
    """
    blocks = [block for block in code_blocks(answer) if block.language.lower() in LANGUAGES]
    blocks = [block for block in blocks if block.code.strip()]
    blocks = [block for block in blocks if block.code.strip() != shown.strip()] or blocks
    marks = [_mark(block.code, shown) for block in blocks]
    found = None
    for block, mark in zip(blocks, marks, strict=True):
        if mark >= max(marks) * GOOD_ENOUGH:
            found = block
    return found


def _mark(code: str, shown: str) -> float:
    """How much of the cell it may be, by its length and by how like it is."""
    matcher = SequenceMatcher(None, code[:LONGEST_COMPARED], shown[:LONGEST_COMPARED], False)
    return min(len(code), len(shown)) * (LEAST_LIKENESS + matcher.quick_ratio())


def _in_place(code: str, cell: str, piece: Piece) -> str:
    """The code with what else belongs to the cell: its magic, its other lines, its line ends."""
    lines = re.split("(?<=\n)", cell)
    before, after = "".join(lines[: piece.first - 1]), "".join(lines[piece.last :])
    if piece.first == 1:
        head = head_of(cell)
        if head and not head_of(code):
            before = head
        leading = re.match(r"\s*\n|", cell)
        before = (leading[0] if leading and not before else "") + before
    code = code.strip("\n")
    end = "\r\n" if "\r\n" in cell else "\n"
    code = code.replace("\r\n", "\n").replace("\n", end)
    if after:
        return before + code + end + after
    trailing = re.search(r"[ \t]*(?:\r?\n[ \t]*)*$", cell)
    return before + code + (trailing[0] if trailing else "")


def _is_python(code: str) -> bool:
    """Whether it can be run; what a magic makes of another language is not looked at."""
    head = head_of(code).strip().split("\n")[-1].split()
    is_other = bool(head and head[0] not in PYTHON_MAGICS)
    return is_other or len(code) > LONGEST_CELL or parsed(code) is not None


def diff(before: str, after: str, name: str) -> str:
    """The unified diff that `patch` applies to a file of that name.

    The file is the cell as `%%writefile` and editors write it: its last line ends like the others.
    """
    lines = unified_diff(_lines(before), _lines(after), name, name)
    return "\n".join(line.removesuffix("\n") for line in lines)


def _lines(text: str) -> list[str]:
    """As `patch` counts them: only a line feed ends one."""
    return [f"{line}\n" for line in text.split("\n")] if text else []
