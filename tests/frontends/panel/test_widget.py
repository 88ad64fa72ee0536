"""The widget itself: what it ships, and how it is shown."""

from __future__ import annotations

import re
import subprocess
import sys
import zlib
from base64 import b64decode
from typing import Any

import pytest

import nbchat
from nbchat.frontends.panel import ChatPanel, source, widget


def test_script_and_style_are_small() -> None:
    """They go over the channel with every panel and every reload of a page."""
    assert len(source.loader().encode()) < 26_000


def test_the_loader_holds_the_scripts() -> None:
    packed = re.search(r'atob\("([\w+/=]+)"\)', source.loader())

    assert packed
    assert zlib.decompress(b64decode(packed[1])).decode() == source.script()


@pytest.mark.parametrize("name", [*source.SCRIPTS, *source.STYLES])
def test_remarks_are_left_out_and_nothing_else(name: str) -> None:
    written = [line.strip() for line in (source.FOLDER / name).read_text("utf-8").splitlines()]
    kept = source.lines(name)
    for line in filter(None, written):
        if kept and line == kept[0]:
            kept.pop(0)
        else:
            assert line.startswith(("//", "/*", "*"))

    assert kept == []
    assert all(line.count("`") % 2 == 0 for line in written)  # no text goes over lines


def test_every_file_of_the_page_is_sent() -> None:
    there = {path.name for path in source.FOLDER.iterdir() if path.suffix in (".js", ".css")}

    assert there == {*source.SCRIPTS, *source.STYLES}


def test_every_word_is_there_in_every_language_and_is_used() -> None:
    english, chinese = source.words()["en"], source.words()["zh"]
    scripts = "\n".join(line for name in source.SCRIPTS for line in source.lines(name))

    assert english.keys() == chinese.keys()
    reasons = {
        "interrupted",
        "broken",
        "length",
        "filter",
        "needs",
        "retired",
        "local",
    }  # Python names them
    for word, text in english.items():
        assert word in reasons or re.search(rf"\b{word}\b", scripts), word
        assert re.findall(r"\{\d\}", text) == re.findall(r"\{\d\}", chinese[word])


def test_every_word_that_is_said_is_in_the_table() -> None:
    scripts = "\n".join(line for name in source.SCRIPTS for line in source.lines(name))

    said = set(re.findall(r"\bphrase\(\s*\"(\w+)\"", scripts))
    assert said - source.words()["en"].keys() == set()


def test_the_files_of_the_page_are_read_when_the_first_panel_is_made() -> None:
    code = (
        "from nbchat.frontends.panel import ChatPanel, source\n"
        "before = source.script.cache_info().currsize\n"
        "panel = ChatPanel()\n"
        "assert (before, source.script.cache_info().currsize) == (0, 1)\n"
        "assert panel._esm == source.loader()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_panel_is_a_public_name_and_says_what_it_shows() -> None:
    panel = nbchat.ChatPanel("main")

    assert repr(panel) == "ChatPanel('main')"
    assert panel.conversation == "main"
    panel.close()


def test_without_a_notebook_it_tells_how_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    panel = ChatPanel()
    panel._ipython_display_()
    panel.close()

    assert "%%chat" in capsys.readouterr().out


def test_messages_are_answered_in_the_shell_they_came_to() -> None:
    """The hook of ipykernel 7.4; where it has gone, this says so and the panel still works."""
    from ipykernel.comm.comm import BaseComm

    assert hasattr(BaseComm, "_reply_subshell_for"), (
        "ipykernel has changed: look at _answer_where_asked again"
    )

    class Comm:
        def _reply_subshell_for(self, data: Any, default: Any) -> str:
            return "the shell that published last"

    comm = Comm()
    widget._answer_where_asked(comm)

    assert comm._reply_subshell_for({}, "the subshell") == "the subshell"
    widget._answer_where_asked(None)
