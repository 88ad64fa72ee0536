"""Where an error came up: the line of the cell, and the function in which the variables were.

Frames of cells are known by their module, which is `__main__`. Lines are counted in what IPython
has made of the cell, in which lines that were blank at its beginning are gone.
"""

from __future__ import annotations

import linecache
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import CodeType, FrameType, TracebackType
from typing import Any

from nbchat.context.cell_code import head_of, lines_of, names_between, statement_lines
from nbchat.context.classes import is_a
from nbchat.context.frames import cell_number
from nbchat.context.last_error import Failure

MOST_FRAMES = 1000  # that are looked at, of an endless recursion

_traceback = BaseException.__dict__["__traceback__"].__get__
_line = SyntaxError.__dict__["lineno"].__get__
_column = SyntaxError.__dict__["offset"].__get__


@dataclass(slots=True, frozen=True)
class Place:
    """A line that failed; `begin` and `end` are the characters in it that did, where known."""

    line: int
    text: str
    begin: int = 0
    end: int = 0
    names: list[str] = field(default_factory=list)  # in the line and in its statement
    function: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict, compare=False)  # of that function
    unset: tuple[str, ...] = ()  # those of its variables that have no value yet

    def seen(self, notebook: Mapping[str, Any]) -> dict[str, Any]:
        """The variables that the line can see, where these are those of the notebook."""
        outside = {name: value for name, value in notebook.items() if name not in self.unset}
        return {**outside, **self.variables}

    @property
    def marked(self) -> str:
        """The line, and below it what failed.

        >>> print(Place(1, "1 / 0 + 2", 0, 5).marked)
        1 / 0 + 2
        ^^^^^
        """
        if not self.begin < self.end <= len(self.text) + 1:
            return self.text
        blank = "".join("\t" if sign == "\t" else " " for sign in self.text[: self.begin])
        return f"{self.text}\n{blank}{'^' * (self.end - self.begin)}"


def _walk(error: BaseException) -> Iterator[TracebackType]:
    entry = _traceback(error)
    while entry is not None:
        yield entry
        entry = entry.tb_next


def place_in_cell(failure: Failure) -> Place | None:
    """The line of the cell; None where nothing tells it."""
    source, error = failure.cell.source, failure.error
    if error is None:
        return None
    head = head_of(source)
    entries = _of_cells(error)
    if head:  # what runs its body has a frame in between
        outer = entries[0].tb_frame.f_code.co_filename if entries else ""
        entries = [entry for entry in entries if entry.tb_frame.f_code.co_filename != outer]
    if entries:
        file = entries[0].tb_frame.f_code.co_filename
        last = [entry for entry in entries if entry.tb_frame.f_code.co_filename == file][-1]
        return _place(source, last, _line_in(source, head, last))
    if is_a(error, SyntaxError) and type(_line(error)) is int:
        return _place_of_syntax(source, head, error)
    return None


def place_in_function(failure: Failure, hidden: Collection[int] = ()) -> Place | None:
    """The innermost line in a function of some cell; None where it failed in none.

    The `hidden` cells are left out.
    """
    entries = _of_cells(failure.error) if failure.error else []
    entries = [e for e in entries if cell_number(e.tb_frame.f_code.co_filename) not in hidden]
    if not entries or entries[-1].tb_frame.f_code.co_name == "<module>":
        return None
    entry = entries[-1]
    file = entry.tb_frame.f_code.co_filename
    source = "".join(linecache.getlines(file))
    return _place(source, entry, entry.tb_lineno)


def _of_cells(error: BaseException) -> list[TracebackType]:
    entries = islice(_walk(error), MOST_FRAMES)
    return [e for e in entries if dict.get(e.tb_frame.f_globals, "__name__") == "__main__"]


def _place(source: str, entry: TracebackType, line: int) -> Place:
    """The place of a frame in the source that it runs."""
    frame: FrameType = entry.tb_frame
    text = _text(source, line)
    first, last = statement_lines(source, line)
    begin, end = _characters(frame.f_code, entry.tb_lasti, entry.tb_lineno, text)
    names = names_between(source, line, line)
    names += [name for name in names_between(source, first, last) if name not in names]
    if frame.f_code.co_name == "<module>":
        return Place(line, text, begin, end, names)
    inside = dict(frame.f_locals)
    own = (*frame.f_code.co_varnames, *frame.f_code.co_cellvars, *frame.f_code.co_freevars)
    unset = tuple(name for name in own if name not in inside)
    called = "" if frame.f_code.co_name.startswith("<") else frame.f_code.co_name
    return Place(line, text, begin, end, names, called, inside, unset)


def _place_of_syntax(source: str, head: str, error: BaseException) -> Place:
    line = _line(error) + _skipped(source, head)
    text = _text(source, line)
    offset = _column(error)
    begin = offset - 1 if type(offset) is int and 0 < offset <= len(text) + 1 else 0
    end = begin + 1 if type(offset) is int and offset > 0 else 0
    return Place(line, text, begin, end, names_between(source, line, line))


def _text(source: str, line: int) -> str:
    lines = lines_of(source)
    return lines[line - 1] if 1 <= line <= len(lines) else ""


def _skipped(source: str, head: str) -> int:
    """How many lines of the cell come before the first that Python has counted."""
    skipped = len(lines_of(head)) - 1 if head else 0
    if head:
        return skipped
    for text in lines_of(source):
        if text.strip():
            break
        skipped += 1
    return skipped


def _line_in(source: str, head: str, entry: TracebackType) -> int:
    """The number of a frame's line in the cell as it was typed."""
    line = entry.tb_lineno + _skipped(source, head)
    ran = linecache.getline(entry.tb_frame.f_code.co_filename, entry.tb_lineno).strip()
    if not ran or ran == _text(source, line).strip():
        return line
    alike = [number for number, text in enumerate(lines_of(source), 1) if text.strip() == ran]
    return alike[0] if len(alike) == 1 else line


def _characters(code: CodeType, instruction: int, line: int, text: str) -> tuple[int, int]:
    """The characters of a line that were being run; (0, 0) where they are more than that line."""
    places = islice(code.co_positions(), instruction // 2, None)
    first, last, begin, end = next(places, (None, None, None, None))
    if first != line or last != line or begin is None or end is None:
        return 0, 0
    as_bytes = text.encode("utf-8", "replace")
    start, stop = (len(as_bytes[:at].decode("utf-8", "replace")) for at in (begin, end))
    return (0, 0) if text[start:stop] == text.strip() else (start, stop)
