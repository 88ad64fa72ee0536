"""Typographic quotes, dashes and spaces: named, with what to type, and text where they are text."""

from __future__ import annotations

import pytest

from nbchat.errors import BadSettings
from nbchat.frontends.notebook.arguments import parse_arguments, refuse_keys
from nbchat.frontends.notebook.line_keys import without_keys
from nbchat.frontends.notebook.line_words import command_argument

BRIEF = '%%chat demo --system "Be brief."'
NBSP = "\u00a0"


@pytest.mark.field("C5")
@pytest.mark.parametrize(
    ("line", "named", "fixed"),
    [
        ("demo --system “Be brief.”", "“ and ” (typographic quotes)", BRIEF),
        ("demo --system „Be brief.“", "„ and “ (typographic quotes)", BRIEF),
        ("demo --system ‘Be brief.’", "‘ and ’ (typographic quotes)", BRIEF),
        ("demo --system «Be brief.»", "« and » (typographic quotes)", BRIEF),
        ("demo --system ＂Be brief.＂", "＂ and ＂ (typographic quotes)", BRIEF),
        ("demo --system=“Be brief.”", "“ and ”", '%%chat demo --system="Be brief."'),
        ('demo --system "Be brief.”', "” (a typographic quote)", BRIEF),
        ('demo --system “Be brief."', "“ (a typographic quote)", BRIEF),
        ('demo --system “Say "a – b".”', "“ and ”", "%%chat demo --system 'Say \"a – b\".'"),
        ("“demo”", "“ and ”", '%%chat "demo"'),
        ("demo –think high", "– (a typographic dash) instead of --", "%%chat demo --think high"),
        ("demo —think high", "— (a typographic dash) instead of --", "%%chat demo --think high"),
        ("demo ―think high", "― (a typographic dash) instead of --", "%%chat demo --think high"),
        ("demo ––think high", "–– (a typographic dash)", "%%chat demo --think high"),
        ("demo -–think high", "-– (a typographic dash)", "%%chat demo --think high"),
        ("demo －－think high", "－－ (full-width) instead of --", "%%chat demo --think high"),
        ("demo --top–p 0.5", "– (a typographic dash) instead of -", "%%chat demo --top-p 0.5"),
        ("kimi‑k2.6", "‑ (a typographic dash) instead of -", "%%chat kimi-k2.6"),
        ("demo --seed −5", "− (a typographic dash) instead of -", "%%chat demo --seed -5"),
        (f"demo{NBSP}--think high", "a non-breaking space (U+00A0)", "%%chat demo --think high"),
        (f"{NBSP}demo", "a non-breaking space (U+00A0)", "%%chat demo"),
        ("demo\u202f--fresh", "a non-breaking space (U+202F)", "%%chat demo --fresh"),
        ("demo\u3000--fresh", "ideographic space (U+3000)", "%%chat demo --fresh"),
        ("demo\u200b --fresh", "zero width space (U+200B)", "%%chat demo --fresh"),
        ("kimi\u200b-k2.6", "zero width space (U+200B), which nobody sees", "%%chat kimi-k2.6"),
        ("kimi\u200c-k2.6", "a zero width non-joiner (U+200C)", "%%chat kimi-k2.6"),
        ("kimi\u00ad-k2.6", "a soft hyphen (U+00AD)", "%%chat kimi-k2.6"),
        ("kimi\x00-k2.6", "a control character (U+0000)", "%%chat kimi-k2.6"),
        ("kimi\ufe0f-k2.6", "(U+FE0F)", "%%chat kimi-k2.6"),
        ("demo\u2009--fresh", "a thin space (U+2009)", "%%chat demo --fresh"),
        ("demo --system ´Be brief.´", "´ and ´ (typographic quotes)", BRIEF),
        ("demo --system `Be brief.`", "` and ` (typographic quotes)", BRIEF),
        ("demo ⸻think high", "⸻ (a typographic dash)", "%%chat demo --think high"),
        ("kimiーk2.6", "ー (a typographic dash)", "%%chat kimi-k2.6"),
        ("ｋｉｍｉ：kimi-k2.6", "(full-width) instead of kimi:kimi-k2.6", "%%chat kimi:kimi-k2.6"),
        (
            f"demo —think{NBSP}high --system “Be brief.”",
            "a non-breaking space (U+00A0) instead of a space, — (a typographic dash) instead",
            '%%chat demo --think high --system "Be brief."',
        ),
    ],
)
def test_what_looks_like_another_character_is_named_with_what_to_type(
    line: str, named: str, fixed: str
) -> None:
    with pytest.raises(BadSettings) as raised:
        parse_arguments(line)

    first, second = str(raised.value).splitlines()
    assert named in first
    assert second.replace("  ", " ") == fixed
    parse_arguments(second.removeprefix("%%chat"))


@pytest.mark.field("C5")
def test_in_texts_they_are_text() -> None:
    text = "C’est « bref » – “oui” ― 5 €, 2020–2024, ＡＢＣ"

    assert parse_arguments(f'demo --system "{text}"').options == {"system": text}
    assert parse_arguments(f"demo --system '{text}'").options == {"system": text}
    assert parse_arguments("demo --name d’or").name == "d’or"
    assert parse_arguments("demo --name 2020–2024").name == "2020–2024"
    for name in ("👩\u200d👩", "می\u200cخواهم", "ラーメン", "#1"):
        assert parse_arguments(f"demo --name {name}").name == name
    assert parse_arguments(r"demo --system C:\dir").options == {"system": r"C:\dir"}
    assert parse_arguments("demo --name ＡＢＣ").name == "ＡＢＣ"
    assert command_argument("switch", "l’été – 2024", {}) == "l’été – 2024"
    assert command_argument("delete", '"“my” chat"', {}) == "“my” chat"


@pytest.mark.field("C5")
@pytest.mark.parametrize(
    ("name", "text", "fixed"),
    [
        ("use", "“demo”", '%chat use "demo"'),
        ("use", "kimi‑k2.6", "%chat use kimi-k2.6"),
        ("models", "—live kimi", "%chat models --live kimi"),
        ("switch", "“my chat”", '%chat switch "my chat"'),
        ("trust", "–forget", "%chat trust --forget"),
    ],
)
def test_commands_name_them_too(name: str, text: str, fixed: str) -> None:
    with pytest.raises(BadSettings) as raised:
        command_argument(name, text, {})

    assert str(raised.value).splitlines()[1] == fixed
    with pytest.raises(BadSettings, match="has no partner"):
        command_argument(name, '"u', {})


@pytest.mark.field("C5")
@pytest.mark.parametrize(
    "line",
    ["demo —key abc", "demo –-api-key=abc", "demo －－key　abc", f"demo{NBSP}—key{NBSP}abc"],
)
def test_a_key_is_one_however_its_option_is_typed(line: str) -> None:
    with pytest.raises(BadSettings, match="a key is never an argument"):
        refuse_keys(line)

    assert "abc" not in without_keys(line)
