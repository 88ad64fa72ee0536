"""Commands for what of the notebook goes along with a question: hide, pin."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbchat.context.cells import Cell
from nbchat.errors import BadCommand, NotThere
from nbchat.frontends.cells.marks import Marks
from nbchat.frontends.cells.recorder import Recorder, recorder_of
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.page_or_text import say
from nbchat.wording import shorten

FORGET = "--forget"
MOST_NAMED = 12  # numbers of cells that an error names
LONGEST_RANGE = 1000  # cells

_RANGE = re.compile(r"(?:In\[)?(\d{1,6})\]?(?:-(\d{1,6}))?")


@command("hide [N]", "never send cell In[N] along; --forget takes that back", group="notebook")
def hide(chat: ChatCommand, text: str = "") -> None:
    _mark(chat, text, "hide")


@command("pin [N]", "always send In[N] along with --above; --forget, too", group="notebook")
def pin(chat: ChatCommand, text: str = "") -> None:
    _mark(chat, text, "pin")


def _mark(chat: ChatCommand, text: str, name: str) -> None:
    """Mark the cells that are named, or take the marks back; without any, list both kinds."""
    recorder = recorder_of(chat.shell)
    if recorder is None:
        raise NotThere("no cells are kept here. Load nbchat first:\n%load_ext nbchat")
    words = text.replace(",", " ").split()
    forgets = FORGET in words
    numbers = _numbers([word for word in words if word != FORGET], name)
    if not numbers:
        if forgets:
            raise BadCommand(f"which cell? Its number goes along:\n%chat {name} {FORGET} 3")
        say(_listed(recorder))
        return
    cells = _cells(recorder, numbers)
    marks, others = recorder.hidden, recorder.pinned
    if name == "pin":
        marks, others = others, marks
    told = _named([cell.number for cell in cells if cell.number is not None])
    if forgets:
        taken = [cell for cell in cells if marks.take_out(cell)]
        if name == "hide":
            say(f"{told}: no longer hidden." if taken else f"{told}: not hidden before, either.")
        else:
            say(f"{told}: no longer pinned." if taken else f"{told}: not pinned before, either.")
        return
    _add(cells, marks, others)
    what = "never sent along" if name == "hide" else "goes along with --above, however far above"
    say(f"{told}: {what}. To take that back: %chat {name} {FORGET} {_plain(numbers)}")


def _add(cells: Sequence[Cell], marks: Marks, others: Marks) -> None:
    """What is hidden cannot be pinned: the newer word counts."""
    for cell in cells:
        others.take_out(cell)
        marks.add(cell)


def _numbers(words: Sequence[str], name: str) -> list[int]:
    """The numbers that `3 5-7` names. Raises BadCommand for what names none."""
    numbers: list[int] = []
    for word in words:
        match = _RANGE.fullmatch(word)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not match or not first <= last < first + LONGEST_RANGE:
            raise BadCommand(
                f"%chat {name} takes the numbers of cells, and {shorten(word, 40)!r} is none.\n"
                f"In[3] and In[5] to In[7]:\n%chat {name} 3 5-7"
            )
        numbers += range(first, last + 1)
    return [*dict.fromkeys(numbers)]


def _cells(recorder: Recorder, numbers: Sequence[int]) -> list[Cell]:
    """The cells with these numbers. Raises NotThere where one is not there, and says which are."""
    by_number = {cell.number: cell for cell in recorder.cells if not cell.is_running}
    missing = [number for number in numbers if number not in by_number]
    if not missing:
        return [by_number[number] for number in numbers]
    known = [number for number in by_number if number is not None]
    there = _named(known[-MOST_NAMED:]) if known else "none yet"
    what = "cells" if len(known) <= MOST_NAMED else "newest cells"
    raise NotThere(f"no cell {_named(missing[:MOST_NAMED])} has run here. The {what}: {there}.")


def _named(numbers: Sequence[int]) -> str:
    """In[3], In[5]"""
    return ", ".join(f"In[{number}]" for number in numbers)


def _plain(numbers: Sequence[int]) -> str:
    return " ".join(map(str, numbers))


def _listed(recorder: Recorder) -> str:
    """What is hidden and what is pinned."""
    lines = []
    if hidden := sorted(recorder.hidden.numbers(recorder.cells)):
        lines.append(f"Never sent: {_named(hidden)}.")
    if pinned := sorted(recorder.pinned.numbers(recorder.cells)):
        lines.append(f"Pinned: {_named(pinned)}.")
    return " ".join(lines) or "No cell is hidden or pinned. To hide In[3]: %chat hide 3"
