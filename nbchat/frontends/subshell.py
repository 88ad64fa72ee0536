"""A message of the page is answered where it was sent to, also while a cell runs.

JupyterLab gives a widget a subshell of its own. ipykernel 7.4 sends its messages to
whichever shell last published on the comm instead, so that a question or a Stop would
wait until the running cell has ended.
"""

from __future__ import annotations

from typing import Any


def answer_where_asked(comm: Any) -> None:
    """Let the page's messages run in the subshell they were sent to.

    The method is private to ipykernel: where it is not there, nothing is done.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default
