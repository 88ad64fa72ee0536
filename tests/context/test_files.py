"""Paths in a question: what they lead to."""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from nbchat.context.expand import expand
from nbchat.context.files import LARGEST_PICTURE, show_file
from nbchat.context.forms import Form
from nbchat.context.values import show
from nbchat.messages import File, Image

pytestmark = [pytest.mark.field("V6"), pytest.mark.field("N3")]

PNG = b"\x89PNG\r\n\x1a\nrest of it"
PDF = b"%PDF-1.7 rest of it"


def test_a_picture_and_a_pdf_are_attached(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(PNG)  # whatever it is called
    (tmp_path / "b.pdf").write_bytes(PDF)

    got = expand("{a} {b}", {"a": tmp_path / "a.txt", "b": tmp_path / "b.pdf"})

    assert got.attached == [Image(PNG, "image/png"), File(PDF, name="b.pdf")]
    assert got.inserted == ["a (image, a.txt, 18 B)", "b (b.pdf, 19 B)"]


TEXTS: dict[str, tuple[bytes, str, str]] = {
    "a.py": (b"x = 1\r\n", "python", "x = 1\n"),
    "a.csv": (b"\xef\xbb\xbfa,b\n", "csv", "a,b\n"),
    "a.json": (b"{}", "json", "{}"),
    "b.txt": ("é".encode("utf-16"), "", "é"),
    "empty.md": (b"", "markdown", "(empty)"),
    "README": ("数".encode(), "", "数"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_shown_in_a_fence(tmp_path: Path, name: str) -> None:
    data, language, text = TEXTS[name]
    (tmp_path / name).write_bytes(data)

    shown = show("x", tmp_path / name, Form())

    assert shown.kind == f"file {name}, {len(data)} B"
    assert (shown.fence, shown.text) == (language, text)
    assert show("x", tmp_path / name, Form("schema")).text == f"x (file, {len(data)} B)"


def test_a_notebook_is_its_cells_without_what_they_showed(tmp_path: Path) -> None:
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": ["x = 1\n", "x"], "outputs": [{"data": "shown"}]},
    ]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}))

    shown = show("x", tmp_path / "a.ipynb", Form())

    assert shown.text == "# %% [markdown]\n# Title\n\n# %%\nx = 1\nx"
    assert shown.fence == "python"


def test_a_long_text_is_cut_and_its_first_lines_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("1,2,é\n" * 200_000)

    shown, rows = show("x", path, Form()), show("x", path, Form("rows", 2))

    assert shown.text.endswith("… (cut after 50,000 characters)")
    assert len(shown.text) < 50_100
    assert "first 50,000 characters" in shown.facts
    assert (rows.text, rows.facts) == ("1,2,é\n1,2,é\n", ("1.4 MB", "first 2 lines"))


def test_a_folder_is_the_names_in_it(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a\n.txt").write_text("")

    assert show("x", tmp_path, Form()).text == "a\\n.txt\nb/"
    for number in range(300):
        (tmp_path / f"c{number:03}").touch()
    assert show("x", tmp_path, Form()).text.endswith("c197\n… (200 of 302 entries)")


def test_a_path_to_nothing_is_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.txt").write_text("a")

    got = expand(
        "{x} {y} {z}", {"x": Path("no.txt"), "y": Path("~/a.txt"), "z": PurePosixPath("/")}
    )

    assert got.text == "no.txt ~/a.txt /"
    assert got.inserted[0].startswith("x (no such file, ")


def test_what_cannot_be_sent_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\xff\x00\xfe")
    (tmp_path / "b.heic").write_bytes(b"\0\0\0\x18ftypheic")
    with (tmp_path / "c.png").open("wb") as file:
        file.write(PNG)
        file.truncate(LARGEST_PICTURE + 1_000_000)

    refusals = [show("x", tmp_path / name, Form()).refusal for name in ("a.bin", "b.heic", "c.png")]

    assert refusals == [
        "x is not sent: a.bin is no text, no picture and no PDF",
        "x is not sent: b.heic is of the kind image/heic; save it as PNG",
        "x is not sent: c.png has 9.0 MB, and 8.0 MB can be sent",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this platform has no pipes with names")
def test_what_is_no_ordinary_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.symlink(tmp_path / "pipe", tmp_path / "link")

    for path in (tmp_path / "pipe", tmp_path / "link", Path("/dev/zero")):
        shown = show("x", path, Form())
        assert shown.refusal == f"x is not sent: {path.name} is no ordinary file"


def test_a_file_can_be_shown_by_its_path_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    os.symlink(tmp_path / "a.txt", tmp_path / "link.txt")

    assert show_file("link.txt", tmp_path / "link.txt", Form()).text == "words"
    assert show_file("a\0b", "a\0b", Form()).facts == ("no such file",)
