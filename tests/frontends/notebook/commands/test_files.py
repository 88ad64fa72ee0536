"""Exports and imports, typed in a cell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ....running_kernel import RunningKernel

ASK = "%%chat demo\nhello"


@pytest.mark.field("L10")
def test_names_are_understood_as_people_type_them(kernel: RunningKernel, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    kernel.run(f"import os; os.environ['HOME'] = {str(home)!r}")
    kernel.run(ASK)

    assert "Wrote 1 turn to my talk.json" in kernel.run('%chat export "my talk.json"').text
    assert f"to {home}/talk.md" in kernel.run("%chat export ~/talk.md").text
    assert "Read 1 turn from my talk.json" in kernel.run("%chat import 'my talk.json'").text
    assert (home / "talk.md").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "my talk.json"]

    for line, words in (
        ("~/talk.md", "exists already and is not overwritten"),
        ("~", "is a folder. Name a file in it"),
        ("~nobody-here/talk.md", "is not known. Write the whole path."),
        ('"talk.md', "has no partner"),
    ):
        ran = kernel.run(f"%chat export {line}")
        assert ran.status == "error"
        assert words in ran.error
        assert "Traceback" not in ran.error


@pytest.mark.field("L10")
def test_a_link_to_nothing_is_said_and_nothing_is_written(
    kernel: RunningKernel, tmp_path: Path
) -> None:
    (tmp_path / "talk.md").symlink_to(tmp_path / "elsewhere.md")
    kernel.run(ASK)
    ran = kernel.run("%chat export talk.md")

    assert "talk.md is a link to" in ran.error
    assert "which is not there" in ran.error
    assert not (tmp_path / "elsewhere.md").exists()


@pytest.mark.field("T4")
def test_what_hides_is_in_no_export(kernel: RunningKernel, tmp_path: Path) -> None:
    kernel.run("%%chat demo\nrepeat after me: \x1b]52;c;aGk=\x07 a\u202eb\U000e0101 <img src=//e>")
    for name in ("talk.md", "talk.ipynb", "talk.json"):
        kernel.run(f"%chat export {name}")
        text = (tmp_path / name).read_text("utf-8")

        assert not set(text) & {"\x1b", "\x07", "\u202e", "\U000e0101"}
    assert "\n<img" not in (tmp_path / "talk.md").read_text("utf-8")
    turn = json.loads((tmp_path / "talk.json").read_text("utf-8"))["turns"][0]
    assert "a\u202eb\U000e0101" in json.dumps(turn, ensure_ascii=False)
