"""Conversations as files: Markdown to read, a notebook to run again, JSON that comes back in.

What comes in is somebody's file, so sizes, types and depth are checked and nothing
in it is run. Only the current branch goes out: what was taken back is not shared.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nbchat.conversation.default_model import leads_back
from nbchat.conversation.whole_file import at_home, write_whole
from nbchat.errors import BadFile, BadSettings
from nbchat.events import Answer
from nbchat.invisible import INVISIBLE
from nbchat.messages import Image
from nbchat.render.characters import readable, undisguised, unmasked
from nbchat.settings import Settings
from nbchat.store.reading import read_json, read_turn, wrong_field
from nbchat.store.stored_turn import answer_fields, question_fields
from nbchat.turns import Turn

FORMAT = "nbchat-conversation"
VERSION = 2
LARGEST_IMPORT = 100_000_000  # bytes of a file that comes in
MOST_TURNS = 10_000
# Of use in this notebook alone. So is, in files of version 1, what the provider wants back.
# A file does not say what was typed, either: it could show other words than are sent.
PRIVATE = ("cell", "execution", "sent", "typed", "waiting", "kept")
_UNSEEN = re.compile(f"[\x7f-\x9f]|{INVISIBLE.pattern}")
Output = Callable[[Turn], dict[str, Any]]  # the MIME bundle of an answer


class Exportable(Protocol):
    """What of a conversation goes into a file."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def system(self) -> str | None: ...
    @property
    def turns(self) -> list[Turn]: ...


def write_export(
    conversation: Exportable, path: Path, output: Output | None = None, *, overwrite: bool = True
) -> Path:
    """Write the current branch in the format that the file's name asks for."""
    path = at_home(path)
    if path.suffix == ".json":
        text = as_json(conversation)
    elif path.suffix == ".ipynb":
        text = as_notebook(conversation, output or _bundle)
    elif path.suffix in ("", ".md", ".markdown", ".txt"):
        text = as_markdown(conversation)
    else:
        raise BadFile(
            "a conversation is written as Markdown (.md), JSON (.json) or a notebook (.ipynb), "
            f"not as {path.suffix}."
        )
    write_whole(path, text, overwrite=overwrite)
    return path


# --- out ----------------------------------------------------------------------------------------


def as_markdown(conversation: Exportable) -> str:
    """Questions and answers under headings; a remark where an answer is not whole.

    It shows what a page of ours would, whoever renders it: nothing is loaded, nothing hides.
    """
    from nbchat.render.answer_body import body_markdown
    from nbchat.render.markdown.source import joined, safe_source
    from nbchat.render.pictures import picture_markdown

    parts = []
    pictures: dict[str, str] = {}  # by what stands in their places while all is joined

    def place_of(picture: Image) -> str:
        place = f"nbchat-picture-{len(pictures) + 1}"
        pictures[place] = picture_markdown(picture)
        return place

    for turn in conversation.turns:
        remark = {
            "interrupted": "stopped",
            "broken": "broke off",
            "length": "cut by the length limit",
        }.get(turn.answer.stop.reason)
        parts += [
            "## You",
            safe_source(turn.question.text),
            f"## {safe_source(turn.answer.model)}",
            *body_markdown(turn.answer, place_of),
        ]
        parts += [f"*({remark}: {safe_source(turn.answer.stop.detail)})*"] if remark else []
    text = joined(parts) + "\n"
    for place, picture in pictures.items():
        text = text.replace(place, picture, 1)
    return text


def as_json(conversation: Exportable) -> str:
    """All there is of the branch but for what is private to this notebook.

    The words stand there once more as one text, for whoever reads the file. Nothing is left
    out of them: what a terminal would obey, and what nobody sees, is there as JSON's escapes.
    """
    turns = [
        _public(question_fields(turn) | answer_fields(turn))
        | {"answer": turn.answer.text, "thought": turn.answer.thought}
        for turn in conversation.turns
    ]
    head = {
        "format": FORMAT,
        "version": VERSION,
        "name": conversation.name,
        "title": conversation.title,
    }
    whole = {**head, "system": conversation.system, "turns": turns}
    return _escape_unseen(json.dumps(whole, ensure_ascii=False, indent=1)) + "\n"


def _escape_unseen(text: str) -> str:
    """The same JSON; all that its strings hold of these characters, and nothing else does."""
    return _UNSEEN.sub(lambda match: json.dumps(match[0])[1:-1], text)


def _public(row: dict[str, Any]) -> dict[str, Any]:
    """The row of a turn without what is of use in this notebook, and to its provider, alone."""
    row = {name: value for name, value in row.items() if name not in PRIVATE}
    if isinstance(row.get("parts"), list):
        row["parts"] = [_without_state(part) for part in row["parts"] if not _is_hidden(part)]
    return row


