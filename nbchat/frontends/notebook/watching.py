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
    opened.open(static=_is_static(shell))
    return opened


def _is_static(shell: InteractiveShell) -> bool:
    """Whether nobody watches: one output is left, and nothing is stored."""
    display = runtime.current().settings().display
    if display is not None:
        return display == "static"
    # nbclient, nbval and papermill ask with allow_stdin=False, JupyterLab and VS Code with True.
    return not getattr(getattr(shell, "kernel", None), "_allow_stdin", True)
