"""IPython as the notebook that a model is shown. The panel and the magics both ask here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


_locals: ContextVar[Mapping[str, Any] | None] = ContextVar("locals", default=None)


@contextmanager
def locals_first(names: Mapping[str, Any] | None) -> Iterator[None]:
    """Inside, the variables of the function that runs a line go before the notebook's."""
    token = _locals.set(names)
    try:
        yield
    finally:
        _locals.reset(token)


class IPythonNotebook:
    """The variables of a shell; none of them where there is no shell."""

    def __init__(self, shell: InteractiveShell | None) -> None:
        self._shell = shell

    @property
    def variables(self) -> Mapping[str, Any]:
        """All variables, as they are now: a copy, since a cell may be running on another thread."""
        if not self._shell:
            return {}
        names = _locals.get()
        if names is None or names is self._shell.user_ns:
            return dict(self._shell.user_ns)
        return {**self._shell.user_ns, **names}

    @property
    def hidden(self) -> Collection[str]:
        """What IPython itself has put among the variables."""
        return self._shell.user_ns_hidden if self._shell else ()
