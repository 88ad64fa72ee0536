"""The versions of Python and of the libraries that an error came through."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable

from nbchat.context.classes import loaded

LONGEST_VERSION = 40  # characters
_OURS = ("IPython", "ipykernel", "nbchat")  # through which every cell goes


def version_line(modules: Iterable[str]) -> str:
    """Python's own version and those of these modules, as far as they say one.

    >>> version_line(["pandas.core.frame", "pandas", "json.decoder"])
    'Python ..., pandas ...'
    """
    told = [f"Python {platform.python_version()}"]
    for name in dict.fromkeys(module.partition(".")[0] for module in modules):
        version = _version(name)
        if version and name not in _OURS and name not in sys.stdlib_module_names:
            told.append(f"{name} {version}")
    return ", ".join(told)


def _version(name: str) -> str:
    version: str = loaded(name, "__version__")
    is_short = type(version) is str and len(version) <= LONGEST_VERSION
    return version if is_short else ""
