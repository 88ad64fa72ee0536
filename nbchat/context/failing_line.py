"""Where an error came up: the line of the cell, and the function in which the variables were.

Frames of cells are known by their module, which is `__main__`. Lines are counted in what IPython
has made of the cell, in which lines that were blank at its beginning are gone. A function may be
in a file of the user's own, too, and then sees the variables of that file alone.
"""

from __future__ import annotations

import linecache
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import CodeType, FrameType, TracebackType
from typing import Any

from nbchat.context.cell_code import head_of, lines_of, names_between, statement_lines
from nbchat.context.classes import is_a, of_type
from nbchat.context.frames import cell_number, is_cell, is_own, short_path
from nbchat.context.last_error import Failure

MOST_FRAMES = 1000  # that are looked at, of an endless recursion


@dataclass(slots=True, frozen=True)
class Place:
    """A line that failed; `begin` and `end` are the characters in it that did, where known."""

    line: int
    text: str
    begin: int = 0
    end: int = 0
    names: list[str] = field(default_factory=list)  # in the line and in its statement
    where: str = ""  # "total()", "read() of load.py", "load.py"; empty for the cell itself
    variables: Mapping[str, Any] = field(default_factory=dict, compare=False)  # of that function
    unset: tuple[str, ...] = ()  # those of its variables that have no value yet
    is_in_file: bool = False  # where the variables of the notebook are not seen

    def seen(self, notebook: Mapping[str, Any]) -> dict[str, Any]:
        """The variables that the line can see, where these are those of the notebook."""
        if self.is_in_file:
            return dict(self.variables)
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
    entry: TracebackType | None = of_type(BaseException, "__traceback__", error)
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
    if entries and not _begins(entries[0], source):  # as where a script was run by a magic
        entries = []
    if head:  # what runs its body has a frame in between
        outer = _file(entries[0]) if entries else ""
        entries = [entry for entry in entries if _file(entry) != outer]
    if entries:
        file = _file(entries[0])
        last = [entry for entry in entries if _file(entry) == file][-1]
        return _place(source, last, _line_in(source, head, last), "" if head else _function(last))
    return _place_of_syntax(source, head, error) if is_a(error, SyntaxError) else None


def place_in_function(failure: Failure, hidden: Collection[int] = ()) -> Place | None:
    """The innermost line in a function of some cell, or in a file of the user's own; else None.

    The `hidden` cells are left out.
    """
    if failure.error is None:
        return None
    for entry in reversed([*islice(_walk(failure.error), MOST_FRAMES)]):
        file = _file(entry)
        if cell_number(file) in hidden:
            continue
        is_of_cell = _is_main(entry) and (is_cell(file) or file.startswith("<"))
        if not is_of_cell and not is_own(file):
            continue
        source = "".join(linecache.getlines(file))
        is_module = entry.tb_frame.f_code.co_name == "<module>"
        if not source or (is_module and is_of_cell):
            return None
        where = _function(entry)
        if not is_of_cell:
            where = " of ".join(filter(None, [where, short_path(file)]))
        return _place(source, entry, entry.tb_lineno, where, is_in_file=not is_of_cell)
    return None


def _file(entry: TracebackType) -> str:
    return entry.tb_frame.f_code.co_filename


def _function(entry: TracebackType) -> str:
    name = entry.tb_frame.f_code.co_name
    return "" if name.startswith("<") else f"{name}()"


def _is_main(entry: TracebackType) -> bool:
    return dict.get(entry.tb_frame.f_globals, "__name__") == "__main__"


def _of_cells(error: BaseException) -> list[TracebackType]:
    return [entry for entry in islice(_walk(error), MOST_FRAMES) if _is_main(entry)]


def _begins(entry: TracebackType, source: str) -> bool:
    """Whether it is the frame of a cell, and as far as its lines tell of the one with that source.

    A line of IPython's own has become a call of it.
    """
    if entry.tb_frame.f_code.co_name != "<module>" or not is_cell(_file(entry)):
        return False
    ran = _ran(entry)
    return not ran or "get_ipython()" in ran or ran in map(str.strip, lines_of(source))


def _ran(entry: TracebackType) -> str:
    """The line that a frame was in, as Python counts lines; empty where it is not known."""
    lines = lines_of("".join(linecache.getlines(_file(entry))))
    return lines[entry.tb_lineno - 1].strip() if entry.tb_lineno <= len(lines) else ""


def _place(
    source: str, entry: TracebackType, line: int, where: str, *, is_in_file: bool = False
) -> Place:
    """The place of a frame in the source that it runs."""
    frame: FrameType = entry.tb_frame
    text = _text(source, line)
    first, last = statement_lines(source, line)
    begin, end = _characters(frame.f_code, entry.tb_lasti, entry.tb_lineno, text)
    names = names_between(source, line, line)
    names += [name for name in names_between(source, first, last) if name not in names]
    if frame.f_code.co_name == "<module>" and not is_in_file:
        return Place(line, text, begin, end, names)
    outside = frame.f_globals if is_in_file else {}
    inside = {**outside, **frame.f_locals}
    own = (*frame.f_code.co_varnames, *frame.f_code.co_cellvars, *frame.f_code.co_freevars)
    unset = tuple(name for name in own if name not in frame.f_locals)
    return Place(line, text, begin, end, names, where, inside, unset, is_in_file)


def _place_of_syntax(source: str, head: str, error: BaseException) -> Place | None:
    """The place that a SyntaxError tells itself; None where it tells none."""
    number, offset = (of_type(SyntaxError, name, error) for name in ("lineno", "offset"))
    if type(number) is not int:
        return None
    line = number + _skipped(source, head)
    text = _text(source, line)
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
    ran = _ran(entry)
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
