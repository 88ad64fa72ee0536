"""Files below the notebook's folder, and none beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbchat.context import folder
from nbchat.context.folder import find_file, list_files


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A notebook's folder, with something to find and something that is not to be found."""
    here = tmp_path / "here"
    files = ["a.csv", "data/b.md", "data/c.PNG", ".secret.txt", ".git/d.txt", "e.exe", "venv/f.py"]
    for age, name in enumerate([*files, "../outside.txt", "../heretoo/g.txt"]):
        path = here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        os.utime(path, (1e9 - age, 1e9 - age))
    (here / "link.txt").symlink_to(here / "a.csv")
    (here / "way").symlink_to(here.parent, target_is_directory=True)
    return here


def test_files_are_offered_the_newest_first(here: Path) -> None:
    assert [file.name for file in list_files(here, "")] == ["a.csv", "data/b.md", "data/c.PNG"]
    assert [file.name for file in list_files(here, "ATA/")] == ["data/b.md", "data/c.PNG"]


def test_no_more_is_looked_at_and_offered_than_a_person_waits_for(here: Path) -> None:
    many = here / "many"
    many.mkdir()
    for number in range(folder.LARGEST_FOLDER + 1):
        (many / f"{number}.txt").touch()
    for number in range(20):
        (here / "data" / f"{number}.txt").touch()

    assert len(list_files(here, "")) == folder.MOST_FILES
    assert not [file for file in list_files(here, "many") if file.name.startswith("many")]
    assert list_files(here / "gone", "") == []


@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt",
        "data/../../outside.txt",
        "../heretoo/g.txt",
        "/etc/hostname",
        "~/x.txt",
        "link.txt",
        "way/outside.txt",
        ".secret.txt",
        ".git/d.txt",
        "venv/f.py",
        "e.exe",
        "data",
        ".",
        "",
        "gone.txt",
        "data\\b.md",
        "a.csv\0",
        "C:/a.csv",
    ],
)
def test_no_other_file_can_be_named(here: Path, name: str) -> None:
    assert find_file(here, name) is None


@pytest.mark.parametrize("name", ["a.csv", "data/b.md", "./a.csv", "data//c.PNG"])
def test_a_file_below_is_found(here: Path, name: str) -> None:
    found = find_file(here, name)

    assert found is not None
    assert found.is_relative_to(here)
