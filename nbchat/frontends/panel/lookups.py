"""What the page asks for: lists to choose from, values as they would be sent, pictures, files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from nbchat import runtime
from nbchat.context import folder
from nbchat.frontends.panel import (
    attachments,
    conversation_picker,
    download,
    offers,
    page_messages,
    turn_rows,
)
from nbchat.frontends.panel.handler_table import Work, on_arrival, on_engine
from nbchat.frontends.panel.model_picker import model_rows
from nbchat.frontends.panel.session import Session
from nbchat.languages import translated
from nbchat.wording import size_text


@on_arrival(page_messages.Talks)
def list_conversations(
    session: Session, message: page_messages.Talks, buffers: Sequence[Any]
) -> Work:
    rows = conversation_picker.list_conversations()
    return partial(session.tell, {"kind": "talks", "rows": rows})


@on_arrival(page_messages.Models)
def list_models(session: Session, message: page_messages.Models, buffers: Sequence[Any]) -> Work:
    now = runtime.current()
    rows = model_rows(now.settings(), now.local_models())
    return partial(session.tell, {"kind": "models", "rows": rows})


@on_arrival(page_messages.Names)
def list_variables(session: Session, message: page_messages.Names, buffers: Sequence[Any]) -> Work:
    notebook = session.notebook
    rows = offers.variables(notebook.variables, notebook.hidden, message.text)
    return partial(session.tell, {"kind": "names", "text": message.text, "rows": rows})


@on_arrival(page_messages.Cells)
def list_cells(session: Session, message: page_messages.Cells, buffers: Sequence[Any]) -> Work:
    rows = offers.cells(session.notebook, message.text)
    return partial(session.tell, {"kind": "cells", "text": message.text, "rows": rows})


@on_arrival(page_messages.Files)
def list_files(session: Session, message: page_messages.Files, buffers: Sequence[Any]) -> Work:
    found = folder.list_files(session.notebook.folder, message.text)
    rows = [[file.name, size_text(file.size)] for file in found]
    return partial(session.tell, {"kind": "files", "text": message.text, "rows": rows})


@on_arrival(page_messages.Peek)
def show_beginning(session: Session, message: page_messages.Peek, buffers: Sequence[Any]) -> Work:
    """Show what would be sent of it now; an excerpt is kept as it is shown."""
    asked = session.asked()
    mark = ""
    if message.of == "variable":
        variables = session.notebook.variables
        text, label = attachments.variable(variables, message.name, asked.data)
    else:
        mark, excerpt = session.excerpts.look(message.of, message.name, asked)
        text, label = excerpt.text, excerpt.label
    shown = attachments.beginning(text)
    is_cut = {"cut": True} if shown != text else {}
    thing = {"of": message.of, "name": message.name}
    facts = {**thing, "label": translated(label), "text": shown, "mark": mark, **is_cut}
    return partial(session.tell, {"kind": "peek", **facts})


@on_arrival(page_messages.Whole)
def show_whole(session: Session, message: page_messages.Whole, buffers: Sequence[Any]) -> Work:
    asked = session.asked()
    if message.of == "variable":
        variables = session.notebook.variables
        text, _ = attachments.variable(variables, message.name, asked.data)
    else:
        text = session.excerpts.shown(message.of, message.name, asked).text
    thing = {"of": message.of, "name": message.name}
    return partial(session.tell, {"kind": "whole", **thing, "text": text})


@on_engine(page_messages.Value)
def show_attached(session: Session, message: page_messages.Value) -> None:
    """Show all of what was attached to a turn's question, by its number there."""
    turn = session.transcript.find_turn(message.id)
    attached = turn_rows.attached(turn) if turn else []
    if message.number < len(attached):
        _, text = attached[message.number]
        asked = {"id": message.id, "number": message.number}
        session.tell({"kind": "value", **asked, "text": text})


@on_engine(page_messages.Snapshot)
def send_snapshot(session: Session, message: page_messages.Snapshot) -> None:
    copy = session.snapshot.bundle(session.conversation)
    session.tell({"kind": "snapshot", "mark": session.snapshot.mark, "data": copy})


@on_engine(page_messages.Picture)
def send_picture(session: Session, message: page_messages.Picture) -> None:
    turn = session.transcript.find_turn(message.id)
    pictures = turn_rows.pictures(turn) if turn else []
    if message.number < len(pictures):
        picture = pictures[message.number]
        fields = {"id": message.id, "number": message.number, "type": picture.media_type}
        session.tell({"kind": "picture", **fields}, picture.data)


@on_engine(page_messages.Export)
def send_file(session: Session, message: page_messages.Export) -> None:
    session.tell({"kind": "file", **download.make_file(session.conversation, message.format)})
