"""Files of this machine, by their names alone: where they lie is nobody's business over HTTP."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from nbchat.folders import config_folder

_BEGINS = r"(?<![\w.:/\\~-])"  # at the beginning of a word, and not within an address
_INNER = r"""(?:[^\s/\\'":,;]+[/\\])"""  # a folder within another
_NO_ROUTE = r"(?<!POST )(?<!GET )"  # a path of an API is no place of this machine
_PATH = re.compile(_NO_ROUTE + _BEGINS + r"(?:/|[A-Za-z]:\\|~/)" + _INNER + "+")


def without_places(text: str) -> str:
    """The text without the folders of the files it names.

    >>> without_places("/home/me/work/nbchat.toml: line 3 is wrong")
    'nbchat.toml: line 3 is wrong'
    """
    return _PATH.sub("", without_known_places(text))


def without_known_places(text: str) -> str:
    """The same of somebody else's words: only folders of this machine, such as the home folder."""
    for folder in _folders():
        text = re.sub(_BEGINS + re.escape(f"{folder}{os.sep}") + _INNER + "*", "", text)
    return text


def _folders() -> list[str]:
    """Folders whose names may have spaces in them, the longest first."""
    paths = (value for value in os.environ.values() if os.path.isabs(value))
    known = {config_folder(), *(Path(path).parent for path in paths if os.pathsep not in path)}
    with suppress(OSError):  # it was removed
        known |= {Path.cwd(), *Path.cwd().parents}
    with suppress(RuntimeError):  # there is none
        known.add(Path.home())
    names = [str(folder) for folder in known if folder != folder.parent]
    return sorted(names, key=len, reverse=True)
