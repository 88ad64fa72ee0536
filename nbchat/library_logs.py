"""What libraries log while nbchat uses them, kept out of a notebook that shows all logs.

A root logger at DEBUG is there to see the user's own lines. No logger's level is touched:
a library that the user sets a level for is shown, and so is what the user calls it for.
Warnings are always shown.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_here = threading.local()  # `libraries` that this thread uses for nbchat
_lock = threading.Lock()
_uses: Counter[str] = Counter()  # of each library, at this moment


class _Unasked(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not is_unasked(record)


_unasked = _Unasked()


def is_unasked(record: logging.LogRecord) -> bool:
    """Whether a library says it to nobody: while we use it, below a warning."""
    if record.levelno >= logging.WARNING:
        return False
    library = record.name.partition(".")[0]
    return library in getattr(_here, "libraries", ()) and not _is_asked_for(record.name)


def _is_asked_for(name: str) -> bool:
    """Whether a level is set for the logger, or for one above it that is not the root."""
    logger: logging.Logger | None = logging.getLogger(name)
    while logger is not None and logger.parent is not None:
        if logger.level:
            return True
        logger = logger.parent
    return False


def hush_thread(*libraries: str) -> None:
    """Let this thread use the libraries for nbchat alone; their loggers have `is_unasked`."""
    _here.libraries = libraries


@contextmanager
def hushed(*libraries: str) -> Iterator[None]:
    """Use the libraries, without what they log below a warning.

    It costs next to nothing where such lines would not be shown.
    """
    loud = [name for name in libraries if logging.getLogger(name).isEnabledFor(logging.INFO)]
    if not loud:
        yield
        return
    before: tuple[str, ...] = getattr(_here, "libraries", ())
    _begin(loud)
    _here.libraries = (*before, *loud)
    try:
        yield
    finally:
        _here.libraries = before
        _end(loud)


def _begin(libraries: list[str]) -> None:
    with _lock:
        _uses.update(libraries)
        for logger in _loggers_of(libraries):
            logger.addFilter(_unasked)


def _end(libraries: list[str]) -> None:
    with _lock:
        _uses.subtract(libraries)
        for logger in _loggers_of([name for name in libraries if not _uses[name]]):
            logger.removeFilter(_unasked)


def _loggers_of(libraries: list[str]) -> Iterator[logging.Logger]:
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger) and name.partition(".")[0] in libraries:
            yield logger
