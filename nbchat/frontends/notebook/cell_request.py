"""The message that asked the kernel to run a cell: which cell, which run of it, and who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def cell_id(shell: InteractiveShell) -> str | None:
    """Which cell is running, where the front-end says so (JupyterLab and VS Code do)."""
    return _text_or_none(_request(shell, "metadata").get("cellId"))


def execution_id(shell: InteractiveShell) -> str | None:
    """Which execution of its cell is running: another each time the cell is run."""
    return _text_or_none(_request(shell, "header").get("msg_id"))


def session_id(shell: InteractiveShell) -> str | None:
    """Which front-end asked to run it."""
    return _text_or_none(_request(shell, "header").get("session"))


def message_type(shell: InteractiveShell) -> str | None:
    """What it asks for: `execute_request` where a cell runs."""
    return _text_or_none(_request(shell, "header").get("msg_type"))


def _request(shell: InteractiveShell, part: str) -> dict[str, Any]:
    """A part of the message that asked the kernel to run the cell."""
    request: Any = shell.get_parent() if hasattr(shell, "get_parent") else None
    return (request or {}).get(part) or {}


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None
