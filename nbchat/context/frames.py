"""Where an error went through: the frames of its traceback, and which are the user's own.

Nothing is asked of the error: its class may have odd ideas of its traceback.
"""

from __future__ import annotations

import linecache
import os
import re
import site
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from inspect import CO_OPTIMIZED
from itertools import islice
from types import FrameType, TracebackType
from typing import Any

from nbchat.context.classes import is_a, loaded, of_type

MOST_FRAMES = 100_000  # of one traceback that are looked at

_CELL = re.compile(r"<ipython-input-(\d+)-\w+>|.*[/\\]ipykernel_\d+[/\\]\d+\.py")
_PROMPT = re.compile(r"<(?:stdin|python-input-\d+)>")  # of a plain Python
_PACKAGES = re.compile(r".*[/\\](?:site|dist)-packages[/\\]")


@dataclass(slots=True, frozen=True)
class Frame:
    """One step of a traceback; two at the same place are equal."""

    filename: str
    line: int
    function: str
    frame: FrameType = field(repr=False, compare=False)

    @property
    def source(self) -> str:
        """The line itself; empty where it is not known."""
        return linecache.getline(self.filename, self.line).rstrip("\r\n")

    @property
    def variables(self) -> dict[str, Any]:
        """Those of a function by name; a module and the body of a class have none of their own."""
        is_function = self.frame.f_code.co_flags & CO_OPTIMIZED
        return dict(self.frame.f_locals) if is_function else {}


def frames_of(error: BaseException) -> list[Frame]:
    """All steps, the outermost first, but for those that only led to the user's code."""
    traceback: TracebackType | None = of_type(BaseException, "__traceback__", error)
    frames = [*islice(_steps(traceback), MOST_FRAMES)]
    for at, frame in enumerate(frames):
        if is_own(frame.filename):
            return frames[at:]
    return frames


def _steps(traceback: TracebackType | None) -> Iterator[Frame]:
    while traceback is not None:
        frame = traceback.tb_frame
        code = frame.f_code
        yield Frame(code.co_filename, traceback.tb_lineno or 0, code.co_qualname, frame)
        traceback = traceback.tb_next


# --- files ---------------------------------------------------------------------------------------


def is_own(filename: str) -> bool:
    """Whether it is the user's own code: a cell, or a file that belongs to no library.

    >>> is_own("<ipython-input-3-4a5b>"), is_own(re.__file__), is_own("<string>")
    (True, False, False)
    """
    if is_cell(filename) or _PROMPT.fullmatch(filename):
        return True
    if filename.startswith("<") or not linecache.getlines(filename):
        return False
    return not _PACKAGES.match(filename) and not _library_folder(filename)


def is_cell(filename: str) -> bool:
    """Whether code of that file's name was a cell of a notebook."""
    return filename in _cell_numbers() or _CELL.fullmatch(filename) is not None


def cell_number(filename: str) -> int | None:
    """The 3 of `In[3]`, where the file's name is that of a cell; its last run counts.

    >>> cell_number("<ipython-input-3-4a5b>"), cell_number("analysis.py")
    (3, None)
    """
    number = _cell_numbers().get(filename)
    if type(number) is int:
        return number
    match = _CELL.fullmatch(filename)
    return int(match[1]) if match and match[1] else None


def cell_name(filename: str) -> str:
    """What to call a cell; empty for a file.

    >>> cell_name("<ipython-input-3-4a5b>"), cell_name("/tmp/ipykernel_12/345.py")
    ('Cell In[3]', 'Cell')
    """
    number = cell_number(filename)
    if number is not None:
        return f"Cell In[{number}]"
    return "Cell" if is_cell(filename) else ""


def short_path(filename: str) -> str:
    """Where a file is, without what is the same for all of them: no name of the user.

    >>> short_path("/home/ada/env/lib/python3.12/site-packages/pandas/core/frame.py")
    '…/pandas/core/frame.py'
    """
    match = _PACKAGES.match(filename)
    if match:
        return f"…/{filename[match.end() :]}".replace("\\", "/")
    folder = _library_folder(filename) or os.path.join(os.getcwd(), "")
    if filename.startswith(folder):
        inside = filename[len(folder) :].replace("\\", "/")
        return f"…/{inside}" if _library_folder(filename) else inside
    steps = filename.replace("\\", "/").split("/")
    return filename if len(steps) < 3 else f"…/{'/'.join(steps[-2:])}"


def _library_folder(filename: str) -> str:
    """The folder of a library that the file is in; empty for none."""
    for folder in _library_folders():
        if filename.startswith(folder):
            return folder
    return ""


@cache
def _library_folders() -> tuple[str, ...]:
    """Where Python and its packages are; nbchat itself is a library, too."""
    paths = sysconfig.get_paths()
    known = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    known |= {site.getusersitepackages(), os.path.dirname(os.path.dirname(__file__))}
    known |= {os.path.realpath(folder) for folder in known}
    longest_first = sorted(known, key=len, reverse=True)
    return tuple(os.path.join(folder, "") for folder in longest_first)


def _cell_numbers() -> Mapping[str, Any]:
    """What IPython, where it is loaded, has called the cells of this kernel."""
    shells = loaded("IPython.core.interactiveshell", "InteractiveShell")
    if not is_a(shells, type):
        return {}
    numbers = getattr(getattr(shells._instance, "compile", None), "_filename_map", None)
    return numbers if isinstance(numbers, dict) else {}
