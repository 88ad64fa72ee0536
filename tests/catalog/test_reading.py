"""A file of tables is read as it is usually written.

One that cannot be read is named, with the place in it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nbchat.catalog.table_files import read_table
from nbchat.errors import BadSettings
from nbchat.settings import Settings

TOML = """
model = "corp-1"        # a setting of another part

[[providers]]
type = "corp"
base_url = "https://llm.corp.example/v1"

[[models]]
id = "corp-1"
type = "corp"
contextWindow = 8_192

[aliases]
mine = "corp-1"

[timeouts]
gap = 5
"""


@pytest.mark.parametrize(
    "spoil", [bytes, b"\xef\xbb\xbf".__add__, lambda b: b.replace(b"\n", b"\r\n")]
)
@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_a_file_of_ones_own_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, suffix: str, spoil: Any
) -> None:
    """With a byte order mark or Windows line ends too."""
    rows = {
        "$schema": "x",
        "providers": [{"type": "corp", "base_url": "https://llm.corp.example/v1"}],
        "models": [{"id": "corp-1", "type": "corp", "contextWindow": 8192}],
        "aliases": {"mine": "corp-1"},
    }
    path = tmp_path / f"nbchat.{suffix}"
    path.write_bytes(spoil((TOML if suffix == "toml" else json.dumps(rows, indent=1)).encode()))

    monkeypatch.setenv("NBCHAT_CONFIG", str(path))

    assert Settings.load().catalog.find("mine").model.context_window == 8192


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b'{"models": [\n  {"id": "x",}\n]}', "is not JSON at line 2, column"),
        ("a.json", b"", "is not JSON at line 1, column 1"),
        ("a.json", b"[]", "should be a table with models, providers, aliases, got a list."),
        ("a.json", b'{"models": [{"id": "a", "id": "b"}]}', "'id' is there twice in one object."),
        ("a.json", b'{"models": ' + b"9" * 5000 + b"}", "holds something too large"),
        ("a.json", b"[" * 100_000, "holds something too large"),
        ("a.json", b'{"models": [{"id": "\xff"}]}', "is not UTF-8 text (see byte 20)"),
        ("a.toml", b"[[models]]\nid = \n", "is not TOML at line 2, column 6: Invalid value."),
        ("a.toml", b'aliases = {a = "b"', "is not TOML at end of document"),
        (
            "a.toml",
            b'[[modles]]\nid = "x"',
            "'modles' is not a setting here, or not of the right type. Did you mean",
        ),
        ("a.toml", b"x = " + b"9" * 5000, "holds something too large"),
        (
            "a.toml",
            b'[[models]]\nid = "m"\nretired_on = 2026-01-01',
            "'retired_on' should be text, got a date.",
        ),
    ],
)
def test_a_broken_file_names_the_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    monkeypatch.setenv("NBCHAT_CONFIG", str(path))

    with pytest.raises(BadSettings) as caught:
        Settings.load()

    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_a_file_that_the_system_does_not_give_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        BadSettings, match="missing.toml cannot be read: No such file or directory."
    ):
        read_table(tmp_path / "missing.toml")
