"""The tables of two languages: the same entries, the same places for values, nothing forgotten."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

import nbchat
from nbchat.languages.phrasebook import FOLDER, read_tables

from .never_shown import TEXTS
from .sentences import HOLE, sentences

CHINESE = sorted((FOLDER / "zh").glob("*.json"))
PAGES = (
    "frontends/panel/page/words.json",
    "frontends/jupyterlab/labextension/static/words.json",
)
LIBRARIES = (
    "libraries.json"  # what pydantic and the operating system say: tests/languages/test_data
)
BETWEEN = re.compile(r"\{\d\}|[(),]")  # what words are put together with, as "(image, {0})"
HAN = re.compile(r"[\u4e00-\u9fff]")
NOUN = re.compile(r"\{0\} (?P<noun>[a-z ]+?)s?$")  # as plural() makes them


def table() -> Mapping[str, str]:
    return read_tables("zh")


def row_texts() -> list[tuple[str, str]]:
    """The texts in the rows of models and providers, by the names of their fields."""
    rows: list[Mapping[str, object]] = []
    for path in (Path(nbchat.__file__).parent / "catalog").glob("*.json"):
        for part in json.loads(path.read_text("utf-8")).values():
            rows += part if isinstance(part, list) else []
    return [
        (name, text)
        for row in rows
        for name, value in row.items()
        for text in (value if isinstance(value, list) else [value])
        if isinstance(text, str)
    ]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_the_same_entries_and_places_in_both_languages(page: str) -> None:
    words = json.loads((Path(nbchat.__file__).parent / page).read_text("utf-8"))
    assert list(words["zh"]) == list(words["en"])
    for name, text in words["en"].items():
        assert Counter(HOLE.findall(words["zh"][name])) == Counter(HOLE.findall(text)), name


def test_every_sentence_that_is_shown_is_there_in_chinese() -> None:
    missing = {
        one.text: f"{one.file}:{one.line}"
        for one in sentences()
        if one.is_prose and one.is_shown and one.text not in table()
    }
    assert not missing


def test_a_sentence_has_the_same_places_for_values_in_both_languages() -> None:
    for english, chinese in table().items():
        assert set(HOLE.findall(english)) == set(HOLE.findall(chinese)), english


def test_what_is_chinese_is_chinese() -> None:
    assert not [english for english, chinese in table().items() if not HAN.search(chinese)]


def test_a_sentence_is_in_one_table() -> None:
    count = Counter(english for path in CHINESE for english in json.loads(path.read_text("utf-8")))
    assert not [english for english, times in count.items() if times > 1]


def test_why_a_provider_of_the_table_has_ended_is_there_in_chinese() -> None:
    why = {text for name, text in row_texts() if name == "retired"}
    assert why
    assert why <= table().keys()


def test_no_sentence_is_left_that_nothing_says() -> None:
    said = {one.text for one in sentences()} | {text for _, text in row_texts()}
    of_others = json.loads((FOLDER / "zh" / LIBRARIES).read_text("utf-8"))
    unused = [
        english
        for english in table()
        if english not in said
        and english not in of_others
        and not ((found := NOUN.match(english)) and found["noun"] in said)
        and not said.issuperset(filter(None, map(str.strip, BETWEEN.split(english))))
    ]
    assert not unused


def test_no_text_is_left_out_that_the_code_no_longer_has() -> None:
    said = {one.text for one in sentences()}
    assert not [text for text in TEXTS if text not in said]


def test_what_is_left_out_has_no_chinese() -> None:
    assert not [text for text in TEXTS if text in table()]
