"""A folder of the user's own is named in full; a relative one would be the repository's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbchat.folders import config_folder, data_folder
from nbchat.settings import Settings
from nbchat.settings_file import FILE
from nbchat.trust.found_file import read_found
from nbchat.trust.trusted_files import NAME

from .hostile import EVIL, provider

RELATIVE = [".", "", "..", ".config", "./cfg", "a/b", "~/.config"]
THEIRS = 'history = "theirs"\n' + provider("corp", EVIL, "key_needed = false")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, as somebody else has filled it."""
    home, folder = tmp_path / "home", tmp_path / "group" / "repository"
    home.mkdir()
    folder.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.field("T1")
@pytest.mark.parametrize("named", RELATIVE)
def test_a_relative_config_folder_is_none(
    named: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", named)
    place = folder / named / "nbchat"
    place.mkdir(parents=True)
    (place / FILE).write_text(THEIRS)

    settings = Settings.load()

    assert (settings.own_file, settings.history) == (None, None)
    assert "corp" not in settings.catalog.providers
    assert config_folder() == Path.home() / ".config" / "nbchat"


@pytest.mark.field("T1")
@pytest.mark.parametrize("named", RELATIVE)
def test_a_list_of_trusted_files_in_a_relative_folder_trusts_nothing(
    named: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", named)
    (folder / FILE).write_text(THEIRS)
    file = read_found(folder / FILE)
    assert file is not None
    place = folder / named / "nbchat"
    place.mkdir(parents=True)
    (place / NAME).write_text(json.dumps({str(folder / FILE): file.digest}))
    (place / NAME).chmod(0o600)

    settings = Settings.load()

    assert "corp" not in settings.catalog.providers
    assert settings.history is None
    assert Path.home() in data_folder().parents


@pytest.mark.field("T1")
@pytest.mark.parametrize("named", [".", "a/b"])
def test_a_relative_home_is_none(named: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", named)
    place = folder / named / ".config" / "nbchat"
    place.mkdir(parents=True)
    (place / FILE).write_text(THEIRS)

    settings = Settings.load()

    assert (settings.own_file, settings.history) == (None, None)
    with pytest.raises(RuntimeError):
        data_folder()


def test_a_folder_that_is_named_in_full_counts(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))

    assert config_folder() == tmp_path / "XDG_CONFIG_HOME" / "nbchat"
    assert data_folder() in (
        tmp_path / "XDG_DATA_HOME" / "nbchat",
        Path.home() / "Library" / "Application Support" / "nbchat",
    )
