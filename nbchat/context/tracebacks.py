"""An error as a model is told it: the user's own steps with their lines, others in short.

Causes come first, as Python prints them. Nothing is coloured, and no address is in it.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from nbchat.context import frames
from nbchat.context.asking import ENDS, asking
from nbchat.context.bounded import LONGEST_VALUE, cut_middle, one_line, said_text
from nbchat.context.cell_code import lines_of
from nbchat.context.classes import class_name, is_a, of_type
from nbchat.context.forms import Form
from nbchat.context.frames import Frame, frames_of, is_own, short_path
from nbchat.context.shown import Shown
from nbchat.context.terminal_text import without_escapes

LONGEST = 4000  # characters of a traceback
LONGEST_MESSAGE = 1000  # characters
LONGEST_LINE = 200  # characters of a line of code
LINES_BEFORE, LINES_AFTER = 3, 2  # around the line that failed, in the user's own code
MOST_CAUSES = 5  # errors that one came of
MOST_IN_GROUP = 5  # errors of an ExceptionGroup
COMPILED = "<compiled text>"  # code without a file, whose name may be any value
LONGEST_CYCLE = 4  # functions that call each other, whose repetition is told in one line

_CAUSE = "The above exception was the direct cause of the following exception:"
_CONTEXT = "During handling of the above exception, another exception occurred:"

CellName = Callable[[str], str]


def traceback_text(
    error: BaseException,
    *,
    longest: int = LONGEST,
    with_message: bool = True,
    cell_name: CellName = frames.cell_name,
    hidden: Collection[int] = (),
    only_own: bool = False,
) -> str:
    """The error with its traceback and its causes; without its message, which may hold values.

    What is too long is cut in its middle. With `only_own`, no step of a library is told.
    `cell_name` says what a file's name means: "Cell In[3]", or nothing for a file. Of the
    `hidden` cells no line is told.
    """
    told = _Telling(with_message, cell_name, hidden, only_own)
    return cut_middle("\n".join(told.chain(error)), longest, at_lines=True)


@dataclass(slots=True)
class _Telling:
    with_message: bool
    cell_name: CellName
    hidden: Collection[int] = ()
    only_own: bool = False

    def chain(self, error: BaseException, depth: int = 0) -> Iterator[str]:
        """The error behind those that it came of."""
        causes = _causes(error)
        for cause, words in reversed(causes):
            yield from self.single(cause, depth)
            yield from ("", words, "")
        yield from self.single(error, depth)

    def single(self, error: BaseException, depth: int) -> Iterator[str]:
        """One error: its steps, then what it says."""
        steps = frames_of(error)
        if is_a(error, SyntaxError) and not any(is_own(step.filename) for step in steps):
            steps = []  # they are those of who read the code
        if self.only_own:
            steps = [step for step in steps if is_own(step.filename)]
        if steps:
            yield "Traceback (most recent call last):"
        yield from self.steps(steps)
        if is_a(error, SyntaxError):
            yield from self.syntax(error)
        yield from self.last_lines(error)
        if is_a(error, BaseExceptionGroup):
            yield from self.members(error, depth)

    def steps(self, steps: list[Frame]) -> Iterator[str]:
        """The steps; those that are repeated once, with a word."""
        at = 0
        while at < len(steps):
            size, times = _repetition(steps, at)
            for frame in steps[at : at + size]:
                yield from self.step(frame)
            if times > 1:
                what = "the last step" if size == 1 else f"the last {size} steps"
                yield f"  … {what} {times - 1:,} more times"
            at += size * times

    def step(self, frame: Frame) -> Iterator[str]:
        """One step: a line of a library, or the user's own lines around the one that failed."""
        if not is_own(frame.filename):
            yield f"  {self.path(frame.filename)}:{frame.line} in {_last_name(frame)}"
            return
        yield f"{self.place(frame.filename, frame.line)}, in {_last_name(frame)}"
        if not self.is_hidden(frame.filename):
            yield from _numbered(frame.filename, frame.line)

    def is_hidden(self, filename: str) -> bool:
        return frames.cell_number(filename) in self.hidden

    def place(self, filename: str, line: int) -> str:
        return f"{self.cell_name(filename) or self.path(filename)}, line {line}"

    def path(self, filename: str) -> str:
        """Where a file is; without values, of what is no file only that it was compiled."""
        is_known = filename.startswith("<frozen ") or linecache.getline(filename, 1)
        return short_path(filename) if self.with_message or is_known else COMPILED

    def syntax(self, error: BaseException) -> Iterator[str]:
        """Where a SyntaxError stands, with a mark below."""
        filename, line, offset, text = (
            of_type(SyntaxError, name, error) for name in ("filename", "lineno", "offset", "text")
        )
        if type(filename) is not str or type(line) is not int:
            return
        yield self.place(filename, line)
        known = is_own(filename) or self.with_message  # else it may be a value that was parsed
        if type(text) is not str or not known or self.is_hidden(filename):
            return
        code = text.rstrip("\r\n").expandtabs(1)[:LONGEST_LINE]
        shown = code.lstrip()
        yield f"    {shown}"
        if type(offset) is int and 0 < offset <= len(code) + 1:
            yield f"    {' ' * max(offset - 1 - (len(code) - len(shown)), 0)}^"

    def last_lines(self, error: BaseException) -> Iterator[str]:
        """Its kind and its message, and the notes that were added to it."""
        if not self.with_message:
            yield class_name(error)
            return
        message = _message(error)
        yield f"{class_name(error)}: {message}" if message else class_name(error)
        for note in _notes(error):
            yield without_escapes(said_text(note, LONGEST_MESSAGE))

    def members(self, group: BaseException, depth: int) -> Iterator[str]:
        """The errors of a group, each below its number."""
        errors: tuple[BaseException, ...] = of_type(BaseExceptionGroup, "exceptions", group)
        if depth >= MOST_IN_GROUP:
            yield f"  … {len(errors)} errors"
            return
        for number, error in enumerate(errors[:MOST_IN_GROUP], 1):
            yield f"  ── {number} of {len(errors)}"
            yield from (f"  │ {line}" for line in self.chain(error, depth + 1))
        if len(errors) > MOST_IN_GROUP:
            yield f"  … {len(errors) - MOST_IN_GROUP} more errors"


