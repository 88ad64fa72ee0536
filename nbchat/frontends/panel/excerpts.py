"""Pieces of the notebook that a panel's question can take along: an error, cells, a file.

A person sees each before it is sent, and what was seen is what is sent: an excerpt is kept as
it was shown, with a mark that the page hands back. After each cell the page looks again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TypeAlias

from nbchat import runtime
from nbchat.context import folder
from nbchat.context.cells import Cell
from nbchat.context.cells_above import ALL, cells_above
from nbchat.context.classes import class_name
from nbchat.context.error_questions import error_excerpt
from nbchat.context.excerpts import Excerpt
from nbchat.context.files import show_file
from nbchat.context.forms import Form
from nbchat.context.last_error import Failure
from nbchat.context.notebook import Notebook
from nbchat.context.shown import block
from nbchat.context.values import label
from nbchat.conversation.conversation import Conversation
from nbchat.conversation.window import reads_images
from nbchat.errors import BadSettings, NbchatError
from nbchat.frontends.panel import offers
from nbchat.frontends.panel.next_model import next_model
from nbchat.languages import translated
from nbchat.settings import Settings
from nbchat.settings_values import CELL_BUDGET, Data

Of = Literal["error", "cells", "cell", "file"]
Make: TypeAlias = "Callable[[Notebook, str, Asked], Excerpt]"

MOST_KEPT = 24  # excerpts as they were shown, of one panel


@dataclass(slots=True, frozen=True)
class Asked:
    """What an excerpt depends on besides the notebook: where it is to be asked, and how much."""

    conversation: Conversation
    settings: Settings | None  # None where they cannot be read, and nothing is sent

    @property
    def data(self) -> Data:
        return self.settings.data if self.settings else "schema"

    @property
    def sees_images(self) -> bool:
        """Whether the model that would be asked reads images, as far as is known."""
        row = None
        with suppress(NbchatError):
            if self.settings:
                row = self.settings.catalog.find(next_model(self.conversation)).model
        return reads_images(row)


class Excerpts:
    """What one panel has shown of its notebook, as it was shown the last time."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self._kept: dict[tuple[str, str], tuple[str, Excerpt]] = {}
        self._data: Data = "brief"  # how much of the values may be in what is kept

    def look(self, of: Of, name: str, asked: Asked) -> tuple[str, Excerpt]:
        """An excerpt as it is now, and its mark; without text where there is nothing to send."""
        self._forget_values(asked.data)
        excerpt = MAKERS[of](self._notebook, name, asked)
        mark = _mark(excerpt)
        self._kept.pop((of, name), None)
        self._kept[of, name] = mark, excerpt
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return mark, excerpt

    def shown(self, of: Of, name: str, asked: Asked) -> Excerpt:
        """An excerpt as it was shown."""
        self._forget_values(asked.data)
        kept = self._kept.get((of, name))
        return kept[1] if kept else self.look(of, name, asked)[1]

    def take(self, wanted: Iterable[tuple[Of, str, str]], asked: Asked) -> list[Excerpt]:
        """These as they were shown; what was never shown, as it is now.

        Raises BadSettings where something else has been shown since, such as in another view.
        """
        self._forget_values(asked.data)
        taken = []
        for of, name, mark in wanted:
            kept = self._kept.get((of, name))
            now = kept if kept and kept[0] == mark else self.look(of, name, asked)
            if mark and now[0] != mark:
                raise BadSettings(
                    f"{now[1].label or name or of} has changed since it was shown. "
                    "Look at it, and send the question again."
                )
            taken.append(now[1])
        return taken

    def _forget_values(self, data: Data) -> None:
        """Where the settings allow another amount of values by now, what was shown is no more."""
        if data != self._data:
            self._kept.clear()
            self._data = data

    def offered(self) -> dict[str, Any]:
        """What the page can offer by a button.

        The last error's name, how many cells ran, and DataFrames by their names.
        """
        notebook = self._notebook
        return {
            "error": _error_name(notebook.failure),
            "cells": len(offers.numbered(notebook)),
            "frames": offers.frames(notebook.variables, notebook.hidden),
        }


def _mark(excerpt: Excerpt) -> str:
    """What tells an excerpt from any other."""
    digest = sha256(f"{excerpt.label}\0{excerpt.text}".encode("utf-8", "surrogatepass"))
    for image in excerpt.images:
        digest.update(image.data)
    return digest.hexdigest()[:32]


# --- who makes them ------------------------------------------------------------------------------


def _error(notebook: Notebook, name: str, asked: Asked) -> Excerpt:
    if notebook.failure is None:
        return Excerpt("", "no error any more")
    return error_excerpt(notebook, data=asked.data)


def _cells(notebook: Notebook, name: str, asked: Asked) -> Excerpt:
    return _told(notebook, ALL, asked)


def _cell(notebook: Notebook, name: str, asked: Asked) -> Excerpt:
    cell = offers.numbered(notebook).get(int(name))
    if cell is None:
        return Excerpt("", f"there is no In[{name}] to send")
    told = _told(_OneCell(notebook, cell), 1, asked)
    facts = told.label.partition(" (")[2]
    return replace(told, label=f"In[{name}] ({facts}" if facts else f"In[{name}]: nothing to send")


def _told(notebook: Notebook, count: int, asked: Asked) -> Excerpt:
    return cells_above(
        notebook,
        count,
        budget=asked.settings.cell_budget if asked.settings else CELL_BUDGET,
        images=asked.sees_images,
        data=asked.data,
        turns=runtime.current().turns,
        sent=[turn.id for turn in asked.conversation.turns],
    )


def _file(notebook: Notebook, name: str, asked: Asked) -> Excerpt:
    path = folder.find_file(notebook.folder, name)
    if path is None:
        return Excerpt("", f"there is no file {name} here")
    shown = show_file(name, path, Form().within(asked.data))
    text = block(name, shown) if shown.text else ""
    return Excerpt(text, label(name, shown), shown.attached)


MAKERS: dict[str, Make] = {"error": _error, "cells": _cells, "cell": _cell, "file": _file}


def _error_name(failure: Failure | None) -> str:
    if failure is None:
        return ""
    return class_name(failure.error) if failure.error is not None else translated("error")


class _OneCell:
    """A notebook of which one cell is seen."""

    pinned_cells: Collection[int] = ()
    failure = None

    def __init__(self, notebook: Notebook, cell: Cell) -> None:
        self._notebook = notebook
        self.cells: Sequence[Cell] = (cell,)

    @property
    def variables(self) -> Mapping[str, Any]:
        return self._notebook.variables

    @property
    def hidden(self) -> Collection[str]:
        return self._notebook.hidden

    @property
    def hidden_cells(self) -> Collection[int]:
        return self._notebook.hidden_cells

    @property
    def saved_cells(self) -> Sequence[str]:
        return self._notebook.saved_cells

    @property
    def folder(self) -> Path:
        return self._notebook.folder
