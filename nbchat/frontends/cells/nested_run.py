"""Code that runs inside a cell, or between two, as a cell of its own would; but as none.

IPython runs it, so that magics, `!` and the value of the last line work. It has no number: `In`,
`Out`, `_` and the history are afterwards what they were, and so is the last error.
"""

from __future__ import annotations

import builtins
import getpass
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from IPython.core.displayhook import DisplayHook
from IPython.core.error import UsageError

from nbchat.context.cells import Stream
from nbchat.frontends.cells.in_place import InPlace
from nbchat.tools.tool import BadArguments

if TYPE_CHECKING:
    pass

NAME = "run"  # in the place of a number: a traceback says `Cell In[run]`
NO_AWAIT = (
    "SyntaxError: `await` does not work at top level here, since the kernel's own loop is running. "
    "Define `async def main(): ...` and run it on a thread: "
    "`from concurrent.futures import ThreadPoolExecutor; "
    "ThreadPoolExecutor().submit(asyncio.run, main()).result()`."
)
NO_INPUT = "input() cannot be answered here: nobody is asked while a tool runs."
NO_EXIT = "a tool does not end the kernel: only the person at the notebook does."
NO_CHAT = "%chat and %%chat do not work inside `run`: a model that is answering asks no other."

# What of IPython and Python tells of the last cell and the last error.
_LAST = ("last_execution_result", "last_execution_succeeded")
_LAST_TRACEBACK = ("_last_traceback", "_last_traceback_during_displayhook")
_LAST_ERROR = ("last_type", "last_value", "last_traceback", "last_exc")


class Hears(Protocol):
    """Who is told the values of lines, and that an error is not only shown."""

    def add_display(
        self, kind: Stream, data: Mapping[str, Any], display_id: object = None
    ) -> None: ...
    def take_back_error(self) -> None: ...


class CodeEnded(BadArguments):
    """The code has ended itself, or cannot run here."""


def run_nested(shell: Any, code: str, hears: Hears) -> None:
    """Run it on the main thread, where nothing that it shows is sent. Raises what it raises."""
    run = _NestedRun(shell, _transformed(shell, code), hears)
    try:
        try:
            run.begin()
            result = shell.run_cell(code, store_history=False)
        finally:
            run.end()
    except KeyboardInterrupt:
        run.end()
        raise
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        run.take_back_error(error)
    if isinstance(error, SystemExit):
        raise CodeEnded(f"the code called exit({error.code!r}) and ended there; {NO_EXIT}")
    if error is not None:
        raise error


def _transformed(shell: Any, code: str) -> str:
    """The Python that it is. Raises CodeEnded for what would have to be awaited."""
    try:
        transformed: str = shell.transform_cell(code)
    except Exception:  # running it says what is wrong
        return ""
    if shell.should_run_async(code, transformed_cell=transformed):
        raise CodeEnded(NO_AWAIT)
    return transformed


class _NestedRun:
    """What is different while such code runs."""

    def __init__(self, shell: Any, code: str, hears: Hears) -> None:
        self._shell = shell
        self._code = code
        self._hears = hears
        self._in_place = InPlace()
        self._shown: object = None  # the error that was shown last

    def begin(self) -> None:
        shell, in_place = self._shell, self._in_place
        for name in (*_LAST, *_LAST_TRACEBACK):
            in_place.keep(shell, name)
        for name in _LAST_ERROR:
            in_place.keep(sys, name)
        in_place.keep(shell.displayhook, "exec_result")
        in_place.put(shell.display_trap, "hook", self._show_value)
        in_place.put(sys, "displayhook", self._show_value)
        in_place.put(shell, "_showtraceback", self._show_error(shell._showtraceback))
        in_place.put(shell.compile, "cache", _named(shell.compile.cache))
        in_place.put(shell, "ask_exit", _refuse(CodeEnded, NO_EXIT))
        for module, name in ((builtins, "input"), (getpass, "getpass")):
            in_place.put(module, name, _refuse(EOFError, NO_INPUT))
        magics = shell.magics_manager.magics
        for kind, name in (("cell", "chat"), ("line", "chat"), ("line", "%chat")):
            in_place.put_item(magics[kind], name, _refuse(UsageError, NO_CHAT))

    def end(self) -> None:
        self._in_place.end()

    def _show_value(self, value: object = None) -> None:
        """In the place of `sys.displayhook`: the value of a line is shown, and kept nowhere."""
        is_quiet: Callable[[str], bool] = DisplayHook.semicolon_at_end_of_expression
        if value is None or is_quiet(self._code):
            return
        data, _ = self._shell.display_formatter.format(value)
        self._hears.add_display("result", data)

    def _show_error(self, show: Callable[..., None]) -> Callable[..., None]:
        def shown(kind: Any, error: Any, lines: Any) -> None:
            show(kind, error, lines)
            self._shown = error

        return shown

    def take_back_error(self, error: BaseException) -> None:
        """It is raised, so that it need not be shown as well."""
        if error is self._shown:
            self._hears.take_back_error()


def _named(cache: Callable[..., str]) -> Callable[..., str]:
    """As IPython keeps a source, under a name instead of the number of a cell to come."""

    def cached(code: str, number: object = 0, raw_code: str | None = None) -> str:
        return cache(code, NAME, raw_code)

    return cached


def _refuse(error: type[Exception], words: str) -> Callable[..., None]:
    def refuse(*given: object, **named: object) -> None:
        raise error(words)

    return refuse
