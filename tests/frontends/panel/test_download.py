"""A conversation as a file."""

from __future__ import annotations

import pytest

from nbchat.frontends.panel import download

from ...fakes.page import Desk
from .hostile import BAD, hostile, tags


@pytest.mark.parametrize("form", ["md", "json", "html", "ipynb"])
def test_a_conversation_is_exported(desk: Desk, form: str) -> None:
    desk.ask("show me a table")
    desk.wait("end")
    desk.say("export", format=form)
    file = desk.wait("file")

    assert file["name"] == f"show-me-a-table.{form}"
    assert "petal length" in file["text"]


def test_exported_pages_and_notebooks_hold_the_same_line() -> None:
    conversation = hostile()

    assert not tags(download.make_file(conversation, "html")["text"]) & {"img", "script", "iframe"}
    notebook = download.make_file(conversation, "ipynb")["text"]
    assert "text/markdown" not in notebook
    assert "<script" not in notebook.replace(BAD, "").replace(BAD.replace('"', '\\"'), "")
