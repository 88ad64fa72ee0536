"""What holds for a family of models, whoever serves them.

ADD A FAMILY: a row in families.json. What a provider's row or a model's says goes over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase, translate
from functools import cache

from nbchat.catalog.rows import ModelProfile, Provider, Quirks, Row


class Family(Row):
    """Models known by a pattern of their ids, which are compared in small letters."""

    name: str
    ids: tuple[str, ...]
    wires: tuple[str, ...] = ()  # the formats over which the quirks hold; none named: over all
    thinking: str = ""  # the thinking table, where all hosts are told alike
    quirks: Quirks = Quirks()
    source: str = ""


def family_of(families: Iterable[Family], sent_id: str) -> Family | None:
    """The first family that the id belongs to.

    >>> gemma = Family(name="Gemma", ids=("*gemma*",))
    >>> family_of([gemma], "google/Gemma-3-27B-it").name
    'Gemma'
    """
    wanted = sent_id.lower()
    for family in families:
        if _any_of(family.ids).match(wanted):
            return family
    return None


@cache  # every request is matched with all families
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)) or r"(?!)")


def quirks_over(family: Family | None, wire: str) -> Quirks:
    """The family's quirks over that format; the format itself where it has none there."""
    if family is None or (family.wires and wire not in family.wires):
        return Quirks()
    return family.quirks


def providers_family(provider: Provider, sent_id: str) -> ModelProfile:
    """The first of the provider's own families whose pattern the id matches."""
    for pattern, profile in provider.families.items():
        if fnmatchcase(sent_id, pattern):
            return profile
    return ModelProfile()


def laid_over(layers: Sequence[Quirks]) -> Quirks:
    """The quirks of all layers, those of the last uppermost.

    >>> laid_over([Quirks(files=True), Quirks(seed_field="random_seed")]).files
    True
    """
    saying = [layer for layer in layers if layer.model_fields_set]
    if len(saying) == 1:
        return saying[0]
    said = {}
    for layer in saying:
        said.update({name: getattr(layer, name) for name in layer.model_fields_set})
    return Quirks(**said)