def _causes(error: BaseException) -> list[tuple[BaseException, str]]:
    """What an error came of, the nearest first; each with the words between the two."""
    found: list[tuple[BaseException, str]] = []
    seen = {id(error)}
    while len(found) < MOST_CAUSES:
        cause, words = of_type(BaseException, "__cause__", error), _CAUSE
        if cause is None and not of_type(BaseException, "__suppress_context__", error):
            cause, words = of_type(BaseException, "__context__", error), _CONTEXT
        if cause is None or id(cause) in seen:
            break
        seen.add(id(cause))
        found.append((cause, words))
        error = cause
    return found


def _message(error: BaseException) -> str:
    """What it says. Its class may fail to say it: that is told, too."""
    try:
        text = str.__str__(str(error))
    except ENDS:
        raise
    except BaseException as failure:
        return f"(its message raises {class_name(failure)})"
    if is_a(error, SyntaxError):
        text = text.partition(" (")[0]  # the place follows, which is told before
    path = of_type(ImportError, "path", error) if is_a(error, ImportError) else None
    if type(path) is str and path:
        text = text.replace(path, short_path(path))
    return without_escapes(said_text(text, LONGEST_MESSAGE))


def _notes(error: BaseException) -> list[str]:
    held: dict[str, Any] = of_type(BaseException, "__dict__", error)
    notes = held.get("__notes__")
    if type(notes) is not list:
        return []
    return [note for note in notes[:MOST_IN_GROUP] if type(note) is str]


def _repetition(steps: list[Frame], at: int) -> tuple[int, int]:
    """How many steps from there on are repeated, and how often they stand there."""
    for size in range(1, LONGEST_CYCLE + 1):
        cycle = steps[at : at + size]
        times = 1
        while steps[at + size * times : at + size * (times + 1)] == cycle:
            times += 1
        if times > 2:
            return size, times
    return 1, 1


def _last_name(frame: Frame) -> str:
    """`Model.fit`, and not where in which function its class was made."""
    return frame.function.rpartition("<locals>.")[2]


def _numbered(filename: str, line: int) -> Iterator[str]:
    """The lines around one of a file, with an arrow before it."""
    lines = lines_of("".join(linecache.getlines(filename)).rstrip())  # IPython ends some at U+2028
    first = max(line - LINES_BEFORE, 1)
    for number, text in enumerate(islice(lines, first - 1, line + LINES_AFTER), first):
        arrow = "---->" if number == line else "     "
        code = one_line(without_escapes(text.rstrip()), LONGEST_LINE)
        yield f"{arrow} {number:>3} {code}".rstrip()


def show_error(name: str, value: object, form: Form) -> Shown | None:
    """An exception as its traceback."""
    if not is_a(value, BaseException):
        return None
    error: Any = value
    kind = class_name(error)
    if form.kind == "schema":
        return Shown(kind, f"{name} ({kind})", is_inline=True)
    longest = LONGEST_VALUE if form.kind == "all" else LONGEST
    with asking("its traceback"):
        return Shown(kind, traceback_text(error, longest=longest), facts=("traceback",))
