"""Whose file it is, and whether it can be used: judged on the very bytes that are used."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from nbchat.settings import Settings
from nbchat.settings_file import FILE
from nbchat.trust.found_file import LARGEST, read_found

from ..trusted import write_trusted

STRANGER = 54321  # a user that is neither the one of the test nor root


def make_another_the_owner(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root gives the file away; anybody else becomes somebody else."""
    if os.geteuid() == 0:
        os.lchown(path, STRANGER, STRANGER)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: STRANGER)


def line_of(folder: Path) -> str:
    (line,) = Settings.load(folder).file_lines.values()
    return line


@pytest.mark.field("T2")
def test_a_file_of_another_user_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / FILE
    path.write_text('model = "kimi-k2.6"')
    make_another_the_owner(path, monkeypatch)

    assert Settings.load(tmp_path).model is None
    assert f"{path} is ignored, since it belongs to" in line_of(tmp_path)


@pytest.mark.field("T2")
def test_a_link_that_another_user_has_made_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text('model = "kimi-k2.6"')
    (tmp_path / FILE).symlink_to("mine.toml")
    assert Settings.load(tmp_path).model == "kimi-k2.6"

    make_another_the_owner(tmp_path / FILE, monkeypatch)

    assert Settings.load(tmp_path).model is None


@pytest.mark.field("T2")
@pytest.mark.parametrize("mode", [0o646, 0o666, 0o777, 0o602])
def test_a_file_that_everybody_can_write_is_ignored(mode: int, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text('model = "kimi-k2.6"')
    path.chmod(mode)

    assert Settings.load(tmp_path).model is None
    assert f"{path} is ignored, since everybody can write it. %chat trust" in line_of(tmp_path)


@pytest.mark.field("T2")
def test_a_folder_that_all_share_needs_its_sticky_bit(tmp_path: Path) -> None:
    """Without it anybody can put another file in the place of this one."""
    (tmp_path / FILE).write_text('model = "kimi-k2.6"')
    tmp_path.chmod(0o777)
    assert "everybody can write its folder" in line_of(tmp_path)

    tmp_path.chmod(0o1777)

    assert Settings.load(tmp_path).model == "kimi-k2.6"


@pytest.mark.field("T2")
def test_an_ignored_file_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('model = "glm-5.3"')
    inner = tmp_path / "shared"
    inner.mkdir()
    (inner / FILE).write_text('model = "kimi-k2.6"')
    (inner / FILE).chmod(0o666)

    settings = Settings.load(inner)

    assert settings.model == "glm-5.3"
    assert len(settings.file_lines) == 1


@pytest.mark.field("T2")
def test_a_file_that_is_trusted_by_name_counts_whoever_can_write_it(tmp_path: Path) -> None:
    """Until somebody does: the content is trusted as well."""
    path = write_trusted(tmp_path, 'history = "here.sqlite"')
    path.chmod(0o666)
    assert Settings.load(tmp_path).history == str(tmp_path / "here.sqlite")

    path.write_text('history = "there.sqlite"')

    assert Settings.load(tmp_path).history is None
    assert "everybody can write it" in line_of(tmp_path)


@pytest.mark.field("T1")
@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "socket", "dangling", "circle"])
def test_what_is_no_regular_file_is_not_opened(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe would wait for its other end for ever, and a device never ends."""
    path = tmp_path / FILE
    monkeypatch.chdir(tmp_path)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(FILE)
    elif kind == "dangling":
        path.symlink_to("nowhere")
    else:
        path.symlink_to(FILE)

    assert f"{path} is ignored: it " in line_of(tmp_path)


@pytest.mark.field("T1")
def test_a_file_without_end_is_read_no_further_than_it_may_be(tmp_path: Path) -> None:
    path = tmp_path / FILE
    with open(path, "wb") as opened:
        opened.truncate(1 << 40)  # a terabyte of nothing

    file = read_found(path)

    assert file is not None
    assert len(file.content) == LARGEST + 1
    assert "larger than" in file.trouble


@pytest.mark.field("T1")
def test_a_path_that_would_be_obeyed_is_written_out(tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b[2J\u202eb\nc"
    folder.mkdir()
    (folder / FILE).write_text('history = "x"')

    line = line_of(folder)

    assert line.isprintable()
    assert r"a\x1b[2J\u202eb\nc" in line
