"""Where conversations are kept, and which notebook they belong to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nbchat.errors import BadSettings
from nbchat.folders import data_folder

FILE = "history.sqlite"


def history_file(setting: str | None) -> Path | None:
    """The file for a `history` setting: a path, or None for `off`.

    Raises BadSettings where there is no place for one.

    >>> history_file("off") is None, history_file("/tmp/talks.sqlite").name, history_file(None).name
    (True, 'talks.sqlite', 'history.sqlite')
    """
    if not setting:
        try:
            return data_folder() / FILE
        except RuntimeError:
            raise BadSettings(
                "this user has no home folder. Set HOME, or set NBCHAT_HISTORY to a file."
            ) from None
    if setting.strip().lower() == "off":
        return None
    path = os.path.expanduser(setting)
    if path.startswith("~"):
        raise BadSettings(f"{setting} is in the home folder of a user that is not known here.")
    if not os.path.isabs(path):
        path = os.path.join(_working_folder(), path)
    return Path(path, FILE) if os.path.isdir(path) else Path(path)


def _working_folder() -> str:
    """Raises BadSettings where it was removed."""
    try:
        return os.getcwd()
    except OSError:
        raise BadSettings(
            "the working directory was removed. Change to another with os.chdir(...), "
            "or set NBCHAT_HISTORY to a whole path."
        ) from None


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
