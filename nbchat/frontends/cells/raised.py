"""An exception that ended a cell, as the few lines that are kept of what the cell showed."""

from __future__ import annotations

import linecache
import traceback
from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from nbchat.context.classes import class_name, is_a
from nbchat.context.cut_text import CutText

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

FIRST_FRAMES, LAST_FRAMES = 2, 4  # that are told of a long traceback
LONGEST_MESSAGE = 1_000  # characters
LONGEST_LINE = 200  # characters of a line of code


def raised(shell: InteractiveShell, error: BaseException) -> str:
    """The type and the message, and where it came from: a line for each frame."""
    message = CutText(LONGEST_MESSAGE)
    message.add(_message(error))
    text = message.text.strip()
    lines = [f"{class_name(error)}: {text}" if text else class_name(error)]
    frames = [] if is_a(error, SyntaxError) else [*traceback.walk_tb(error.__traceback__)]
    told = [_frame(shell, frame.f_code, number) for frame, number in frames]
    told = [line for line in told if line]
    left_out = len(told) - FIRST_FRAMES - LAST_FRAMES
    if left_out > 0:
        told[FIRST_FRAMES : FIRST_FRAMES + left_out] = [f"  … {left_out} calls left out …"]
    return "\n".join(lines + told)


def _message(error: BaseException) -> str:
    """What it says; IPython has asked it the same a moment ago."""
    try:
        if is_a(error, SyntaxError):
            *where, what = traceback.format_exception_only(error)
            return "".join([what.partition(": ")[2], *where[1:]]).rstrip()
        return str(error)
    except BaseException:  # whatever it is, a cell has failed
        return ""


def _frame(shell: InteractiveShell, code: Any, number: int) -> str:
    """A line for a frame; empty for one of IPython's own."""
    file = PurePath(code.co_filename)
    place = cell_name(shell, code.co_filename)
    if not place and "IPython" in file.parts:
        return ""
    function = "" if code.co_name == "<module>" else f", in {code.co_name}"
    line = linecache.getline(code.co_filename, number).strip()[:LONGEST_LINE]
    return f"  {place or file.name}, line {number}{function}: {line}".rstrip(": ")


def cell_name(shell: InteractiveShell, file: str) -> str:
    """`In[3]` for the file that IPython made of a cell; empty for any other."""
    with suppress(Exception):
        found = shell.compile.format_code_name(file)
        if found:
            return f"Cell {found[1]}"
    return ""
