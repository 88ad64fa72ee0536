"""What a notebook knows that a model can be shown; IPython is one host of it, a test another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol


class Notebook(Protocol):
    """A notebook, as far as questions need it."""

    @property
    def variables(self) -> Mapping[str, Any]:
        """All variables by name, the oldest first, as they are at this moment."""

    @property
    def hidden(self) -> Collection[str]:
        """Names that the notebook made and no person did: they can be used, but are not offered."""
