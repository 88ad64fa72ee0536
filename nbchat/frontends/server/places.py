"""Files of this machine, by their names alone: where they lie is nobody's business over HTTP."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from nbchat.folders import config_folder

_BEGINS = r"(?<![\w.:/\\~-])"  # at the beginning of a word, and not within an address
_PATH = re.compile(_BEGINS + r"""(?:/|[A-Za-z]:\\|~/)(?:[^\s/\\'":,;]+[/\\])+""")


def without_places(text: str) -> str:
    """The text without the folders of the files it names.

    >>> without_places("/home/me/work/nbchat.toml: line 3 is wrong")
    'nbchat.toml: line 3 is wrong'
    """
    for folder in _folders():
        text = re.sub(_BEGINS + re.escape(f"{folder}{os.sep}"), "", text)
    return _PATH.sub("", text)


def _folders() -> list[str]:
    """Folders whose names may have spaces in them, the longest first."""
    known = {config_folder()}
    with suppress(OSError):  # it was removed
        known |= {Path.cwd(), *Path.cwd().parents}
    with suppress(RuntimeError):  # there is none
        known.add(Path.home())
    names = [str(folder) for folder in known if folder != folder.parent]
    return sorted(names, key=len, reverse=True)
