"""IPython as the notebook that a model is shown. The panel and the magics both ask here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


class IPythonNotebook:
    """The variables of a shell; none of them where there is no shell."""

    def __init__(self, shell: InteractiveShell | None) -> None:
        self._shell = shell

    @property
    def variables(self) -> Mapping[str, Any]:
        """All variables, as they are now: a copy, since a cell may be running on another thread."""
        return dict(self._shell.user_ns) if self._shell else {}

    @property
    def hidden(self) -> Collection[str]:
        """What IPython itself has put among the variables."""
        return self._shell.user_ns_hidden if self._shell else ()
