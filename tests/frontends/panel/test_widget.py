"""The widget itself: what it is called, and how it is shown."""

from __future__ import annotations

import pytest

import nbchat
from nbchat.frontends.panel import ChatPanel


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
