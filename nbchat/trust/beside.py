"""The files beside the work, laid over what the user has decided.

Of the files in the working directory and above it two can count: the nearest one that
nobody has trusted, for what is harmless in it, and below it the nearest that the user has
trusted, for all of it. So a file cannot hide what the user has decided or trusts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbchat.catalog.catalog import Catalog
from nbchat.catalog.table_files import parse_table
from nbchat.errors import BadSettings
from nbchat.settings_file import content_of, places_upwards
from nbchat.trust.found_file import FoundFile, read_found
from nbchat.trust.trusted_files import is_trusted, was_trusted
from nbchat.trust.untrusted import Harmless, read_untrusted
from nbchat.wording import TO_TRUST, first_line, written_out


@dataclass(slots=True, frozen=True)
class FileState:
    """One file, and what is said of it."""

    file: FoundFile
    state: str  # as `%chat settings` says it
    line: str = ""  # for the user, once; empty where there is nothing to tell

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

    def with_values(self, values: Mapping[str, Any], catalog: Catalog, state: FileState) -> Layers:
        """These with one more on top."""
        origin = dict.fromkeys(values, state.file.shown_path)
        return Layers(
            catalog, {**self.values, **values}, {**self.origins, **origin}, (*self.files, state)
        )

    def with_note(self, state: FileState) -> Layers:
        """These with a file of which nothing counts."""
        return replace(self, files=(*self.files, state))


_laid: dict[tuple[Path, str], tuple[Layers, Layers]] = {}  # by file: below it, and with it


def lay_beside(own: Catalog, start: Path | None = None) -> Layers:
    """What the files beside the work add to the user's own table.

    Raises BadSettings only where a file that the user has trusted cannot be used.
    """
    layers = Layers(own)
    trusted: FoundFile | None = None
    untrusted: FoundFile | None = None
    for file in _found(start):
        if file.trouble:
            layers = layers.with_note(_unusable(file, file.trouble))
        elif is_trusted(file):
            trusted = file
            break
        elif file.doubt:
            layers = layers.with_note(_doubtful(file))
        elif untrusted is None:
            untrusted = file
    if trusted:
        layers = _lay(layers, trusted, is_trusted=True)
    if untrusted:
        layers = _lay(layers, untrusted, is_trusted=False)
    return layers


def _found(start: Path | None) -> Iterator[FoundFile]:
    for place in places_upwards(start):
        file = read_found(place)
        if file is not None:
            yield file


def _lay(layers: Layers, file: FoundFile, *, is_trusted: bool) -> Layers:
    """The layers with this file on top; the same ones as the last time where nothing changed."""
    known = (file.path, f"{is_trusted} {file.digest}")
    if known in _laid:
        below, laid = _laid[known]
        if below.catalog is layers.catalog and below == layers:
            return laid
    laid = lay_trusted(layers, file) if is_trusted else _lay_untrusted(layers, file)
    _laid[known] = layers, laid
    return laid


def lay_trusted(layers: Layers, file: FoundFile) -> Layers:
    """All that the file says. Raises BadSettings, naming file and field."""
    content = content_of(parse_table(file.content, file.path), file.path)
    catalog = content.tables.over(layers.catalog)
    return layers.with_values(content.values, catalog, FileState(file, "trusted"))


def _lay_untrusted(layers: Layers, file: FoundFile) -> Layers:
    try:
        data = parse_table(file.content, file.path)
    except BadSettings as error:
        said = first_line(error).removeprefix(f"{file.path} ").rstrip(".")
        return layers.with_note(_unusable(file, f"it {written_out(said)}"))
    harmless = read_untrusted(data, layers.catalog)
    state = FileState(file, "not trusted; nothing in it needs that")
    if harmless.left_out:
        state = _partly_used(file, harmless)
    unknown = {**layers.catalog.untrusted, **dict.fromkeys(harmless.unknown, file.shown_path)}
    catalog = replace(layers.catalog.merged(aliases=harmless.aliases), untrusted=unknown)
    return layers.with_values(harmless.values, catalog, state)


def needs_trust(file: FoundFile, below: Layers) -> bool:
    """Whether anything in the file counts only when it is trusted, or what is wrong is not seen."""
    *_, state = _lay_untrusted(below, file).files
    return bool(state.line)


# --- what is said --------------------------------------------------------------------------------


def _partly_used(file: FoundFile, harmless: Harmless) -> FileState:
    left_out = ", ".join(harmless.left_out)
    changed = " any more, since it has changed" if was_trusted(file.path) else ""
    return FileState(
        file,
        f"not trusted{changed}; left out: {left_out}; see %chat trust",
        f"{file.shown_path} is not trusted{changed}; left out of it: {left_out}. {TO_TRUST}.",
    )


def _doubtful(file: FoundFile) -> FileState:
    return FileState(
        file,
        f"ignored: {file.doubt}; see %chat trust",
        f"{file.shown_path} is ignored, since {file.doubt}. {TO_TRUST}.",
    )


def _unusable(file: FoundFile, why: str) -> FileState:
    return FileState(file, f"ignored: {why}", f"{file.shown_path} is ignored: {why}.")
