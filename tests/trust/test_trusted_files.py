"""Which files are trusted: by path and content, in a list that is the user's alone."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from nbchat.errors import BadSettings
from nbchat.folders import data_folder
from nbchat.settings import Settings
from nbchat.settings_file import FILE
from nbchat.trust.found_file import read_found
from nbchat.trust.trusted_files import NAME, forget, trust

from ..trusted import write_trusted

TEXT = 'history = "here.sqlite"\n'


def counts(folder: Path) -> bool:
    return Settings.load(folder).history is not None


@pytest.mark.field("T1")
def test_a_file_counts_once_it_is_trusted_and_no_longer_when_it_is_forgotten(
    tmp_path: Path,
) -> None:
    (tmp_path / FILE).write_text(TEXT)
    assert not counts(tmp_path)

    path = write_trusted(tmp_path, TEXT)
    assert counts(tmp_path)
    assert forget(path)

    assert not counts(tmp_path)
    assert not forget(path)


@pytest.mark.field("T1")
@pytest.mark.parametrize("changed", [TEXT + "\n", TEXT.replace("here", "heRe"), ""])
def test_a_changed_file_is_untrusted_again(changed: str, tmp_path: Path) -> None:
    """Also where its size and the time of its change are as before."""
    path = write_trusted(tmp_path, TEXT)
    facts = path.stat()
    assert counts(tmp_path)

    path.write_text(changed)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    assert not counts(tmp_path)
    if changed:
        assert "any more, since it has changed" in "".join(
            Settings.load(tmp_path).file_lines.values()
        )
    path.write_text(TEXT)
    assert counts(tmp_path)


@pytest.mark.field("T1")
def test_the_same_content_elsewhere_is_another_file(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    write_trusted(one, TEXT)
    shutil.copytree(one, other)
    (tmp_path / "link").symlink_to(one)

    assert not counts(other)
    assert counts(tmp_path / "link")  # the same file, by another way


@pytest.mark.field("T1")
def test_the_list_is_the_users_alone(tmp_path: Path) -> None:
    write_trusted(tmp_path, TEXT)
    listed = data_folder() / NAME

    assert stat.S_IMODE(listed.stat().st_mode) == 0o600
    assert list(json.loads(listed.read_text())) == [str(tmp_path / FILE)]
    assert [path.name for path in data_folder().iterdir()] == [NAME]


@pytest.mark.field("T1")
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_list_that_others_can_write_trusts_nothing(mode: int, tmp_path: Path) -> None:
    write_trusted(tmp_path, TEXT)
    (data_folder() / NAME).chmod(mode)

    assert not counts(tmp_path)


@pytest.mark.field("T1")
@pytest.mark.parametrize(
    "damaged", [b"", b"[]", b"{", b"\xff", b'{"x": 1}', b"[" * 100_000, b"null"]
)
def test_a_damaged_list_trusts_nothing_and_is_made_anew(damaged: bytes, tmp_path: Path) -> None:
    write_trusted(tmp_path, TEXT)
    (data_folder() / NAME).write_bytes(damaged)
    assert not counts(tmp_path)

    write_trusted(tmp_path, TEXT)

    assert counts(tmp_path)


@pytest.mark.field("T1")
def test_a_list_that_cannot_be_kept_is_an_error_that_says_what_else_to_do(tmp_path: Path) -> None:
    data_folder().parent.mkdir(parents=True, exist_ok=True)
    data_folder().write_text("a file where the folder should be")

    with pytest.raises(BadSettings, match="Nothing was changed.* NBCHAT_CONFIG"):
        write_trusted(tmp_path, TEXT)


@pytest.mark.field("T1")
def test_what_was_read_is_what_is_trusted(tmp_path: Path) -> None:
    """Not what is on disk by the time the question is answered."""
    path = tmp_path / FILE
    path.write_text(TEXT)
    file = read_found(path)
    assert file is not None

    path.write_text(TEXT.replace("here", "evil"))
    trust(file)

    assert not counts(tmp_path)
