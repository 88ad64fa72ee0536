"""`nbchat trust FILE` in a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbchat.settings import Settings
from nbchat.settings_file import FILE, JSON_FILE

from ..trust.hostile import EVIL, model, provider

TEXT = 'history = "theirs.sqlite"\n' + provider("corp", EVIL) + model("mine", "corp")


def nbchat(*arguments: str, cwd: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nbchat", *arguments]
    return subprocess.run(
        command, cwd=cwd, input=typed, capture_output=True, text=True, timeout=60, env=os.environ
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / FILE
    path.write_text(TEXT)
    return path


@pytest.mark.field("T1")
def test_the_file_is_shown_and_trusted_when_the_answer_is_yes(file: Path) -> None:
    ran = nbchat("trust", FILE, cwd=file.parent, typed="y\n")

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(f"{file}\n")
    assert "  evil.example, a host that no provider of the table has\n" in ran.stdout
    assert "    is asked for   every model of corp" in ran.stdout
    assert ran.stdout.endswith(f"{file} is trusted from now on, until it changes.\n")
    assert Settings.load(file.parent).history
    assert "is trusted as it is now" in nbchat("trust", FILE, cwd=file.parent).stdout


@pytest.mark.field("T1")
@pytest.mark.parametrize("typed", ["", "\n", "n\n", "no\n", "yeah, but\n"])
def test_any_other_answer_changes_nothing(file: Path, typed: str) -> None:
    ran = nbchat("trust", cwd=file.parent, typed=typed)

    assert "Nothing was changed." in ran.stdout
    assert Settings.load(file.parent).history is None


@pytest.mark.field("T1")
def test_a_file_is_found_from_a_folder_below_and_by_its_folder(file: Path, tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)

    assert nbchat("trust", cwd=deep).stdout.startswith(f"{file}\n")
    assert nbchat("trust", "..", cwd=deep.parent).stdout.startswith(f"{file}\n")


@pytest.mark.field("T1")
def test_trust_is_taken_back(file: Path) -> None:
    nbchat("trust", FILE, cwd=file.parent, typed="yes\n")
    assert Settings.load(file.parent).history

    ran = nbchat("trust", "--forget", FILE, cwd=file.parent)

    assert ran.stdout == f"{file} is no longer trusted.\n"
    assert Settings.load(file.parent).history is None
    assert "was not trusted" in nbchat("trust", "--forget", cwd=file.parent).stdout


@pytest.mark.field("T1")
@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("models.json", "{}", "only a file called nbchat.toml is looked for beside a notebook"),
        (FILE, "model = ", "is not TOML at end of document"),
        (FILE, "modle = 'x'", "'modle' is not a setting here"),
        (FILE, "[[models]]\nid = 'x'\n", "needs 'type', the provider that serves it"),
        ("nowhere.toml", None, "only a file called"),
    ],
)
def test_what_cannot_be_trusted_says_why(
    name: str, text: str | None, words: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)

    ran = nbchat("trust", name, cwd=tmp_path, typed="y\n")

    assert ran.returncode == 2
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.field("T1")
def test_a_file_that_needs_no_trust_says_so(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('model = "kimi-k2.6"\n')

    assert "nothing in it needs to be trusted" in nbchat("trust", cwd=tmp_path).stdout
    assert "there is nothing to trust" in nbchat("trust", cwd=tmp_path.parent).stderr


@pytest.mark.field("T1")
def test_other_commands_tell_of_an_untrusted_file_beside_their_output(file: Path) -> None:
    ran = nbchat("models", "kimi", cwd=file.parent)

    assert "not trusted" not in ran.stdout
    assert ran.stderr.count(f"{file} is not trusted; left out of it: history") == 1


TABLE = '{"models": [{"id": "house", "name": "House", "type": "corp", "envKey": "HOUSE_KEY"}]}'


@pytest.mark.field("P12")
def test_a_table_in_json_is_shown_and_trusted_together_with_the_settings_beside_it(
    file: Path, tmp_path: Path
) -> None:
    """The model is at a provider of the other file, so neither could be judged alone."""
    table = tmp_path / JSON_FILE
    table.write_text(TABLE)

    alone = nbchat("trust", JSON_FILE, cwd=tmp_path, typed="y\n")
    refused = nbchat("trust", cwd=tmp_path, typed="n\n")
    both = nbchat("trust", cwd=tmp_path, typed="y\n")
    again = nbchat("trust", cwd=tmp_path)
    forgotten = nbchat("trust", "--forget", cwd=tmp_path)

    assert "no provider is of type 'corp'" in alone.stderr
    assert "Nothing was changed." in refused.stdout
    assert both.stdout.index(f"{file}\n") < both.stdout.index(f"{table}\n")
    assert "is asked for   house" in both.stdout
    assert 'model house: envKey = "HOUSE_KEY"' in both.stdout
    assert "Trust these files, each until it changes? [y/N]" in both.stdout
    for path in (file, table):
        assert f"{path} is trusted from now on, until it changes.\n" in both.stdout
        assert f"{path} is trusted as it is now" in again.stdout
        assert f"{path} is no longer trusted.\n" in forgotten.stdout


@pytest.mark.field("P12")
def test_a_table_in_json_alone_is_found_and_trusted(tmp_path: Path) -> None:
    (tmp_path / JSON_FILE).write_text(TABLE.replace('"corp"', '"openai"'))

    ran = nbchat("trust", cwd=tmp_path, typed="y\n")

    assert "Trust this file, until it changes? [y/N]" in ran.stdout
    assert Settings.load(tmp_path).catalog.find("house").provider.type == "openai"
    assert Settings.load(tmp_path).file_lines == {}
