"""Files for the user: where they are, and what is left where they cannot be written."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from nbchat.conversation.export import read_export, write_export
from nbchat.conversation.whole_file import typed_path, write_whole
from nbchat.errors import BadSettings
from nbchat.events import Stop
from nbchat.messages import Text

from .talk import Talk


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    talk = Talk(tmp_path / "history.sqlite")
    talk.ask("One?", Text("word " * 20_000), Stop("end"))
    yield talk
    talk.close()


def fill(folder: Path) -> None:
    file = os.open(folder / "ballast", os.O_CREAT | os.O_WRONLY)
    with suppress(OSError):
        while os.write(file, bytes(4096)):
            pass
    os.close(file)


@pytest.mark.field("L10")
@pytest.mark.parametrize("name", ["talk.md", "talk.json", "talk.ipynb", "talk"])
def test_a_full_disk_leaves_no_torn_file_and_the_old_one_whole(
    talk: Talk, small_disk: Path, name: str
) -> None:
    (small_disk / name).write_text("precious")
    fill(small_disk)
    with pytest.raises(BadSettings, match="No space left on device. Choose another place"):
        talk.chat.export(small_disk / name)
    with pytest.raises(BadSettings, match="No space left on device"):
        talk.chat.export(small_disk / f"new-{name}")

    assert (small_disk / name).read_text() == "precious"
    assert sorted(os.listdir(small_disk)) == ["ballast", name]


@pytest.mark.field("L10")
def test_a_read_only_disk_is_said(talk: Talk, small_disk: Path) -> None:
    (small_disk / "talk.md").write_text("precious")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    for name in ("talk.md", "new.md"):
        with pytest.raises(BadSettings, match="cannot be written: Read-only file system"):
            talk.chat.export(small_disk / name)
    assert (small_disk / "talk.md").read_text() == "precious"


@pytest.mark.field("L10")
@pytest.mark.parametrize("overwrite", [True, False])
def test_a_link_to_nothing_is_not_followed(talk: Talk, tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "talk.md").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BadSettings, match="is a link to .*elsewhere, which is not there"):
        write_export(talk.chat, tmp_path / "talk.md", overwrite=overwrite)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.field("L10")
def test_a_link_to_a_file_stays_a_link(talk: Talk, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    kept = tmp_path / "folder" / "kept.md"
    kept.write_text("old")
    kept.chmod(0o640)
    (tmp_path / "talk.md").symlink_to(kept)
    talk.chat.export(tmp_path / "talk.md")

    assert (tmp_path / "talk.md").is_symlink()
    assert kept.read_text().startswith("## You")
    assert kept.stat().st_mode & 0o777 == 0o640
    with pytest.raises(BadSettings, match="exists already and is not overwritten"):
        write_export(talk.chat, tmp_path / "talk.md", overwrite=False)


@pytest.mark.field("L10")
def test_a_link_in_a_circle_is_said(talk: Talk, tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "b.md")
    (tmp_path / "b.md").symlink_to(tmp_path / "a.md")

    with pytest.raises(BadSettings, match="is a link to"):
        talk.chat.export(tmp_path / "a.md")


@pytest.mark.field("L10")
def test_what_is_no_file_is_neither_replaced_nor_waited_for(talk: Talk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")

    with pytest.raises(BadSettings, match="no file that can be replaced"):
        talk.chat.export(tmp_path / "pipe.json")
    with pytest.raises(BadSettings, match="is no file"):
        read_export(tmp_path / "pipe.json")
    with pytest.raises(BadSettings, match="is a folder. Name a file in it, such as .*talk.md"):
        talk.chat.export(tmp_path)
    with pytest.raises(BadSettings, match="cannot be written: .*null byte"):
        talk.chat.export("a\0b.md")


@pytest.mark.field("L10")
def test_what_came_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def late(part: Path, place: Path) -> None:
        place.write_text("precious")
        link(part, place)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(BadSettings, match="exists already"):
        write_whole(tmp_path / "talk.md", "new", overwrite=False)
    assert (tmp_path / "talk.md").read_text() == "precious"
    assert os.listdir(tmp_path) == ["talk.md"]


@pytest.mark.field("L10")
def test_home_is_understood_also_from_python(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    assert talk.chat.export("~/talk.json") == tmp_path / "talk.json"
    assert len(read_export(Path("~/talk.json"))[1]) == 1
    assert not (tmp_path / "~").exists()
    with pytest.raises(BadSettings, match="the folder ~nobody-here of .* is not known"):
        talk.chat.export("~nobody-here/talk.md")


@pytest.mark.field("L10")
def test_a_name_may_stand_in_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("SECRET", "sk-1")

    assert typed_path('"my talk.md"') == typed_path("'my talk.md'") == Path("my talk.md")
    assert typed_path("my talk.md") == Path("my talk.md")
    assert typed_path("'~/my talk.md'") == Path("/home/me/my talk.md")
    assert typed_path("it's.md") == Path("it's.md")
    assert typed_path("$SECRET.md") == Path("$SECRET.md")
    with pytest.raises(BadSettings, match='begins with " and does not end with it'):
        typed_path('"my talk.md')


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_whole(tmp_path / "talk.md", "a\nb\n", overwrite=False)

    assert (tmp_path / "talk.md").stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert (tmp_path / "talk.md").read_bytes() == b"a\nb\n"
