"""Whether anybody watches the cells of a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbchat import runtime

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.runtime import Runtime


def open_runtime(shell: InteractiveShell) -> Runtime:
    """This kernel's runtime, told whether anybody watches this shell."""
    opened = runtime.current()
    opened.open(static=is_static(shell), watched=can_answer(shell))
    return opened


def is_static(shell: InteractiveShell) -> bool:
    """Whether what is shown here is one output and nothing before it."""
    display = runtime.current().usable_settings().display
    return not can_answer(shell) if display is None else display == "static"


def can_answer(shell: InteractiveShell) -> bool:
    """Whether a person watches, who could be asked something.

    `nbchat.store.notebook_path` says how that is known.
    """
    return bool(getattr(getattr(shell, "kernel", None), "_allow_stdin", True))
