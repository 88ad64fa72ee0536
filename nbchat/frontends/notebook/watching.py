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
    watched = can_answer(shell)
    display = opened.usable_settings().display
    static = not watched if display is None else display == "static"
    opened.open(static=static, watched=watched)
    return opened


def can_answer(shell: InteractiveShell) -> bool:
    """Whether a person watches, who could be asked something.

    `nbchat.store.notebook_path` says how that is known.
    """
    return bool(getattr(getattr(shell, "kernel", None), "_allow_stdin", True))
