"""Where conversations are kept, and which notebook they belong to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nbchat.folders import data_folder

FILE = "history.sqlite"


def history_file(setting: str | None) -> Path | None:
    """The file for a `history` setting: a path, or None for `off`.

    >>> history_file("off") is None, history_file("/tmp/talks.sqlite").name, history_file(None).name
    (True, 'talks.sqlite', 'history.sqlite')
    """
    if not setting:
        return data_folder() / FILE
    if setting.strip().lower() == "off":
        return None
    path = Path(setting).expanduser().absolute()
    return path / FILE if path.is_dir() else path


def notebook_path() -> str:
    """The path of the notebook whose kernel this is, or nothing where the front-end names none.

    Asked anew at every save: after a rename JupyterLab's answer is right again from
    the next kernel start on.
    """
    if "ipykernel" not in sys.modules:  # a script started from a notebook inherits its environment
        return ""
    names = vars(sys.modules["__main__"])
    for said in (names.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        # Older servers put a random id there for a new notebook (jupyter-server#1059).
        if isinstance(said, str) and said.endswith(".ipynb"):
            return said.encode(
                "utf-8", "replace"
            ).decode()  # a path may hold bytes that are no text
    return ""
