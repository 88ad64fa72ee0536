"""What a file beside the work may say of money: less, and never more."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbchat.folders import config_folder
from nbchat.settings import Settings
from nbchat.settings_values import Budgets

from ..trusted import write_trusted

ONLY_DOLLARS = {"USD": 10.0}


def own(text: str) -> None:
    folder = config_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbchat.toml").write_text(text)


def load(folder: Path, text: str, *, is_trusted: bool) -> Settings:
    if is_trusted:
        write_trusted(folder, text)
    else:
        (folder / "nbchat.toml").write_text(text)
    return Settings.load(folder)


@pytest.mark.parametrize("is_trusted", [True, False], ids=["trusted", "untrusted"])
@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ('"5 USD"', {"USD": 5.0}),
        ('"10 USD"', ONLY_DOLLARS),
        ('"50 USD"', ONLY_DOLLARS),
        ('"50 USD + 5 CNY"', {"USD": 10.0, "CNY": 0.0}),
        ('"5 CNY"', {"USD": 0.0, "CNY": 0.0}),
    ],
    ids=["less", "the same", "more", "more in two currencies", "another currency"],
)
def test_a_budget_beside_the_work_never_allows_more_than_the_users_own(
    said: str, counts: dict[str, float], is_trusted: bool, tmp_path: Path
) -> None:
    own('budget.day = "10 USD"\n')

    settings = load(tmp_path, f"budget.day = {said}\n", is_trusted=is_trusted)

    assert settings.budgets.day == counts


@pytest.mark.parametrize("is_trusted", [True, False], ids=["trusted", "untrusted"])
def test_a_budget_counts_where_the_user_has_none(is_trusted: bool, tmp_path: Path) -> None:
    text = '[budget]\nnotebook = "2 USD"\nday = "$1,000.50"\n'

    settings = load(tmp_path, text, is_trusted=is_trusted)

    assert settings.budgets == Budgets({"USD": 2.0}, {"USD": 1000.5})
    assert settings.origins["budget.day"].endswith("nbchat.toml")
    assert not settings.file_lines


@pytest.mark.parametrize(
    ("owned", "is_trusted", "counts"),
    [
        ('budget.day = "10 USD"', True, "refuse"),
        ('budget.day = "10 USD"\nbudget.unpriced = "allow"', True, "allow"),
        ("", True, "allow"),
        ("", False, "refuse"),
    ],
)
def test_what_has_no_price_is_let_through_by_the_user_alone(
    owned: str, is_trusted: bool, counts: str, tmp_path: Path
) -> None:
    own(owned)

    settings = load(tmp_path, 'budget.unpriced = "allow"\n', is_trusted=is_trusted)

    assert settings.budgets.unpriced == counts


@pytest.mark.parametrize("text", ['day = "much"', "day = 5", 'week = "5 USD"', 'day = "5 USD 5"'])
def test_a_wrong_budget_of_nobody_is_left_out_and_named(text: str, tmp_path: Path) -> None:
    own('budget.day = "10 USD"\n')

    settings = load(tmp_path, f"[budget]\n{text}\n", is_trusted=False)

    (line,) = settings.file_lines.values()
    assert "left out of it: budget, which has amounts with their currency" in line
    assert settings.budgets.day == ONLY_DOLLARS


def test_the_budgets_are_among_the_settings_with_their_origin(tmp_path: Path) -> None:
    own('budget.day = "10 USD"\n')

    rows = {row.name: row for row in load(tmp_path, "", is_trusted=False).rows()}

    assert rows["budget.day"].value == "10 USD"
    assert rows["budget.day"].origin.endswith("nbchat.toml")
    assert (rows["budget.notebook"].value, rows["budget.notebook"].origin) == (
        "no limit",
        "default",
    )
