"""Whose language it is: the variable's, the locale's, the page's."""

from __future__ import annotations

import io
import sys

import pytest

from nbchat import languages
from nbchat.errors import NotThere


@pytest.fixture(autouse=True)
def no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in languages.LOCALE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(languages, "_page_is_chinese", False)


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"NBCHAT_LANG": "zh"}, "zh"),
        ({"NBCHAT_LANG": "zh_CN"}, "zh"),
        ({"NBCHAT_LANG": "fr", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"NBCHAT_LANG": "中文?", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"NBCHAT_LANG": " ", "LANG": "zh_CN.UTF-8"}, "zh"),
        ({"NBCHAT_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_variable_counts_before_the_locale(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert languages.language() == language


@pytest.mark.parametrize("locale", ["C.UTF-8", "en_US.UTF-8", "zh_CN.UTF-8"])
def test_a_chinese_page_counts_unless_the_variable_says_otherwise(
    locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", locale)
    languages.heed_page("zh-CN")
    languages.heed_page("en-US")  # of JupyterLab, beside a Chinese browser
    assert languages.language() == "zh"
    monkeypatch.setenv("NBCHAT_LANG", "en")
    assert languages.language() == "en"


def test_an_output_that_cannot_write_chinese_gets_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBCHAT_LANG", "zh")
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert languages.language() == "en"


def test_a_cell_shows_an_error_in_chinese_and_the_exception_stays_english(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NBCHAT_LANG", "zh")
    error = NotThere("no such model. Did you mean 'a'?")
    assert str(error) == "no such model. Did you mean 'a'?"
    assert "你是否想用 'a'？" in error._render_traceback_()[0]
    assert error._render_traceback_()[0].startswith("\x1b[1mNotThere\x1b[0m: ")
