"""Emphasis beside Chinese, Japanese and Korean signs works as its writer meant, and only there."""

from __future__ import annotations

import io
import re
import unicodedata

import mistune
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from nbchat.render import Incremental, to_html, to_markdown
from nbchat.render.markdown.cjk import emphasis_beside_cjk
from nbchat.render.terminal import rich_page
from tests.render.dom import words

from ...nightly import examples

PLAIN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
OURS = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
OURS.use(emphasis_beside_cjk)

EMPHASISED = [
    ("**注意：**请看", "<strong>注意：</strong>请看"),
    ("**注意：**Please look", "<strong>注意：</strong>Please look"),
    ("这是**“重要”**的", "这是<strong>“重要”</strong>的"),
    ("**123%**的人", "<strong>123%</strong>的人"),
    ("**`code`**是", "<strong><code>code</code></strong>是"),
    ("运行**`pip install`**即可", "运行<strong><code>pip install</code></strong>即可"),
    ("约**$5**的，**（重点）**在这里", "约<strong>$5</strong>的，<strong>（重点）</strong>在这里"),
    ("**스크립트(script)**라고", "<strong>스크립트(script)</strong>라고"),
    ("**‘사과’**를 먹었다", "<strong>‘사과’</strong>를 먹었다"),
    ("**「重要」**な点", "<strong>「重要」</strong>な点"),
    ("これは**「重要」**です。", "これは<strong>「重要」</strong>です。"),
    ("**これは太字。**これは違う。", "<strong>これは太字。</strong>これは違う。"),
    ("*注意：*请看", "<em>注意：</em>请看"),
    ("***注意：***请看", "<em><strong>注意：</strong></em>请看"),
    ("~~旧价：~~新价", "<s>旧价：</s>新价"),
    ("是~~“旧”~~的", "是<s>“旧”</s>的"),
    ("**注意：*小心。*请看**好", "<strong>注意：<em>小心。</em>请看</strong>好"),
    ("**全角％**的", "<strong>全角％</strong>的"),
    ("**ﾊﾝｶｸ｡**です", "<strong>ﾊﾝｶｸ｡</strong>です"),
    ("**!**\U00020000字", "<strong>!</strong>\U00020000字"),
    ("\U00030000**“古”**字", "\U00030000<strong>“古”</strong>字"),
    ("葛\U000e0100**“城”**市", "葛\\U000e0100<strong>“城”</strong>市"),
    ("大\ufe00**（a）**b", "大\\ufe00<strong>（a）</strong>b"),
    ("か\u3099**(注)**か\u3099", "か\u3099<strong>(注)</strong>か\u3099"),
    ("字\u0301**(注)**字", "字\u0301<strong>(注)</strong>字"),
    ("\u1112\u1161**(한)**\u1100\u1173", "\u1112\u1161<strong>(한)</strong>\u1100\u1173"),
    ("**完了✅**です", "<strong>完了✅</strong>です"),
    ("状态**⚠️重要**，**✅**的", "状态<strong>⚠️重要</strong>，<strong>✅</strong>的"),
    ("**重要。**😀好", "<strong>重要。</strong>😀好"),
    ("**\U0001f600**好", "<strong>\U0001f600</strong>好"),
    ("点**[链接](https://e.example)**看", "点<strong>a</strong>看"),
    ("**สำคัญ:**โปรดดู", "<strong>สำคัญ:</strong>โปรดดู"),
    ("ใช้**“คำ”**นี้", "ใช้<strong>“คำ”</strong>นี้"),
    ("**โค้ด(code)**ใช้ และ", "<strong>โค้ด(code)</strong>ใช้ และ"),
    ("และ**`x`**ดู", "และ<strong><code>x</code></strong>ดู"),
    ("**[ลิงก์](https://e.example)**นี้ *ราคา 50%*ของ", "<strong>a</strong>นี้ <em>ราคา 50%</em>ของ"),
    ("**ຄຳ:**ເບິ່ງ **စာ။**ပါ", "<strong>ຄຳ:</strong>ເບິ່ງ <strong>စာ။</strong>ပါ"),
    ("**ពាក្យ៖**មើល", "<strong>ពាក្យ៖</strong>មើល"),
    ("第1**“重点”**2章", "第1<strong>“重点”</strong>2章"),
    ("使用Python**“列表”**API", "使用Python<strong>“列表”</strong>API"),
    ("版本3**“beta”**4发布", "版本3<strong>“beta”</strong>4发布"),
    ("3**「x」**4", "3<strong>「x」</strong>4"),
    ("**중요!**를 **`코드`**를", "<strong>중요!</strong>를 <strong><code>코드</code></strong>를"),
    ("（**重要**）**ＡＢＣ！**です", "（<strong>重要</strong>）<strong>ＡＢＣ！</strong>です"),
    ("ㄅ**（注音）**ㄆ", "ㄅ<strong>（注音）</strong>ㄆ"),
]  # fmt: skip
# Until the first sign of Chinese has come, these are no emphasis.
EMPHASISED_LATE = [
    ('A**"重点"**B和1**(注)**2', 'A<strong>"重点"</strong>B和1<strong>(注)</strong>2'),
    ("A**“x”**B和", "A<strong>“x”</strong>B和"),
]
LEFT_ALONE = [
    "变量_name_的",
    "函数__init__的",
    "2 ** 3 等于8",
    "a * b，c * d",
    "** 注意 **请看",
    r"\*\*注意：\*\*请看",
    "`**注意：**请看`",
    "注意**",
    "**",
    "1**“x”**2",
    'a*"foo"*b',
    "2**(n-1)**x等于8",
    "第1_“重”_2",
    "ตัวแปร_ชื่อ_นี้",
    "2 ** 3 เท่ากับ",
]


