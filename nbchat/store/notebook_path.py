"""Where conversations are kept, and which notebook they belong to."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from nbchat.errors import HistoryUnavailable
from nbchat.folders import data_folder

FILE = "history.sqlite"
LARGEST_NOTEBOOK = 50_000_000  # bytes of one that is looked into
_RANDOM_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}")


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
            raise HistoryUnavailable(
                "this user has no home folder. Set HOME, or set NBCHAT_HISTORY to a file."
            ) from None
    if setting.strip().lower() == "off":
        return None
    path = os.path.expanduser(setting)
    if path.startswith("~"):
        raise HistoryUnavailable(
            f"{setting} is in the home folder of a user that is not known here."
        )
    if not os.path.isabs(path):
        path = os.path.join(_working_folder(), path)
    return Path(path, FILE) if os.path.isdir(path) else Path(path)


def _working_folder() -> str:
    """Raises BadSettings where it was removed."""
    try:
        return os.getcwd()
    except OSError:
        raise HistoryUnavailable(
            "the working directory was removed. Change to another with os.chdir(...), "
            "or set NBCHAT_HISTORY to a whole path."
        ) from None


def notebook_path() -> str:
    """The path of the notebook whose kernel this is, or nothing where the front-end names none.

    Asked anew at every save: after a rename JupyterLab's answer is right again from
    the next kernel start on.
    """
    if _kernel() is None:  # a script started from a notebook inherits its environment
        return ""
    names = vars(sys.modules["__main__"])
    for said in (names.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        # Older servers put a random id there for a new notebook (jupyter-server#1059).
        if isinstance(said, str) and said.endswith(".ipynb"):
            return said.encode(
                "utf-8", "replace"
            ).decode()  # a path may hold bytes that are no text
    return ""


def notebook_cells() -> list[str]:
    """The ids of the notebook's cells, as it was saved last; a copy has those of its original.

    Only ids made at random, as JupyterLab's are: others are the same in any two notebooks.
    """
    path = notebook_path()
    try:
        if not path or os.path.getsize(path) > LARGEST_NOTEBOOK:
            return []
        cells = json.loads(Path(path).read_bytes())["cells"]
        ids = [cell.get("id") for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    return [id for id in ids if isinstance(id, str) and _RANDOM_ID.fullmatch(id)]


def kernel_is_watched() -> bool | None:
    """Whether a person sees the cells of this kernel; None where this process is no kernel.

    nbclient, nbval and papermill ask with allow_stdin=False, JupyterLab and VS Code with True.
    Such a run inherits the environment of the notebook it was started from, if it was.
    """
    kernel = _kernel()
    return None if kernel is None else bool(getattr(kernel, "_allow_stdin", True))


def _kernel() -> Any:
    """The Jupyter kernel that this process is; None in a script, and in a fork of a kernel."""
    ipython = sys.modules.get("IPython")
    get_shell = getattr(ipython, "get_ipython", None)
    kernel = getattr(get_shell() if get_shell else None, "kernel", None)
    session = getattr(kernel, "session", None)
    is_ours = getattr(session, "pid", os.getpid()) == os.getpid()
    return kernel if is_ours else None
