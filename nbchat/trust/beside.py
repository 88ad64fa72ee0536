"""The files beside the work, laid over what the user has decided.

Of the files of a kind in the working directory and above it two can count: the nearest one
that nobody has trusted, for what is harmless in it, and below it the nearest that the user has
trusted, for all of it. So a file cannot hide what the user has decided or trusts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbchat.catalog.catalog import Catalog
from nbchat.catalog.table_files import parse_table
from nbchat.catalog.user_tables import UserTables
from nbchat.errors import BadSettings
from nbchat.settings_file import (
    FILES,
    FileContent,
    OnFault,
    content_of,
    is_json,
    lay_files,
    places_upwards,
    raise_fault,
    usable_content,
)
from nbchat.settings_values import CELL_BUDGET, OWN_ALONE
from nbchat.trust.budgets import with_smaller_budgets
from nbchat.trust.found_file import FoundFile, read_found
from nbchat.trust.trusted_files import is_trusted, was_trusted
from nbchat.trust.untrusted import Harmless, keeps_values_back, read_untrusted
from nbchat.wording import TO_TRUST, written_out

CELLS = "context.cells"  # a setting


@dataclass(slots=True, frozen=True)
class FileState:
    """One file, and what is said of it."""

    file: FoundFile
    state: str  # as `%chat settings` says it
    line: str = ""  # for the user, once; empty where there is nothing to tell
    is_trusted: bool = False
    is_left_out: bool = False  # nothing of it counts, since it cannot be used
    without: frozenset[str] = frozenset()  # settings that would be others, were it trusted

    @property
    def key(self) -> str:
        """By which it is known that the line was told of this content."""
        return f"{self.file.path}:{self.file.digest}:{self.line}"


@dataclass(slots=True, frozen=True)
class Layers:
    """Values and tables, lower ones first; `origins` has the file of each value."""

    catalog: Catalog
    values: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    files: tuple[FileState, ...] = ()
    tables: tuple[UserTables, ...] = ()  # what the catalog has besides the shipped rows

    def with_values(self, values: Mapping[str, Any], tables: UserTables, origin: str) -> Layers:
        """These with what one more file says on top; its rows are in the catalog already."""
        origins = {**self.origins, **dict.fromkeys(values, origin)}
        return replace(
            self,
            values={**self.values, **values},
            origins=origins,
            tables=(*self.tables, tables),
        )

    def with_file(self, state: FileState) -> Layers:
        """These with one more file to speak of."""
        return replace(self, files=(*self.files, state))


@dataclass(slots=True)
class _Found:
    """The files of one kind that can count, and what is said of those that cannot."""

    trusted: FoundFile | None = None
    untrusted: FoundFile | None = None
    notes: tuple[FileState, ...] = ()


_laid: dict[tuple[tuple[Path, str], ...], tuple[Layers, Layers]] = {}  # below them, and with them


def lay_beside(below: Layers, start: Path | None = None, on_fault: OnFault = raise_fault) -> Layers:
    """What the files beside the work add to what is `below`: the user's own files.

    There is a fault only where a file that the user has trusted cannot be used.
    """
    kinds = [_find(start, name) for name in FILES]
    layers = below
    for kind in kinds:
        for note in kind.notes:
            layers = layers.with_file(note)
    trusted = tuple(kind.trusted for kind in kinds if kind.trusted)
    untrusted = [kind.untrusted for kind in kinds if kind.untrusted]
    layers = _lay_all(layers, trusted, untrusted, on_fault)
    for file in untrusted:
        layers = _lay(layers, (file,), is_trusted=False)
    return layers


def trusted_beside(start: Path) -> list[FoundFile]:
    """The files that the user has trusted, of those that count in a folder."""
    found = [_find(start, name).trusted for name in FILES]
    return [file for file in found if file]


def _find(start: Path | None, name: str) -> _Found:
    found = _Found()
    for place in places_upwards(start, name):
        file = read_found(place)
        if file is None:
            continue
        if file.trouble:
            found.notes += (_unusable(file, file.trouble),)
        elif is_trusted(file):
            found.trusted = file
            break
        elif file.doubt:
            found.notes += (_doubtful(file),)
        elif found.untrusted is None:
            found.untrusted = file
    return found


# --- trusted -------------------------------------------------------------------------------------


def _lay_all(
    layers: Layers,
    trusted: tuple[FoundFile, ...],
    untrusted: Sequence[FoundFile],
    on_fault: OnFault,
) -> Layers:
    """The layers with the trusted files on top.

    One that only lacks rows of a file that is not trusted is left out, with a line.
    """
    if not trusted:
        return layers
    try:
        return _lay(layers, trusted, is_trusted=True)
    except BadSettings as error:
        if len(trusted) == 1 and untrusted:
            (file,) = trusted
            others = {other.path.name for other in untrusted} - {file.path.name}
            if others and _is_read(file):
                return layers.with_file(_lacking(file, error, *others))
        on_fault(error)
    return _lay_what_fits(layers, trusted)


def _lay(layers: Layers, files: tuple[FoundFile, ...], *, is_trusted: bool) -> Layers:
    """The layers with these files on top; the same ones as the last time if nothing changed."""
    known = tuple((file.path, f"{is_trusted} {file.digest}") for file in files)
    if known in _laid:
        below, laid = _laid[known]
        if below.catalog is layers.catalog and below == layers:
            return laid
    laid = lay_trusted(layers, files) if is_trusted else _lay_untrusted(layers, *files)
    _laid[known] = layers, laid
    return laid


def lay_trusted(layers: Layers, files: Sequence[FoundFile]) -> Layers:
    """All that the files say. Raises BadSettings, naming file and field."""
    contents = [content_of_found(file) for file in files]
    return _with_contents(layers, files, contents, raise_fault)


def content_of_found(file: FoundFile) -> FileContent:
    """What the file means. Raises BadSettings, naming file and field."""
    return content_of(parse_table(file.content, file.path), file.path)


def _trusted(file: FoundFile, without: frozenset[str]) -> FileState:
    line = ""
    if without:
        names = ", ".join(sorted(without))
        line = (
            f"{file.shown_path} says {names}, which counts in your own files and in the "
            "environment alone; it was left out."
        )
    return FileState(file, "trusted", line, is_trusted=True, without=without)


def _lay_what_fits(layers: Layers, files: Sequence[FoundFile]) -> Layers:
    """What can be used of files that are trusted, and cannot be used as they are."""
    contents = [usable_content(file.content, file.path) for file in files]
    return _with_contents(layers, files, contents, lambda error: None)


def _with_contents(
    layers: Layers,
    files: Sequence[FoundFile],
    contents: Sequence[FileContent],
    on_fault: OnFault,
) -> Layers:
    rows = [content.tables for content in contents]
    catalog, tables = lay_files(rows, layers.catalog, on_fault)
    layers = replace(layers, catalog=catalog)
    for file, content, table in zip(files, contents, tables, strict=True):
        values = {name: content.values[name] for name in content.values if name not in OWN_ALONE}
        values = with_smaller_budgets(values, layers.values)
        layers = layers.with_values(values, table, file.shown_path)
        without = frozenset(content.values).intersection(OWN_ALONE)
        layers = layers.with_file(_trusted(file, without))
    return layers


def _is_read(file: FoundFile) -> bool:
    """Whether the file is right as far as it can be seen alone."""
    try:
        content_of_found(file)
    except BadSettings:
        return False
    return True


# --- not trusted ---------------------------------------------------------------------------------


def _lay_untrusted(layers: Layers, file: FoundFile) -> Layers:
    try:
        data = parse_table(file.content, file.path)
    except BadSettings as error:
        said = error.happened.removeprefix(f"{file.path}").rstrip(".")
        words = f"it {said.strip()}" if said[:1] == " " else said.removeprefix(":").strip()
        if not keeps_values_back(file.content):
            return layers.with_file(_unusable(file, written_out(words)))
        state = _unusable(file, f"{written_out(words)}; data counts as 'schema' until it is")
        values = {"data": "schema"}
        return layers.with_file(state).with_values(values, UserTables(), file.shown_path)
    harmless = read_untrusted(data, layers.catalog, is_json=is_json(file.path))
    state = FileState(file, "not trusted; nothing in it needs that")
    if harmless.left_out:
        state = _partly_used(file, harmless)
    unknown = {**layers.catalog.untrusted, **dict.fromkeys(harmless.unknown, file.shown_path)}
    catalog = replace(layers.catalog.merged(aliases=harmless.aliases), untrusted=unknown)
    rows = UserTables(aliases=harmless.aliases, origin=file.shown_path)
    layers = replace(layers, catalog=catalog).with_file(state)
    values = dict(harmless.values)
    usual = layers.values.get(CELLS, CELL_BUDGET)
    if values.get(CELLS, 0) > usual:  # it only ever has less sent
        del values[CELLS]
    values = with_smaller_budgets(values, layers.values)
    return layers.with_values(values, rows, file.shown_path)


def needs_trust(file: FoundFile, below: Layers) -> bool:
    """Whether anything in the file counts only when it is trusted, or what is wrong is not seen."""
    *_, state = _lay_untrusted(below, file).files
    return bool(state.line)


# --- what is said --------------------------------------------------------------------------------


def _partly_used(file: FoundFile, harmless: Harmless) -> FileState:
    left_out = ", ".join(harmless.left_out)
    state, line = "not trusted; left out: ", f"{file.shown_path} is not trusted; left out of it: "
    if was_trusted(file.path):
        state = "not trusted any more, since it has changed; left out: "
        line = f"{file.shown_path} is not trusted any more, since it has changed; left out of it: "
    return FileState(
        file,
        f"{state}{left_out}" + "; see %chat trust",
        f"{line}{left_out}. {TO_TRUST}.",
        without=frozenset(harmless.without),
    )


def _lacking(file: FoundFile, error: BadSettings, *others: str) -> FileState:
    where = " or ".join(others)
    why = written_out(error.happened) + f" Is it in {where}, which is not trusted?"
    return FileState(
        file,
        "trusted, but left out: " + why,
        f"{file.shown_path} is left out: " + f"{why} {TO_TRUST}.",
        is_trusted=True,
        is_left_out=True,
    )


def _doubtful(file: FoundFile) -> FileState:
    return FileState(
        file,
        f"ignored: {file.doubt}; see %chat trust",
        f"{file.shown_path} is ignored, since {file.doubt}." + f" {TO_TRUST}.",
    )


def _unusable(file: FoundFile, why: str) -> FileState:
    line = f"{file.shown_path} is ignored: {why}."
    return FileState(file, f"ignored: {why}", line, is_left_out=True)
