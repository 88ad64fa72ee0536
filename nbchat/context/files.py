"""A file or a folder that a path names: a picture and a PDF as they are, a text in a fence.

Only ordinary files are opened; a pipe or a device could wait for ever. `~` is not expanded.
"""

from __future__ import annotations

import codecs
import json
import os
import stat
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from nbchat.context.asking import asking
from nbchat.context.bounded import LONGEST_VALUE, cut_end, size_text
from nbchat.context.classes import is_a
from nbchat.context.forms import Form
from nbchat.context.plain import one_of, without_value
from nbchat.context.shown import Shown
from nbchat.media_types import PDF, SHOWN, media_type_of
from nbchat.messages import File, Image
from nbchat.wording import written_out

LARGEST_PICTURE = 8_000_000  # bytes; providers take 5 to 20 MB for a whole request
LARGEST_PDF = 20_000_000  # bytes
LARGEST_NOTEBOOK = 20_000_000  # bytes, with its pictures, of which none is sent
MOST_NAMES = 200  # in a folder that are listed
MOST_ENTRIES = 10_000  # in a folder that are counted
FIRST_BYTES = 64  # say what kind of file it is

_BYTES = 4  # of the longest character
_LANGUAGES = {
    **{".py": "python", ".pyi": "python", ".ipynb": "python", ".csv": "csv", ".tsv": "csv"},
    **{".md": "markdown", ".json": "json", ".sql": "sql", ".r": "r", ".jl": "julia"},
    **{".toml": "toml", ".yaml": "yaml", ".yml": "yaml", ".js": "javascript", ".sh": "bash"},
    **{".html": "html", ".xml": "xml", ".svg": "xml", ".css": "css", ".tex": "latex"},
}
_BYTE_ORDER = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"))


def show_path(name: str, value: object, form: Form) -> Shown | None:
    """A `Path` as what it leads to; a pure one names no file here, and is text."""
    if not is_a(value, Path):
        return None
    with asking("its path"):
        path = str.__str__(PurePath.__str__(value))
    with asking("reading the file"):
        return show_file(name, path, form)


def show_file(name: str, path: str | Path, form: Form) -> Shown:
    """What a path leads to, or why nothing of it is sent."""
    path = os.fspath(path)
    title = written_out(os.path.basename(path.rstrip("/\\")) or path)
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        if form.kind == "schema":
            return without_value(name, "path")
        return one_of("path", path, ("no such file",))
    try:
        if stat.S_ISDIR(found.st_mode):
            return _folder(name, path, title, form)
        if stat.S_ISREG(found.st_mode):
            return _file(name, path, title, form)
    except OSError as error:
        return Shown(refusal=f"{name} is not sent: {title} cannot be read ({error.strerror})")
    return Shown(refusal=f"{name} is not sent: {title} is no ordinary file")


def _folder(name: str, path: str, title: str, form: Form) -> Shown:
    with os.scandir(path) as entries:
        found = [*islice(entries, MOST_ENTRIES)]
    count = f"{len(found):,} entries"
    if len(found) == MOST_ENTRIES:
        count = f"at least {count}"
    if form.kind == "schema":  # the name of a file is a value, too
        return without_value(name, f"folder, {count}")
    kind = f"folder {title}, {count}"
    most = form.rows if form.kind == "rows" else MOST_NAMES
    names = sorted(entry.name + ("/" if entry.is_dir() else "") for entry in found)
    lines = [written_out(entry) for entry in names[:most]]
    if len(names) > most:
        lines.append(f"… ({most:,} of {len(names):,} entries)")
    return Shown(kind, cut_end("\n".join(lines)), facts=(count,))


def _file(name: str, path: str, title: str, form: Form) -> Shown:
    with open(path, "rb", opener=_open_at_once) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):  # it was another one a moment ago
            return Shown(refusal=f"{name} is not sent: {title} is no ordinary file")
        size = found.st_size
        if form.kind == "schema":
            return without_value(name, f"file, {size_text(size)}")
        kind = f"file {title}, {size_text(size)}"
        beginning = file.read(FIRST_BYTES)
        media_type = media_type_of(beginning)
        if media_type in (*SHOWN, PDF):
            largest = LARGEST_PDF if media_type == PDF else LARGEST_PICTURE
            if size > largest:
                return Shown(refusal=_too_large(name, title, size, largest))
            return _attached(title, beginning + file.read(largest), media_type)
        if media_type:
            why = f"{title} is of the kind {media_type}; save it as PNG"
            return Shown(refusal=f"{name} is not sent: {why}")
        is_notebook = path.endswith(".ipynb") and size <= LARGEST_NOTEBOOK
        most = LARGEST_NOTEBOOK if is_notebook else LONGEST_VALUE * _BYTES
        text = _decoded(beginning + file.read(most))
    if text is None:
        return Shown(refusal=f"{name} is not sent: {title} is no text, no picture and no PDF")
    if is_notebook:
        text = _cells(text)
    return _text(kind, path, text, size, form)


def _open_at_once(path: str, flags: int) -> int:
    """Wait for nobody: what was a file may be a pipe by now."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))


def _too_large(name: str, title: str, size: int, largest: int) -> str:
    can = f"{size_text(largest)} can be sent"
    return f"{name} is not sent: {title} has {size_text(size)}, and {can}"


def _attached(title: str, data: bytes, media_type: str) -> Shown:
    facts = (title, size_text(len(data)))
    if media_type == PDF:
        return Shown("PDF", facts=facts, attached=(File(data, name=title),))
    return Shown("image", facts=("image", *facts), attached=(Image(data, media_type),))


def _decoded(data: bytes) -> str | None:
    """The bytes as text, but for a character that is cut at their end; None where they are none."""
    encoding = "utf-8"
    for mark, meant in _BYTE_ORDER:
        if data.startswith(mark):
            encoding = meant
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text.replace("\r\n", "\n")


def _text(kind: str, path: str, text: str, size: int, form: Form) -> Shown:
    facts = [size_text(size)]
    if form.kind == "rows":
        lines = text.splitlines(keepends=True)
        if len(lines) > form.rows:
            facts.append(f"first {form.rows:,} lines")
        text = "".join(lines[: form.rows])
    if len(text) > LONGEST_VALUE:
        facts.append(f"first {LONGEST_VALUE:,} characters")
        text = f"{cut_end(text).rpartition('… (')[0]}… (cut after {LONGEST_VALUE:,} characters)"
    language = _LANGUAGES.get(os.path.splitext(path)[1].lower(), "")
    return Shown(kind, text or "(empty)", language, tuple(facts))


def _cells(text: str) -> str:
    """The cells of a notebook, without what they showed; the text itself where it is none."""
    try:
        cells: list[dict[str, Any]] = json.loads(text)["cells"]
        sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        return text
    return "\n\n".join(
        f"# %%\n{source}" if kind == "code" else f"# %% [{kind}]\n{source}"
        for kind, source in sources
    )
