"""What nobody sees is written out: all of it in code and terminals, in prose what could hide."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbchat.events import Answer, Stop
from nbchat.messages import Text, Thought, ToolCall
from nbchat.render import Incremental, LongBlocks, answer_html, live_html, plain, to_html
from nbchat.render.characters import InPieces, undisguised, undisguised_name, unmasked
from nbchat.render.streaming.live_page import folded_html
from nbchat.render.terminal.clean import clean, clean_words

from .dom import Page
from .terminal.drawing import draw

RANGES = (  # Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties.txt
    "AD 34F 61C 115F-1160 17B4-17B5 180B-180D 180E 180F 200B-200F 202A-202E 2060-2064 2065 "
    "2066-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8 1BCA0-1BCA3 1D173-1D17A E0000 E0001 "
    "E0002-E001F E0020-E007F E0080-E00FF E0100-E01EF E01F0-E0FFF"
)
SEEN_MARKS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


def characters() -> list[str]:
    found = []
    for written in RANGES.split():
        first, _, last = written.partition("-")
        found += map(chr, range(int(first, 16), int(last or first, 16) + 1))
    return found


IGNORABLE = characters()
ALL = "".join(IGNORABLE)
PROGRAM = "".join(chr(0xE0100 + byte) for byte in b"import os")
WRITTEN = PROGRAM.encode("unicode_escape").decode()

KEPT = {
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "heart on fire": "\u2764\ufe0f\u200d\U0001f525",
    "warning": "\u26a0\ufe0f",
    "text style": "\u2714\ufe0e",
    "keycap": "1\ufe0f\u20e3 and #\ufe0f\u20e3",
    "England": "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "copyright": "\u00a9\ufe0f",
    "Persian": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "Arabic, the shape of a letter": "\u0647\u200d",
    "Hindi": "\u0915\u094d\u200d\u0937 \u0930\u094d\u200c\u092f",
    "Sinhala": "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
    "Mongolian": "\u1820\u180b\u1828\u180e\u1820",
    "Thai": "\u0e44\u0e17\u0e22\u200b\u0e44\u0e17\u0e22",
    "isolates": "\u05d0 \u2068C++\u2069 \u05d1\u200f",
    "where a word may be parted": "Donau\u00addampf\u00adschiff",
}


def codes(text: str) -> set[str]:
    return {character for character in text if unmasked(character) != character}


def test_the_list_is_unicodes() -> None:
    assert len(IGNORABLE) == len(set(IGNORABLE)) == 4174
    formats = {chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Cf"}

    assert {c for c in formats if unmasked(c) == c} == set(map(chr, SEEN_MARKS))


@pytest.mark.field("T3")
@pytest.mark.parametrize(
    "markdown",
    [
        "`x = 'a{}b'`",
        "```python\nx = 'a{}b'\n```",
        "```{}py\nx\n```",
        "``` py{}\nx\n```",
        "    x = 'a{}b'",
        "- 1\n\n  ```\n  a{}b\n  ```",
        "> ~~~\n> a{}b",
        "| a |\n|---|\n| `a{}b` |",
        "[`a{}b`](https://a.example)",
        "# `a{}b`",
        "[^1]\n\n[^1]: `a{}b`",
    ],
)
def test_code_shows_every_character_that_nobody_would_see(markdown: str) -> None:
    source = markdown.replace("{}", ALL)
    shown = Page(to_html(source)).text
    streamed = Incremental()
    streamed.feed(source)
    answer = Answer()
    answer.add(Text(source))

    assert codes(shown) == codes(Page(streamed.tail).text) == codes(plain(answer)) == set()
    if "py" not in markdown or "x = " in markdown:
        assert all(unmasked(character) in shown for character in IGNORABLE)


@pytest.mark.field("T3")
@pytest.mark.parametrize(
    "markdown",
    [
        *("{}", "| {} |\n|---|\n| {} |", "# {}", "- {}", "> {}", "*{}* **{}** ~~{}~~"),
        *("[{}](https://a.example)", "![{}](https://a.example/x.png)", "[a]({})"),
        *("[^1]\n\n[^1]: {}", "[a][b]\n\n[b]: https://a.b/{}"),
        *("$x_{{}}$", "$$\n\\text{{}}^2\n$$", "```math\nx_{{}}\n```"),
    ],
)
@pytest.mark.parametrize(
    "hidden", [PROGRAM, "\u200b\u200c\u200b\u200b\u200c\u200d\ufeff", "\u3164\u3164"]
)
def test_prose_shows_a_hidden_text_wherever_it_stands(markdown: str, hidden: str) -> None:
    source = markdown.replace("{}", f"a{hidden}b")
    page = LongBlocks()
    page.feed(source)

    for html in (to_html(source), page.html):
        assert codes(Page(html).text) == set(), markdown


@pytest.mark.field("T3")
def test_a_formula_hides_nothing_behind_an_entity() -> None:
    for entity in ("&#x200b;", "&#8203;", "&zwnj;", "&#xE0101;"):
        assert codes(Page(to_html(f"$\\text{{a{entity}b}}^2$")).text) == set()


@pytest.mark.field("T3")
def test_thinking_notices_tools_and_the_line_below_hide_nothing() -> None:
    answer = Answer(model=f"m{PROGRAM}", notices=[f"n{PROGRAM}"])
    for event in (
        Thought(f"a{PROGRAM}b `{ALL}`"),
        ToolCall("1", f"t{PROGRAM}", {"a": f"b{ALL}"}),
        ToolCall("2", f"t{PROGRAM}", None, raw=f"b{ALL}"),
        Stop("broken", f"s{PROGRAM}"),
    ):
        answer.add(event)
    html = answer_html(answer, footer=[answer.model])
    live = live_html([], status=f"s{PROGRAM}", thought=f"a{PROGRAM}", notices=answer.notices)

    assert codes(Page(html, frame=True).text) == codes(Page(live, frame=True).text) == set()
    assert codes(folded_html(answer.thought, answer.notices)) == codes(plain(answer)) == set()
    assert html.count(WRITTEN) == 6


@pytest.mark.field("T3")
@pytest.mark.parametrize("words", KEPT.values(), ids=KEPT)
def test_prose_keeps_what_it_needs_to_look_right(words: str) -> None:
    for markdown in (f"{words}, {words}", f"# {words}", f"| {words} |\n|---|\n| {words} |"):
        assert words in Page(to_html(markdown)).text
    answer = Answer(notices=[])
    answer.add(Text(f"a {words} b"))
    answer.add(Thought(words))

    assert plain(answer) == f"a {words} b"
    assert answer_html(answer).count(words) == 2


@pytest.mark.field("T3")
def test_a_link_keeps_emoji_and_joined_letters() -> None:
    for name in ("warning", "family", "Persian", "Hindi", "England"):
        assert KEPT[name] in Page(to_html(f"[{KEPT[name]}](https://a.example)")).text


@pytest.mark.field("T3")
@pytest.mark.parametrize(
    "hidden",
    [
        "h\u200be\u200cl\u200bl\u200co",
        "a\ufe0f\ufe0e\ufe0fb",
        "\u26a0\ufe0f\ufe0f",
        "\u26a0" + "\ufe0f\ufe0e" * 4,
        "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in "attack") + "\U000e007f",
        "\u0645\u200c\u200c\u200d\u200c\u0645",
        "\u845b\U000e0100\U000e0123",
        "\u200e\u200f\u200e\u200e",
        "".join(f"{letter}\u200e" for letter in "a long sentence"),
        "\u2066" * 4,
        "\u115f\u1160\u115f",
        "\u2062\u2063\u2064",
    ],
)
def test_what_looks_like_spelling_and_is_none_is_written_out(hidden: str) -> None:
    assert "\\u" in undisguised(hidden) or "\\U" in undisguised(hidden)
    assert len(codes(undisguised(hidden))) <= 1


@pytest.mark.field("T3")
def test_a_terminal_shows_every_character_that_nobody_would_see() -> None:
    for source in (f"a{ALL}b", f"```\na{ALL}b\n```", f"`a{ALL}b`", f"| a{ALL}b |\n|---|\n| c |"):
        assert codes(draw(source, width=80)) == set()
    assert clean(ALL) == unmasked(ALL)


@pytest.mark.field("T3")
def test_a_terminal_shows_emoji_without_their_marks() -> None:
    assert clean_words("\u26a0\ufe0f 1\ufe0f\u20e3 \u2764\ufe0f\u200d\U0001f525") == (
        "\u26a0 1\u20e3 \u2764\U0001f525"
    )


@pytest.mark.field("T3")
@given(
    st.lists(st.sampled_from([*KEPT.values(), *"ab 1 \n", PROGRAM, *"\u200b\u200e\ufe0f"])),
    st.integers(1, 5),
)
def test_however_a_text_is_cut_it_is_written_out_alike(pieces: list[str], size: int) -> None:
    text = "".join(pieces)[:60]
    for write_out in (undisguised_name, unmasked, clean_words):
        words = InPieces(write_out)
        shown = [words.feed(text[at : at + size]) for at in range(0, len(text), size)]

        assert "".join([*shown, words.finish()]) == write_out(text)
