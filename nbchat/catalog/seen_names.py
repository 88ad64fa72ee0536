"""The models that have answered in this process, or were listed: by the id that a footer shows.

A footer names a model without its provider. Whoever types that name is told the whole one.
"""

from __future__ import annotations

from collections.abc import Iterator

MOST = 2000  # ids; a name that is misspelt is compared with each

_providers: dict[str, dict[str, None]] = {}  # by the id; the last one to be seen is the last


def note(kind: str, id: str) -> None:
    """A person may have seen this model of a provider."""
    kinds = _providers.pop(id, {})
    kinds.pop(kind, None)
    _providers[id] = {**kinds, kind: None}
    while len(_providers) > MOST:
        del _providers[next(iter(_providers))]


def pairs() -> Iterator[tuple[str, str]]:
    """Provider and id of each, those that were seen last first."""
    for id, kinds in reversed([*_providers.items()]):
        for kind in reversed([*kinds]):
            yield kind, id


def forget() -> None:
    """As in a process that has asked nobody."""
    _providers.clear()
