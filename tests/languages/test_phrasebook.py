"""Reading a text as a row of known sentences."""

from __future__ import annotations

import pytest

from nbchat.languages.phrasebook import LONGEST_LINE, Phrasebook

BOOK = Phrasebook(
    {
        "no model matches {0}.": "没有与 {0} 匹配的模型。",
        "Did you mean {0}?": "你是否想用 {0}？",
        "Wrote {0} to {1}.": "已将 {0} 写入 {1}。",
        "{0} turns": "{0} 轮",
        "{0} is a provider.": "{0} 是服务商。",
        "the table has no models of {0}": "表中没有 {0} 的模型",
        "Look around": "看看周围",
        "failed": "失败",
    }
)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("no model matches 'a'.", "没有与 'a' 匹配的模型。"),
        ("No model matches 'a'.", "没有与 'a' 匹配的模型。"),
        (
            "no model matches 'kimi-k2.6'. Did you mean 'x'?",
            "没有与 'kimi-k2.6' 匹配的模型。你是否想用 'x'？",
        ),
        (
            "no model matches 'x'. Did you mean 'a' or 'b'?",
            "没有与 'x' 匹配的模型。你是否想用 'a' 或 'b'？",
        ),
        ("Wrote 3 turns to /tmp/a.b/c.md.", "已将 3 轮 写入 /tmp/a.b/c.md。"),
        ("'kimi' is a provider. Look around, please", "'kimi' 是服务商。看看周围，please"),
        (
            "the table has no models of Kimi. 'kimi' is a provider.",
            "表中没有 Kimi 的模型。'kimi' 是服务商。",
        ),
        ("  Look around\n%chat models", "  看看周围\n%chat models"),
        ("failed", "失败"),
        ("[run, failed: 1 / 0]", "[run, 失败：1 / 0]"),
        ("failed · 3 s", "失败 · 3 s"),
        ("the request failed with 500", "the request failed with 500"),
        ("1,200 turns (~3 tokens)", "1,200 轮 (~3 tokens)"),
        ("the wheel turns", "the wheel turns"),
        ("it turns around", "it turns around"),
        ("What a server says itself.", "What a server says itself."),
        ("", ""),
    ],
)
def test_what_is_known_is_in_chinese_and_the_rest_as_it_was(english: str, chinese: str) -> None:
    assert BOOK.translated(english) == chinese


def test_a_value_that_is_no_sentence_of_ours_stays_letter_for_letter() -> None:
    value = "'is a provider. Wrote {0} to'"
    assert value in BOOK.translated(f"no model matches {value}.")


def test_a_very_long_line_is_somebodys_data() -> None:
    line = "Look around " * (LONGEST_LINE // 10)
    assert BOOK.translated(line) == line


def test_a_line_that_begins_many_sentences_is_read_in_few_steps() -> None:
    """Each place of a line is read once, however many ways lead to it."""
    line = "Wrote a to b. " * (LONGEST_LINE // 14)
    assert BOOK.translated(line).count("已将 a 写入 b。") == LONGEST_LINE // 14
