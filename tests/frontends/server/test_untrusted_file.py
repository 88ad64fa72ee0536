"""`nbchat serve` in a folder with somebody else's settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbchat.settings_file import FILE

from ...trust.hostile import EVIL, model, provider
from .running import RunningServer


@pytest.mark.field("T1")
def test_whoever_serves_is_told_and_clients_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line about the server's folders is no business of its clients."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / FILE).write_text(provider("corp", EVIL) + model("mine", "corp"))
    with RunningServer() as server:
        demo = server.request("POST", "/stream", {"model": "demo", "messages": "Hi"})
        mine = server.request("POST", "/stream", {"model": "mine", "messages": "Hi"})
        listed = server.request("GET", "/models")

    assert demo.status == 200
    assert not [line for line in demo.lines if "trusted" in str(line.get("notice"))]
    assert mine.status == 404
    assert b"evil.example" not in mine.body + listed.body + demo.body
    assert f"nbchat: {tmp_path / FILE} is not trusted; left out of it" in server.said
