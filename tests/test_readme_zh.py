"""README.zh.md is README.md in Chinese: the same code, the same links, the same parts."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from .readme_in_chinese import CELLS, SENTENCES, WIDEST, columns
from .refresh_pages import PARTS, ROOT

PAGES = {"en": "README.md", "zh": "README.zh.md"}
TEXT = {language: (ROOT / page).read_text("utf-8") for language, page in PAGES.items()}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
HEADING = re.compile(r"^(#+) (.*)$", re.M)
COMMENT = re.compile(r"(?<=\S)\s+# .*$", re.M)  # behind code: it is read, and not run
HAN = re.compile(r"[\u4e00-\u9fff]")
# Two words in a row, of which neither is a name or code.
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")
NO_PROSE = r"`[^`]*`|\"[^\"]*\"|<!--.*?-->|<[^>]*>|\*[a-z ]+\*|\]\([^)]*\)"

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")


def prose(language: str) -> str:
    """The page without its code blocks."""
    return BLOCK.sub("", TEXT[language])


def blocks(language: str) -> list[tuple[str, str]]:
    return [(kind, COMMENT.sub("", code)) for kind, code in BLOCK.findall(TEXT[language])]


def headings(language: str) -> list[tuple[int, str]]:
    return [(len(level), title) for level, title in HEADING.findall(prose(language))]


def targets(language: str) -> list[str]:
    """Where its links and pictures lead; a place on the page by the number of its heading."""
    found = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", prose(language))
    titles = [anchor(title) for _, title in headings(language)]
    return [
        f"#{titles.index(unquote(target[1:]))}" if target.startswith("#") else target
        for target in map("".join, found)
    ]


def anchor(title: str) -> str:
    """How GitHub calls the place of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def inline_code(language: str) -> Counter[str]:
    found = re.findall(r"(?<!`)`([^`]+)`(?!`)", prose(language))
    return Counter(" ".join(code.split()) for code in found)


def test_the_code_is_the_same_in_the_same_order() -> None:
    assert blocks("zh") == blocks("en")
    assert len(blocks("en")) >= 15


def test_its_headings_are_as_many_and_as_deep() -> None:
    assert [level for level, _ in headings("zh")] == [level for level, _ in headings("en")]
    assert [title for _, title in headings("zh")[1:] if not HAN.search(title)] == []


def test_links_and_pictures_lead_to_the_same_places() -> None:
    english, chinese = Counter(targets("en")), Counter(targets("zh"))

    assert english - chinese == Counter({"README.zh.md": 1})
    assert chinese - english == Counter({"README.md": 1})


def test_each_links_to_the_other_at_the_top() -> None:
    assert TEXT["en"].split("\n")[2] == "[中文](README.zh.md)"
    assert TEXT["zh"].split("\n")[2] == "[English](README.md)"


def test_what_is_named_in_code_is_named_in_both() -> None:
    assert inline_code("zh").keys() == inline_code("en").keys()


@pytest.mark.parametrize("tag", ["h2", "p", "li", "tr", "strong", "em", "a", "pre"])
def test_it_is_made_of_the_same_parts(tag: str) -> None:
    """Also: no star or bracket stands there as text because it touches a Chinese letter."""
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    drawn = {language: reader.render(text) for language, text in TEXT.items()}

    assert len(re.findall(f"<{tag}[ >]", drawn["zh"])) == len(
        re.findall(f"<{tag}[ >]", drawn["en"])
    )


def test_the_parts_that_come_from_the_code_are_those_of_the_english_page() -> None:
    assert PARTS["README.zh.md"] == PARTS["README.md"]


def test_every_word_of_those_parts_is_used() -> None:
    made = " ".join(part() for part in PARTS["README.md"])
    flat = " ".join(made.split())

    assert [cell for cell in CELLS if cell not in flat] == []
    unused = [english for english, _ in SENTENCES if not re.search(english, flat)]
    assert unused == [english for english, _ in SENTENCES if english.startswith("As found on")]


def test_nothing_is_left_in_english() -> None:
    text = re.sub(NO_PROSE, "|", prose("zh"))

    assert sorted(ENGLISH.findall(text)) == ["ai magics", "chat completions", "express mode"]


def test_no_line_of_prose_is_wider_than_a_page() -> None:
    lines = [line for line in prose("zh").splitlines() if not line.startswith("|")]

    assert [line for line in lines if columns(line) > WIDEST] == []


def test_a_line_of_prose_ends_where_a_sentence_pauses() -> None:
    """A page puts a space where a line ends, which Chinese has behind a sign alone."""
    lines = re.sub("<picture>.*?</picture>", "", prose("zh"), flags=re.S).splitlines()
    broken = [
        line
        for line, following in pairwise(lines)
        if HAN.match(line[-1:]) and following.strip() and not following.startswith("|")
    ]

    assert broken == []
