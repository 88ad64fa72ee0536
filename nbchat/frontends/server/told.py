"""An error in words for clients: without what helps in a cell, or on this machine, alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nbchat.catalog.lookup_errors import ORDER
from nbchat.errors import NbchatError, ServiceError, UnknownModel
from nbchat.frontends.server.places import without_known_places, without_places

WHERE_LISTED = "GET /v1/models lists those that can be asked."


def words_for_clients(error: NbchatError) -> str:
    """What happened. A sentence that leads to a command of a notebook is left out.

    >>> words_for_clients(UnknownModel("no model is called 'x'. All names:\\n%chat models all"))
    "no model is called 'x'. GET /v1/models lists those that can be asked."
    """
    if isinstance(error, ServiceError):  # in words of the provider's, which may run here
        return without_known_places(error.happened)
    words = without_places(error.happened).replace(ORDER, "").rstrip()
    if words.endswith(":"):
        sentences, end, _ = words.rpartition(". ")
        words = sentences + end.rstrip() if end else f"{words[:-1]}."
    return f"{words} {WHERE_LISTED}" if isinstance(error, UnknownModel) else words


@contextmanager
def told_to_clients() -> Iterator[None]:
    """Puts what is raised within into words for clients."""
    try:
        yield
    except NbchatError as error:
        error.args = (words_for_clients(error),)
        raise