def mistune_html(source: str) -> str:
    render = mistune.create_markdown(plugins=["strikethrough", "table"])
    return str(render(source))


def words_of_others(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def drawn(html: str) -> str:
    return re.sub(r"<a [^>]*>.*?</a>", "a", html.strip().removeprefix("<p>").removesuffix("</p>"))


@pytest.mark.field("C13")
@pytest.mark.parametrize(("markdown", "html"), [*EMPHASISED, *EMPHASISED_LATE])
def test_emphasis_beside_cjk_is_drawn(markdown: str, html: str) -> None:
    assert drawn(to_html(markdown)) == html


@pytest.mark.field("C13")
@pytest.mark.parametrize("markdown", LEFT_ALONE)
def test_what_no_writer_meant_as_emphasis_stays(markdown: str) -> None:
    assert OURS.render(markdown) == PLAIN.render(markdown)


def is_currency(character: str) -> bool:
    return unicodedata.category(character) == "Sc"


def is_cjk(character: str) -> bool:
    """By Unicode's own data, and not by the ranges of the program."""
    names = ("THAI ", "LAO ", "TIBETAN ", "MYANMAR ", "KHMER ", "TAI ", "NEW TAI ", "JAVANESE ")
    if unicodedata.name(character, "").startswith(names) and not is_currency(character):
        return True
    names = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO", "KANGXI", "IDEOGRAPH", "YI ")
    name = unicodedata.name(character, "")
    return unicodedata.east_asian_width(character) in "WFH" or name.startswith(names)


SIGNS = [
    "*",
    "**",
    "***",
    "_",
    "__",
    "~~",
    "`",
    "[",
    "](x)",
    "(",
    ")",
    "“",
    "”",
    "%",
    ":",
    ".",
    "!",
]
OTHERS = [*"aé1яאक", " ", "\n", "\u00a0", "€", "—", "…", "😀", "⚠️", "☰", "₩", "\u0301", "\u200b"]
CJK = [*"ก้ၡក", *"注の한。：「」（），％ｱ", "\U00020000", "葛\U000e0100", "か\u3099", "\u1112\u1161"]


@pytest.mark.field("C13")
@settings(max_examples=examples(300))
@given(
    st.lists(
        st.one_of(
            st.sampled_from([*SIGNS, *OTHERS]),
            st.characters(exclude_categories=["Cs"]).filter(lambda one: not is_cjk(one)),
        ),
        max_size=30,
    ).map("".join)
)
def test_without_cjk_everything_is_as_commonmark_has_it(text: str) -> None:
    assert OURS.render(text) == PLAIN.render(text)


@pytest.mark.field("C13")
def test_what_counts_as_cjk_agrees_with_unicode() -> None:
    """Of the signs that are wide, emoji and trigrams belong to other scripts, too."""
    for code in [
        *range(0x1100, 0x30000, 97),
        *range(0x2E80, 0x3400, 5),
        *range(0xFE00, 0x10000, 3),
    ]:
        character = chr(code)
        kind = unicodedata.category(character)
        if kind[0] in "LP" and is_cjk(character):
            assert "**" not in OURS.render(f"{character}**!x!**{character}"), hex(code)
        elif kind[0] != "C" and not is_cjk(character):
            text = f"a**!x!**{character}"
            assert OURS.render(text) == PLAIN.render(text), hex(code)


@pytest.mark.field("C13")
@pytest.mark.parametrize("markdown", [markdown for markdown, _ in EMPHASISED])
def test_no_mark_is_seen_while_it_streams(markdown: str) -> None:
    page = Incremental()
    for character in markdown:
        page.feed(character)
        assert not re.search(r"[*~`]", words(page.html)), page.html
    page.finish()

    assert page.html == to_html(markdown)


@settings(max_examples=examples(100))
@given(st.lists(st.sampled_from([*SIGNS, *OTHERS, *CJK, "\n\n"]), max_size=30).map("".join))
def test_any_prefix_ends_as_the_whole(text: str) -> None:
    page = Incremental()
    for character in text:
        page.feed(character)
    page.finish()

    assert page.html == to_html(text)


@pytest.mark.field("C13")
@pytest.mark.parametrize(("markdown", "html"), EMPHASISED)
def test_a_terminal_shows_it_too(markdown: str, html: str) -> None:
    console = Console(force_terminal=True, width=80, file=io.StringIO(), theme=rich_page.THEME)
    with console.capture() as capture:
        console.print(rich_page.page(markdown))

    assert not re.search(r"\*|~~|`", capture.get())
    assert "\x1b[" in capture.get()


@pytest.mark.field("C13")
@pytest.mark.parametrize(("markdown", "html"), [*EMPHASISED, *EMPHASISED_LATE])
def test_other_programs_see_it_in_what_is_copied(markdown: str, html: str) -> None:
    """A space is written where they need one; the words are the same."""
    source = to_markdown(f"- {markdown}\n\n| a |\n|---|\n| {markdown} |")
    ours = to_html(markdown)

    for others in (PLAIN.render(source), mistune_html(source)):
        others = others.replace("del>", "s>")
        assert not re.search(r"[*~]", words_of_others(others)), source
        for tag in ("strong", "em", "s"):
            assert others.count(f"<{tag}>") == 2 * ours.count(f"<{tag}>"), source


@pytest.mark.field("C13")
@pytest.mark.parametrize(
    ("markdown", "source"),
    [
        ("**注意：**请看", "**注意：** 请看"),
        ("这是**“重要”**的", "这是 **“重要”** 的"),
        ("***注意：***请看", "***注意：*** 请看"),
        ("**重要**的", "**重要**的"),
        ("他说：**重要**的", "他说：**重要**的"),
        ("`**注意：**请看` **", "`**注意：**请看` **"),
        ("2 ** 3 等于8：**x", "2 ** 3 等于8：**x"),
        ("> 一\n> 是**“二”**的\n\n1. **三。**四", "> 一\n> 是 **“二”** 的\n\n1. **三。** 四"),
    ],
)
def test_a_space_is_written_only_where_others_need_it(markdown: str, source: str) -> None:
    assert to_markdown(markdown) == source
