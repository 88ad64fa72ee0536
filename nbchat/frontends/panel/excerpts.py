"""Pieces of the notebook that a panel's question can take along: an error, cells, a file.

A person sees each before it is sent, and what was seen is what is sent: an excerpt is kept as
it was shown, with a mark that the page hands back. After each cell the page looks again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeAlias

from nbchat.context.cells import Cell
from nbchat.context.classes import class_name
from nbchat.context.excerpts import Excerpt
from nbchat.context.last_error import Failure
from nbchat.context.notebook import Notebook
from nbchat.context.pictures import LARGEST_PICTURE
from nbchat.context.shown import Shown, block
from nbchat.context.values import label
from nbchat.errors import BadSettings
from nbchat.frontends.panel import folder, offers
from nbchat.messages import File, Image
from nbchat.settings import Settings
from nbchat.settings_values import CELL_BUDGET

Of = Literal["error", "cells", "cell", "file"]
Make: TypeAlias = "Callable[[Notebook, str, Settings], Excerpt]"

MOST_KEPT = 24  # excerpts as they were shown, of one panel
ALL = 0  # cells: as many as there is room for
LONGEST_FILE = 50_000  # characters of a text that are sent


class Excerpts:
    """What one panel has shown of its notebook, as it was shown the last time."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self._kept: dict[tuple[str, str], tuple[str, Excerpt]] = {}

    def look(self, of: Of, name: str, settings: Settings) -> tuple[str, Excerpt]:
        """An excerpt as it is now, and its mark; without text where there is nothing to send."""
        excerpt = MAKERS[of](self._notebook, name, settings)
        mark = _mark(excerpt)
        self._kept.pop((of, name), None)
        self._kept[of, name] = mark, excerpt
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return mark, excerpt

    def shown(self, of: Of, name: str, settings: Settings) -> Excerpt:
        """An excerpt as it was shown."""
        kept = self._kept.get((of, name))
        return kept[1] if kept else self.look(of, name, settings)[1]

    def take(self, wanted: Iterable[tuple[Of, str, str]], settings: Settings) -> list[Excerpt]:
        """These as they were shown; what was never shown, as it is now.

        Raises BadSettings where something else has been shown since, such as in another view.
        """
        taken = []
        for of, name, mark in wanted:
            kept = self._kept.get((of, name))
            now = kept if kept and kept[0] == mark else self.look(of, name, settings)
            if mark and now[0] != mark:
                raise BadSettings(
                    f"{now[1].label or name or of} has changed since it was shown. "
                    "Look at it, and send the question again."
                )
            taken.append(now[1])
        return taken

    def offered(self) -> dict[str, Any]:
        """What the page can offer by a button: the last error's name, and how many cells ran."""
        failure = self._notebook.failure if _borrowed(*_ERROR) else None
        cells = offers.numbered(self._notebook) if _borrowed(*_CELLS) else ()
        return {"error": _error_name(failure), "cells": len(cells)}


def _mark(excerpt: Excerpt) -> str:
    """What tells an excerpt from any other."""
    digest = sha256(f"{excerpt.label}\0{excerpt.text}".encode("utf-8", "surrogatepass"))
    for image in excerpt.images:
        digest.update(image.data)
    return digest.hexdigest()[:32]


# --- who makes them ------------------------------------------------------------------------------

_ERROR = (("nbchat.context.error_questions", "nbchat.context.last_error"), "error_excerpt")
_CELLS = (("nbchat.context.cells_above",), "cells_above")


def _borrowed(modules: Sequence[str], name: str) -> Callable[..., Excerpt] | None:
    for module in modules:
        try:
            found: Callable[..., Excerpt] | None = getattr(import_module(module), name, None)
        except ModuleNotFoundError:
            continue
        if found:
            return found
    return None


def _error(notebook: Notebook, name: str, settings: Settings) -> Excerpt:
    make = _borrowed(*_ERROR)
    if make is None or notebook.failure is None:
        return Excerpt("", "no error any more")
    return make(notebook, data=settings.data)


def _cells(notebook: Notebook, name: str, settings: Settings) -> Excerpt:
    make = _borrowed(*_CELLS)
    if make is None or not offers.numbered(notebook):
        return Excerpt("", "no cells that have run")
    return make(notebook, ALL, budget=CELL_BUDGET, images=True, data=settings.data, turns=())


def _cell(notebook: Notebook, name: str, settings: Settings) -> Excerpt:
    cell = offers.numbered(notebook).get(int(name))
    make = _borrowed(*_CELLS)
    if make is None or cell is None:
        return Excerpt("", f"there is no In[{name}] any more")
    one = _OneCell(notebook, cell)
    made = make(one, 1, budget=CELL_BUDGET, images=True, data=settings.data, turns=())
    size = made.label.partition(" (")[2]
    return Excerpt(made.text, f"In[{name}] ({size}" if size else f"In[{name}]", made.images)


def _file(notebook: Notebook, name: str, settings: Settings) -> Excerpt:
    path = folder.find_file(notebook.folder, name)
    if path is None:
        return Excerpt("", f"there is no file {name} here")
    if settings.data == "schema":
        return Excerpt("", f"{name} is not sent: the settings keep values back")
    try:
        shown = _read(path, name)
    except OSError as error:
        shown = Shown(refusal=f"{name} cannot be read: {error.strerror}")
    text = block(name, shown) if shown.text else ""
    return Excerpt(text, label(name, shown, shown.text), shown.attached)


MAKERS: dict[str, Make] = {"error": _error, "cells": _cells, "cell": _cell, "file": _file}


def _error_name(failure: Failure | None) -> str:
    if failure is None:
        return ""
    return class_name(failure.error) if failure.error is not None else "error"


def _read(path: Path, name: str) -> Shown:
    """A file as it is sent: a picture and a PDF as such, anything else as text."""
    with path.open("rb") as file:
        data = file.read(LARGEST_PICTURE + 1)
    if len(data) > LARGEST_PICTURE:
        return Shown(refusal=f"{name} is too large to be sent")
    kind = folder.suffix(name)
    if kind == "pdf":
        return Shown("file", attached=(File(data, name=path.name),))
    if kind in folder.IMAGES:
        return Shown("image", attached=(Image(data),))
    text = data.decode("utf-8", "replace")
    if "\0" in text:
        return Shown(refusal=f"{name} is no text")
    if len(text) <= LONGEST_FILE:
        return Shown("file", text, kind)
    facts = (f"the first {LONGEST_FILE:,} of {len(text):,} characters",)
    return Shown(f"file, {facts[0]}", text[:LONGEST_FILE], kind, facts)


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
