"""What a settings file may say of numbers: sizes with their units, seconds, and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbchat.errors import BadSettings
from nbchat.settings import Settings
from nbchat.settings_file import config_folder
from nbchat.settings_values import as_bytes
from nbchat.wording import size_text

from .trusted import write_trusted


@pytest.mark.field("P7")
@pytest.mark.parametrize(
    ("size", "count"),
    [
        ("32 MiB", 32 * 2**20),
        ("64kib", 65_536),
        ("1.5 GB", 1_500_000_000),
        (" 10 B ", 10),
        (4096, 4096),
    ],
)
def test_a_size_is_a_number_of_bytes_or_has_a_unit(size: str | int, count: int) -> None:
    assert as_bytes(size) == count


def test_a_size_is_shown_as_it_can_be_written() -> None:
    for count in (1, 999, 1000, 1024, 1500, 65_536, 2**25, 10**9, 3 * 2**30):
        text = size_text(count).replace(",", "").replace("bytes", "B").replace("byte", "B")
        assert as_bytes(text) == count


@pytest.mark.field("P7")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("event = 'large'", 'limits.event should be a size above 0, such as "32 MiB" or a number'),
        ("event = '32 MiX'", "limits.event should be a size above 0"),
        ("event = 0", "not 0."),
        ("answer = -1", "limits.answer should be a size above 0"),
        ("answer = true", "limits.answer should be"),
        ("answer = 1.5", "limits.answer should be"),
        ("answer = '99999999 GiB'", "limits.answer should be"),
        (f"answer = '{'9' * 400} MiB'", "limits.answer should be a size above 0"),
        (f"answer = {'9' * 400}", "limits.answer should be a size above 0"),
        (f"answer = '{'9' * 6000} B'", "limits.answer should be a size above 0"),
        ("error_body = [1]", "limits.error_body should be"),
        ("events = 1", "and no 'events'. Did you mean 'event'"),
    ],
)
def test_a_wrong_limit_is_named_with_what_is_wrong(text: str, words: str, tmp_path: Path) -> None:
    path = write_trusted(tmp_path, f"[limits]\n{text}\n")

    with pytest.raises(BadSettings) as raised:
        Settings.load(tmp_path)

    assert str(raised.value).startswith(f"{path}: limits")
    assert words in str(raised.value)


def test_limits_that_are_no_table_are_an_error(tmp_path: Path) -> None:
    write_trusted(tmp_path, "limits = '32 MiB'\n")

    with pytest.raises(BadSettings, match="limits has event, answer, between_events"):
        Settings.load(tmp_path)


@pytest.mark.field("P7")
def test_a_file_changes_only_the_numbers_that_it_gives(tmp_path: Path) -> None:
    """Those that the user's own file gives stay, whatever lies beside the notebook."""
    config_folder().mkdir(parents=True)
    (config_folder() / "nbchat.toml").write_text(
        "[timeouts]\nconnect = 3\ngap = 5\n[limits]\nevent = 1000\n"
    )
    write_trusted(tmp_path, "[timeouts]\ngap = 9\n[limits]\nanswer = 2000\n")

    settings = Settings.load(tmp_path)

    assert (settings.timeouts.connect, settings.timeouts.gap) == (3, 9)
    assert (settings.limits.event, settings.limits.answer) == (1000, 2000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data = 'none'", "data is 'brief', 'schema' or 'all', not 'none'."),
        ("data = true", "data is 'brief', 'schema' or 'all', not true."),
        ("data = 'Schema'", "data is 'brief', 'schema' or 'all', not 'Schema'."),
        ("[context]\ncells = 0", "context.cells should be a whole number from 1 to 1,000,000"),
        ("[context]\ncells = 1.5", "context.cells should be a whole number"),
        ("[context]\ncells = '6000'", "context.cells should be a whole number"),
        ("[context]\ncells = true", "context.cells should be a whole number"),
        ("[context]\ncells = 1000001", "context.cells should be a whole number"),
        (
            "[context]\ncell = 1",
            "context has cells, in tokens, and no 'cell'. Did you mean 'cells'",
        ),
        ("context = 6000", "context has cells, in tokens; got 6000."),
    ],
)
def test_what_is_wrong_with_the_context_is_said(text: str, words: str, tmp_path: Path) -> None:
    path = write_trusted(tmp_path, f"{text}\n")

    with pytest.raises(BadSettings) as raised:
        Settings.load(tmp_path)
    assert str(path) in str(raised.value)
    assert words in str(raised.value)


def test_how_much_is_sent_of_a_notebook_is_a_setting(tmp_path: Path) -> None:
    usual = Settings.load(tmp_path)
    write_trusted(tmp_path, 'data = "all"\n[context]\ncells = 9000\n')
    settings = Settings.load(tmp_path)

    assert (usual.data, usual.cell_budget) == ("brief", 6000)
    assert (settings.data, settings.cell_budget) == ("all", 9000)
    shown = {row.name: row.value for row in settings.rows()}
    assert shown["data"] == "all: values are sent whole"
    assert shown["context.cells"] == "9,000 tokens"


def test_how_the_extension_of_jupyterlab_behaves_is_a_setting(tmp_path: Path) -> None:
    usual = Settings.load(tmp_path)
    write_trusted(tmp_path, '[jupyterlab]\nnext_cell = "always"\nerrors = "panel"\n')
    settings = Settings.load(tmp_path)

    assert (usual.jupyterlab.next_cell, usual.jupyterlab.errors) == ("asked", "cell")
    assert (settings.jupyterlab.next_cell, settings.jupyterlab.errors) == ("always", "panel")
    shown = {row.name: row.value for row in settings.rows()}
    assert shown["jupyterlab.next_cell"].startswith("always: ")
    assert shown["jupyterlab.errors"].startswith("panel: ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("next_cell = true", "jupyterlab.next_cell should be 'asked' or 'always', not true."),
        ("errors = 'here'", "jupyterlab.errors should be 'cell' or 'panel', not 'here'."),
        ("error = 'cell'", "jupyterlab has next_cell, errors, in words, and no 'error'."),
    ],
)
def test_a_wrong_habit_is_told_with_what_was_expected(text: str, told: str, tmp_path: Path) -> None:
    write_trusted(tmp_path, f"[jupyterlab]\n{text}\n")

    with pytest.raises(BadSettings) as raised:
        Settings.load(tmp_path)

    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("day = 10", 'budget.day should be an amount with its currency, such as "2 USD", not 10'),
        ('day = "10"', "budget.day should be an amount with its currency"),
        ('day = "$10 USD"', "budget.day should be an amount with its currency"),
        ('day = "10 USD + 5 USD"', "budget.day should be an amount with its currency"),
        ('dya = "10 USD"', "no 'dya'. Did you mean 'day'?"),
        ('unpriced = "yes"', "budget.unpriced should be 'refuse' or 'allow', not 'yes'"),
    ],
)
def test_a_wrong_budget_is_told_with_what_was_expected(
    text: str, told: str, tmp_path: Path
) -> None:
    write_trusted(tmp_path, f"[budget]\n{text}\n")

    with pytest.raises(BadSettings) as raised:
        Settings.load(tmp_path)

    assert told in str(raised.value)
