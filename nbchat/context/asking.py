"""A guard around whatever a value does while it is looked at: it may raise, hang or print.

Where the platform has a timer (the main thread of a POSIX system), a value has some seconds.
Elsewhere a person's Stop ends it. The user's own timer and handler are put back as they were.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from types import FrameType
from typing import Any

from nbchat.context.classes import class_name, is_a, of_type
from nbchat.context.quiet import muted
from nbchat.context.shown import Shown
from nbchat.errors import Interrupted
from nbchat.wording import safe_excerpt

LONGEST_LOOK = 5.0  # seconds for a value to say what it is
LONGEST_DRAWING = 20.0  # seconds for a figure to be drawn
AGAIN = 0.2  # seconds until a value that swallowed the end of its time is told again
LEAST = 1e-6  # seconds of a timer; none at all would switch it off


class NotShown(Exception):
    """A value is not sent; the message says why: "its repr says nothing"."""


class TooLong(BaseException):
    """The time for looking at a value is over. No Exception: values swallow those."""


# What a view lets through where a value's own errors are told as its text.
ENDS = (KeyboardInterrupt, TooLong)


@dataclass(slots=True)
class _Look:
    what: str = "looking at it"  # what the value is doing
    longest: float = field(default_factory=lambda: LONGEST_LOOK)  # seconds
    alarm: _Alarm | None = None


_look: ContextVar[_Look | None] = ContextVar("look", default=None)


def guarded(name: str, show: Callable[[], Shown]) -> Shown:
    """What `show` makes of a value, or why it could not. Raises nothing but Interrupted."""
    look = _Look()
    token = _look.set(look)
    try:
        with muted():
            return _in_time(show, look)
    except NotShown as why:
        refusal = f"{name} is not sent: {why}"
    except TooLong:
        refusal = f"{name} is not sent: {look.what} took more than {look.longest:g} s"
    except Interrupted:
        raise
    except KeyboardInterrupt:
        words = f"{name} was still working on {look.what}; nothing was sent."
        raise Interrupted(words) from None
    except BaseException as error:  # also what is no Exception: a value may exit or be fatal
        refusal = f"{name} is not sent: {look.what} raises {class_name(error)}" + _words(error)
    finally:
        _look.reset(token)
    return Shown(refusal=refusal)


@contextmanager
def asking(what: str, longest: float | None = None) -> Iterator[None]:
    """While a value is asked for `what`: "its repr", "drawing it"; `longest` seconds from here."""
    look = _look.get()
    if look is None:
        yield
        return
    before = (look.what, look.longest)
    _begin(look, what, longest or look.longest)
    yield
    _begin(look, *before)  # else it stays, to be told


def _begin(look: _Look, what: str, longest: float) -> None:
    look.what = what
    if longest != look.longest:
        look.longest = longest
        if look.alarm is not None:
            look.alarm.set(longest)


def _words(error: BaseException) -> str:
    """What an error says, without asking it: its class may have odd ideas of its own."""
    said = of_type(BaseException, "args", error)
    if not is_a(said, tuple) or len(said) != 1 or type(said[0]) is not str or not said[0]:
        return ""
    return f": {safe_excerpt(said[0]).rstrip('.')}"


# --- time ----------------------------------------------------------------------------------------


def _in_time(show: Callable[[], Shown], look: _Look) -> Shown:
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not hasattr(signal, "setitimer"):
        return show()
    handler = signal.getsignal(signal.SIGALRM)
    if handler is None:  # set by no Python: it could not be put back
        return show()
    alarm = _Alarm()
    started, (left, interval) = monotonic(), signal.getitimer(signal.ITIMER_REAL)
    tracer = sys.gettrace()
    try:
        signal.signal(signal.SIGALRM, alarm)
        look.alarm = alarm
        alarm.set(look.longest)
        return show()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if sys.gettrace() is not tracer:
            sys.settrace(tracer)
        if left:
            left = max(left - (monotonic() - started), LEAST)
            signal.setitimer(signal.ITIMER_REAL, left, interval)


class _Alarm:
    """Ends a look at a value, and does so again where the value goes on."""

    def __init__(self) -> None:
        self._times = 0

    def set(self, seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)

    def __call__(self, _signal: int, frame: FrameType | None) -> None:
        if frame is None or frame.f_code.co_filename == __file__:
            return  # it is over, and this file cleans up
        self._times += 1
        if self._times > 1:
            _raise_at_next_line(frame)
        raise TooLong


def _raise_at_next_line(frame: FrameType | None) -> None:
    """Raise also in the `except` that swallows what ends it: no `try` catches what that raises."""
    sys.settrace(_raise)
    while frame is not None and frame.f_code.co_filename != __file__:
        frame.f_trace = _raise
        frame = frame.f_back


def _raise(_frame: FrameType, event: str, _arg: Any) -> Any:
    if event == "line":
        raise TooLong
    return _raise
