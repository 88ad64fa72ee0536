"""Where a cell runs, as its shell tells: whether anybody watches, and which cell it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbchat import runtime

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.runtime import Runtime


def open_runtime(shell: InteractiveShell) -> Runtime:
    """This kernel's runtime, told whether anybody watches this shell."""
    opened = runtime.current()
    opened.open(static=_is_static(shell))
    return opened


def _is_static(shell: InteractiveShell) -> bool:
    """Whether nobody watches: one output is left, and nothing is stored."""
    display = runtime.current().settings().display
    if display is not None:
        return display == "static"
    # nbclient, nbval and papermill ask with allow_stdin=False, JupyterLab and VS Code with True.
    return not getattr(getattr(shell, "kernel", None), "_allow_stdin", True)


def cell_id(shell: InteractiveShell) -> str | None:
    """Which cell is running, where the front-end says so (JupyterLab and VS Code do)."""
    return _text_or_none(_request(shell, "metadata").get("cellId"))


def execution_id(shell: InteractiveShell) -> str | None:
    """Which execution of its cell is running: another each time the cell is run."""
    return _text_or_none(_request(shell, "header").get("msg_id"))


def _request(shell: InteractiveShell, part: str) -> dict[str, Any]:
    """A part of the message that asked the kernel to run the cell."""
    request: Any = shell.get_parent() if hasattr(shell, "get_parent") else None
    return (request or {}).get(part) or {}


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None
