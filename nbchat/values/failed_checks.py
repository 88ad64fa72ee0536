"""A check of the user's own that raises what pydantic does not know.

It runs beside all other questions of the process: whatever it raises ends one of them, and no more.
"""

from __future__ import annotations

import threading

from nbchat.values.problems import InvalidValue, Problem, message_text

# What another answer would not mend. Anything else may be about the value: a name that a dict
# of the check does not have, say.
_OF_CHECK = (
    *(ImportError, MemoryError, NameError, NotImplementedError, OSError, RecursionError),
    *(SyntaxError, SystemError),
)


def failed_check(error: BaseException) -> InvalidValue:
    """What is told of a value whose check has failed by itself.

    >>> failed_check(KeyError("age")).problems[0].message
    "its check failed with KeyError: 'age'"
    """
    words = f"its check failed with {type(error).__name__}"
    said = _words(error)
    problem = Problem("", message_text(f"{words}: {said}" if said else words))
    is_of_check = isinstance(error, _OF_CHECK) or not isinstance(error, Exception)
    return InvalidValue([problem], is_of_check=is_of_check)


def stops_reading(error: BaseException) -> bool:
    """Whether a person has pressed stop: Python says that on the main thread, and nowhere else."""
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and isinstance(error, KeyboardInterrupt)


def _words(error: BaseException) -> str:
    """The first line of what it says; nothing where it cannot say it."""
    try:
        return str(error).partition("\n")[0]
    except BaseException as unsayable:
        if stops_reading(unsayable):
            raise
        return ""
