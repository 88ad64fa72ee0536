"""Cells, an error and files that go along with a question: seen first, and sent as seen."""

from __future__ import annotations

from pathlib import Path

import pytest

import nbchat
from nbchat.context.cells import Cell, Output
from nbchat.frontends.panel import attachments
from nbchat.frontends.panel.session import run_on_engine
from nbchat.messages import File, Image

from ...fakes.page import Desk
from ...pictures import png


def ran(number: int, source: str, *printed: str) -> Cell:
    return Cell(source, number, f"c{number}", [Output("stdout", text) for text in printed])


@pytest.fixture
def desk(desk: Desk, tmp_path: Path) -> Desk:
    desk.folder = tmp_path
    desk.cells = [ran(1, "import pandas as pd"), ran(2, "print(6 * 7)", "42\n"), ran(3, "\nz = 1")]
    return desk


def peeked(desk: Desk, of: str, name: str = "") -> dict[str, str]:
    count = len(desk.all("peek"))
    desk.say("peek", of=of, name=name)
    return desk.wait("peek", count + 1)


def sent(desk: Desk) -> list[object]:
    desk.wait("end", len(desk.session.conversation.turns) or 1)
    return [*desk.session.conversation.turns[-1].question.parts]


def test_cells_are_offered_the_newest_first_and_hidden_ones_are_not(desk: Desk) -> None:
    desk.hidden_cells = {1}
    desk.say("cells", text="")
    desk.say("cells", text="PRINT")

    assert desk.wait("cells")["rows"] == [["3", "z = 1", ""], ["2", "print(6 * 7)", "1 output"]]
    assert desk.wait("cells", 2)["rows"] == [["2", "print(6 * 7)", "1 output"]]
    assert peeked(desk, "cell", "1")["text"] == ""
    assert "pandas" not in peeked(desk, "cells")["text"]


@pytest.mark.parametrize(("of", "name"), [("cells", ""), ("cell", "2"), ("file", "data.csv")])
def test_what_was_shown_is_what_is_sent(desk: Desk, of: str, name: str) -> None:
    (desk.folder / "data.csv").write_text("a,42\n")
    peek = peeked(desk, of, name)
    desk.cells = [*desk.cells, ran(4, "'newer'")]
    (desk.folder / "data.csv").write_text("a,43\n")
    desk.ask("Why?", along=[{"of": of, "name": name, "mark": peek["mark"]}])

    words, text = sent(desk)
    assert words == "Why?"
    assert str(text).strip() == peek["text"]
    assert "42" in peek["text"]
    assert nbchat.chat().turns[0].inserted == (peek["label"],)
    assert desk.wait("open")["question"]["attachments"] == [[peek["label"], peek["text"]]]


def test_after_a_cell_has_run_the_page_is_told_to_look_again(desk: Desk) -> None:
    first = peeked(desk, "cells")
    desk.cells = [*desk.cells, ran(4, "'newer'")]
    run_on_engine(desk.session.note_run)
    assert desk.wait("now", when=lambda now: now["runs"] == 1)["cells"] == 4
    second = peeked(desk, "cells")

    assert "newer" not in first["text"]
    assert "newer" in second["text"]
    desk.ask("Why?", along=[{"of": "cells", "name": "", "mark": second["mark"]}])
    assert str(sent(desk)[1]).strip() == second["text"]


def test_what_was_shown_otherwise_in_another_view_is_not_sent_unseen(desk: Desk) -> None:
    first = peeked(desk, "cells")
    desk.cells = [*desk.cells, ran(4, "'newer'")]
    peeked(desk, "cells")
    desk.ask("Why?", along=[{"of": "cells", "name": "", "mark": first["mark"]}])

    assert "has changed since it was shown" in desk.wait("note")["text"]
    assert desk.wait("back")["text"] == "Why?"
    assert nbchat.chat().turns == []


def test_one_cell_goes_along_with_what_it_showed(desk: Desk) -> None:
    peek = peeked(desk, "cell", "2")

    assert "print(6 * 7)" in peek["text"]
    assert "42" in peek["text"]
    assert "pandas" not in peek["text"]
    assert peek["label"].startswith("In[2] (~")
    assert peeked(desk, "cell", "9")["label"] == "there is no In[9] to send"


def test_a_picture_and_a_document_go_along_as_such(desk: Desk) -> None:
    (desk.folder / "a.png").write_bytes(png())
    (desk.folder / "b.pdf").write_bytes(b"%PDF-1.7")
    (desk.folder / "c.txt").write_bytes(b"\0\1\2")
    names = ("a.png", "b.pdf", "c.txt")
    along = [("file", name, peeked(desk, "file", name)["mark"]) for name in names]
    excerpts = desk.session.excerpts.take(along, desk.session.asked())
    question = attachments.content("Look", desk, excerpts=excerpts)

    words, image, document = question.content
    assert words == "Look"
    assert isinstance(image, Image)
    assert isinstance(document, File)
    assert document.name == "b.pdf"
    assert question.inserted[0].startswith("c.txt is not sent: ")


def test_with_values_kept_back_nothing_of_a_file_is_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / "data.csv").write_text("secret")
    asked = desk.session.asked()
    object.__setattr__(asked.settings, "data", "schema")
    monkeypatch.setattr(desk.session, "asked", lambda: asked)

    assert "secret" not in peeked(desk, "file", "data.csv")["text"]
    assert "42" not in peeked(desk, "cells")["text"]


def test_what_was_shown_with_values_is_not_sent_once_they_are_kept_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / "data.csv").write_text("a,42\n")
    along = [
        {"of": of, "name": name, "mark": peeked(desk, of, name)["mark"]}
        for of, name in (("cells", ""), ("cell", "2"), ("file", "data.csv"))
    ]
    asked = desk.session.asked()
    object.__setattr__(asked.settings, "data", "schema")
    monkeypatch.setattr(desk.session, "asked", lambda: asked)
    for number, one in enumerate(along, 1):
        desk.ask("Why?", along=[one])
        assert "has changed since it was shown" in desk.wait("note", number)["text"]
        desk.ask("Why?", along=[{**one, "mark": ""}])
        assert "42" not in str(desk.wait("end", number) and sent(desk))


def test_files_outside_the_folder_are_never_read(desk: Desk) -> None:
    (desk.folder / "here").mkdir()
    (desk.folder / "outside.txt").write_text("secret")
    desk.folder = desk.folder / "here"
    for name in ("../outside.txt", str(desk.folder.parent / "outside.txt")):
        assert peeked(desk, "file", name)["text"] == ""
        desk.ask("Look", along=[{"of": "file", "name": name, "mark": ""}])
        assert "secret" not in str(sent(desk))