def _without_words(row: dict[str, Any]) -> dict[str, Any]:
    """The row of a turn without the words that its parts hold; version 1 had no parts."""
    if "parts" not in row:
        return row
    return {name: value for name, value in row.items() if name not in ("answer", "thought")}


def _without_state(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    return {name: value for name, value in part.items() if name != "state"}


def _is_hidden(part: Any) -> bool:
    """Whether it is there for its provider alone."""
    if not isinstance(part, dict):
        return False
    return part.get("kind") in ("text", "thought") and part.get("text") == ""


def as_notebook(conversation: Exportable, output: Output) -> str:
    """`%%chat` cells with their answers; to run it asks everything of the same models again."""
    settings = Settings.load()
    cells = [_code(0, "%load_ext nbchat", [])]
    system = undisguised(readable(conversation.system or ""))
    for number, turn in enumerate(conversation.turns, 1):
        name = _name_to_ask(turn.answer, settings)
        question = undisguised(readable(turn.question.text))
        if name:
            source = _question_cell(name, system, question)
            system = ""
        else:
            source = _comment_cell(turn, question)
        if missing := [p for p in turn.question.parts if not isinstance(p, str)]:
            cells.append(
                _text(number, f"*{len(missing)} attached to this question, not in this notebook:*")
            )
        shown = {"output_type": "display_data", "data": output(turn), "metadata": {}}
        cells.append(_code(number, source, [shown]))
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernelspec},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _name_to_ask(answer: Answer, settings: Settings) -> str | None:
    """The name that leads to who answered, at the same place; None where none does."""
    name = settings.catalog.name_of(answer.provider, answer.model)
    return name if name and leads_back(name, answer, settings) else None


def _question_cell(name: str, system: str, question: str) -> str:
    """A `%%chat` cell that asks the same again."""
    words = [name]
    if system:
        words += ["--system", " ".join(system.split())]
    if "{" in question:
        words.append("--raw")
    return f"%%chat {shlex.join(words)}\n{question}"


def _comment_cell(turn: Turn, question: str) -> str:
    """The question of a model that cannot be asked any more: nobody else is asked in its place."""
    answer = turn.answer
    who = unmasked(repr(answer.model))
    if answer.provider:
        who += f" of {unmasked(repr(answer.provider))}"
    where = f" at {unmasked(answer.given_url)}" if answer.given_url else ""
    lines = [
        f"Answered by {who}{where}, which no name leads to.",
        "To ask another model, take the # away and name it:",
        "%%chat MODEL",
        *question.splitlines(),
    ]
    return "\n".join(f"# {line}".rstrip() for line in lines)


def _code(number: int, source: str, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": f"turn-{number}", "metadata": {}, "source": source}
    return {**cell, "execution_count": number + 1, "outputs": outputs}


def _text(number: int, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": f"note-{number}", "metadata": {}, "source": source}


def _bundle(turn: Turn) -> dict[str, Any]:
    from nbchat import render

    answer = turn.answer
    return {
        "text/html": render.answer_html(answer, footer=[answer.model], notices=answer.notices),
        "text/plain": render.plain(answer),
    }


# --- in -----------------------------------------------------------------------------------------


class Exported(BaseModel):
    """A file of `as_json`, checked but for its turns."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    format: Literal["nbchat-conversation"]
    version: Annotated[int, Field(ge=1, le=VERSION)]
    name: Annotated[str, Field(max_length=300)]
    title: Annotated[str, Field(max_length=300)]
    system: Annotated[str | None, Field(max_length=1_000_000)]
    turns: Annotated[list[Any], Field(max_length=MOST_TURNS)]

    def made(self) -> list[Turn]:
        """The turns, one after the other, as new ones."""
        turns: list[Turn] = []
        for number, row in enumerate(self.turns, 1):
            if isinstance(row, dict):
                row = _without_words(_public(row))
            turns.append(read_turn(row, number, turns[-1] if turns else None))
        return turns


def read_export(path: Path) -> tuple[Exported, list[Turn]]:
    """What an exported JSON file holds. Raises BadSettings that says what is wrong with it."""
    path = at_home(path)
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise BadFile("it is no file")  # to open a pipe is to wait for who writes
        with path.open("rb") as file:
            data = file.read(LARGEST_IMPORT + 1)
        if len(data) > LARGEST_IMPORT:
            raise BadFile(f"it is larger than {LARGEST_IMPORT // 10**6} MB")
        found = Exported.model_validate(read_json(data.decode("utf-8-sig")))
        return found, found.made()
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read: {error.strerror}. Check its name and its folder."
        ) from None
    except UnicodeDecodeError:
        reason = "it is not UTF-8 text"
    except ValidationError as error:
        reason = wrong_field(error)
    except ValueError as error:  # no file can have such a name
        reason = str(error)
    except BadSettings as error:
        reason = str(error)
    told = f"{path} is not a conversation of nbchat: " + reason
    raise BadFile(f"{told}.\n%chat export FILE.json writes one.")
