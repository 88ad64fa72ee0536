"""A model and a question that stand in each other's place are noticed before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from nbchat import key_shapes
from nbchat.catalog.catalog import Catalog
from nbchat.errors import BadSettings, UnknownModel
from nbchat.messages import Message
from nbchat.wording import shorten

LONGEST_ID = 200  # characters; no name of a model is longer
LONGEST_SHOWN = 60  # characters of a question that are repeated


class HasCatalog(Protocol):
    """The settings, as far as names need them."""

    @property
    def catalog(self) -> Catalog: ...


def check_order(
    model: object, question: object, line: str, settings: Callable[[], HasCatalog]
) -> None:
    """Raise UnknownModel where the question names a model, and the model names none.

    `line` shows how to write it, with `{model}` and `{question}` in their places. The
    settings are only looked at where the question could be a name.
    """
    if not isinstance(question, str) or question.split() != [question[:LONGEST_ID]]:
        return
    with suppress(BadSettings):  # of a settings file; whoever answers will say so
        if is_swapped(model, question, settings().catalog):
            right = line.format(model=_quoted(question), question=_quoted(model))
            kind = _quoted(model) if isinstance(model, str) else f"a {type(model).__name__}"
            raise UnknownModel(
                f"{kind} is not the name of a model, but {_quoted(question)} is.\nWrite {right}."
            )


def is_swapped(model: object, question: str, catalog: Catalog) -> bool:
    """Whether only the question is the name of a model; never for what may be a key.

    >>> from nbchat.catalog.catalog import shipped
    >>> is_swapped("Why is the sky blue?", "kimi-k2.6", shipped())
    True
    >>> is_swapped("o3", "kimi-k2.6", shipped()), is_swapped("kimi-k2.6", "Hi", shipped())
    (False, False)
    """
    if not _may_be_question(model) or not catalog.leads(question):
        return False
    return not isinstance(model, str) or not (key_shapes.is_in(model) or catalog.leads(model))


def _may_be_question(model: object) -> bool:
    """Whether somebody may have meant it as a question: no None, and nothing that is empty."""
    if isinstance(model, str):
        return bool(model.strip())
    return isinstance(model, Message) or (isinstance(model, list | tuple) and bool(model))


def _quoted(words: object) -> str:
    """As it is written in Python; what is no text by a name that it could have."""
    if not isinstance(words, str):
        return "question"
    return json.dumps(shorten(" ".join(words.split()), LONGEST_SHOWN), ensure_ascii=False)
