"""Quiet while nbchat looks at values: nothing that they print or warn of is seen.

Streams and warnings belong to the whole process. So the first thread that looks makes it quiet,
and the last one puts back what was there; what other threads print goes on to be seen.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_NAMES = ("stdout", "stderr")

_lock = threading.RLock()
_muted: Counter[int] = Counter()  # threads, and how often each has asked for it
_streams: list[tuple[str, Silent]] = []  # by name, those that stand for the real ones
_filters: list[Any] = []  # those that ignore warnings: one, or none
_hushed: list[int] = []  # threads that want no warnings


@contextmanager
def muted() -> Iterator[None]:
    """Inside, what this thread prints goes nowhere: it is no output of the cell."""
    thread = threading.get_ident()
    with _lock:
        for name in _NAMES:
            stream = getattr(sys, name)
            if type(stream) is not Silent:
                _streams.append((name, Silent(stream)))
                setattr(sys, name, _streams[-1][1])
        _muted[thread] += 1
    try:
        yield
    finally:
        with _lock:
            _muted[thread] -= 1
            if not _muted[thread]:
                del _muted[thread]
            if not _muted:
                _put_back()


def _put_back() -> None:
    """The real streams, where nobody else has put other ones there."""
    while _streams:
        name, silent = _streams.pop()
        if getattr(sys, name) is silent:
            setattr(sys, name, silent.stream)


class Silent:
    """A stream of which some threads have no use for a while; the others have."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        if self._is_silent() or self.stream is None:
            return len(text)
        written: int = self.stream.write(text)
        return written

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if self.stream is not None and not self._is_silent():
            self.stream.flush()

    def _is_silent(self) -> bool:
        return threading.get_ident() in _muted

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def no_warnings() -> Iterator[None]:
    """While a library has something to say about data that nobody asked it for."""
    thread = threading.get_ident()
    with _lock:
        if not _hushed:
            _filters.append(warnings.catch_warnings())
            _filters[0].__enter__()
            warnings.simplefilter("ignore")
        _hushed.append(thread)
    try:
        yield
    finally:
        with _lock:
            _hushed.remove(thread)
            if not _hushed:
                _filters.pop().__exit__(None, None, None)
