"""Reading a text as a row of known sentences."""

from __future__ import annotations

import pytest

from nbchat.languages.phrasebook import LONGEST_LINE, LONGEST_TEXT, Phrasebook

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
        "a model": "模型",
        "a question": "问题",
        "{0}() was called without {1}.": "调用 {0}() 时没有给出 {1}。",
        "{0} should be {1}, not {2}.": "{0} 应为 {1}，而不是 {2}。",
        "a list of {0}": "{0} 的列表",
        "{0} cannot be reached: {1}.": "无法连接 {0}：{1}。",
        "{0} refused the connection": "{0} 拒绝了连接",
        "Check the base URL, {0}": "请检查基础 URL，{0}",
        "the base URL": "基础 URL",
        "or choose another model:": "或换一个模型：",
        "wants a key, and none is set": "需要密钥，但没有设置",
        "{0} is set": "已设置 {0}",
        "It says: {0}": "它说：{0}",
        "set": "已设置",
        "the answer broke off: {0}.": "回答断开了：{0}。",
        "{0} broke off: the connection to {1} was lost.": "{0} 中断了：与 {1} 的连接已丢失。",
        "{0} is not TOML at line {1}.": "{0} 第 {1} 行不是 TOML。",
        "ignored: {0}": "已忽略：{0}",
        "it": "它",
        "{0} left": "剩余 {0}",
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
        ("Wrote 3 turns to /tmp/a.b/c.md.", "已将 3 轮写入 /tmp/a.b/c.md。"),
        ("'kimi' is a provider. Look around, please", "'kimi' 是服务商。看看周围，please"),
        (
            "the table has no models of Kimi. 'kimi' is a provider.",
            "表中没有 Kimi 的模型。'kimi' 是服务商。",
        ),
        ("  Look around\n%chat models", "  看看周围\n%chat models"),
        # Of a row only what is known, or what is a program's, is joined by our word.
        ("ask() was called without a model and a question.", "调用 ask() 时没有给出模型和问题。"),
        ("x should be A_B or C_D, not 3.", "x 应为 A_B 或 C_D，而不是 3。"),
        ("x should be on, off or max, not 3.", "x 应为 on、off 或 max，而不是 3。"),
        ("x should be 'a' or 'b' or 'c', not 3.", "x 应为 'a'、'b' 或 'c'，而不是 3。"),
        ("x should be set or on, not 3.", "x 应为 set 或 on，而不是 3。"),
        ("Did you mean set?", "你是否想用 set？"),
        ("x should be salt and pepper, not 3.", "x 应为 salt and pepper，而不是 3。"),
        # A value that is a sentence is known before a shorter one and words of nobody.
        (
            "Kimi cannot be reached: 127.0.0.1:9 refused the connection.",
            "无法连接 Kimi：127.0.0.1:9 拒绝了连接。",
        ),
        (
            "Ollama cannot be reached: a b. Check the base URL, or choose another model:",
            "无法连接 Ollama：a b。请检查基础 URL，或换一个模型：",
        ),
        # Errors tell behind the base URL who has set it.
        (
            "Check the base URL (KIMI_BASE_URL), or choose another model:",
            "请检查基础 URL（KIMI_BASE_URL），或换一个模型：",
        ),
        ("x should be a list of a model, not 3.", "x 应为模型的列表，而不是 3。"),
        ("failed · 3 turns", "失败 · 3 轮"),
        ("the request failed with 500 turns", "the request failed with 500 轮"),
        ("nobody turns", "nobody turns"),
        ("the host failed.lan:3128", "the host failed.lan:3128"),
        ("failed", "失败"),
        ("failed · 3 s", "失败 · 3 s"),
        ("the request failed with 500", "the request failed with 500"),
        ("1,200 turns (~3 tokens)", "1,200 轮（~3 tokens）"),
        ("the wheel turns", "the wheel turns"),
        ("it turns around", "it turns around"),
        ("What a server says itself.", "What a server says itself."),
        ("Kimi (Moonshot) wants a key, and none is set.", "Kimi (Moonshot) 需要密钥，但没有设置。"),
        (
            "Wants a key, and none is set (401). Look around",
            "需要密钥，但没有设置（401）。看看周围",
        ),
        ("It says: look around. 3 turns", "它说：look around。3 轮"),
        ("Who turns off the lights", "Who turns off the lights"),
        ("set", "已设置"),
        ("kimi · set", "kimi · 已设置"),
        ("set: x", "set: x"),
        ("{set} (set)", "{set} (set)"),
        ("left out: set, x", "left out: set, x"),
        ("Please set the key, or set it.", "Please set the key, or set it."),
        ("they say: look around here", "they say: look around here"),
        ("they say (look around)", "they say（看看周围）"),
        ("a (1, 3 turns), b (2, 1,200 turns)", "a（1, 3 轮），b（2, 1,200 轮）"),
        ("all other turns", "all other turns"),
        # A sentence stands within another one without its full stop.
        (
            "the answer broke off: Kimi (Moonshot) broke off: the connection to a.b was lost.",
            "回答断开了：Kimi (Moonshot) 中断了：与 a.b 的连接已丢失。",
        ),
        ("ignored: it is not TOML at line 3", "已忽略：它第 3 行不是 TOML"),
        # What stays before or between Chinese words has Chinese signs there.
        ("a.toml: 3 turns", "a.toml：3 轮"),
        ("a.toml: failed · 3 turns", "a.toml: failed · 3 轮"),
        ("main: Look around", "main：看看周围"),
        ("x (3 turns)", "x（3 轮）"),
        ("x: 中文 (3, 4)", "x: 中文 (3, 4)"),
        (
            "Who broke off: Kimi (Moonshot) wants a key, and none is set.",
            "Who broke off: Kimi (Moonshot) 需要密钥，但没有设置。",
        ),
        ("12 s left", "剩余 12 s"),
        ("2 h 30 min left", "剩余 2 h 30 min"),
        ("nothing left", "nothing left"),
        # What somebody else says stays, whatever is in it.
        (
            "It says: <b>no</b> & <script>a(1)</script>. Look around",
            "它说：<b>no</b> & <script>a(1)</script>。看看周围",
        ),
        (
            "It says: see https://a.example/keys/x_y. Look around",
            "它说：see https://a.example/keys/x_y。看看周围",
        ),
        ("no model matches '{0} %s {x}'.", "没有与 '{0} %s {x}' 匹配的模型。"),
        ("no model matches 'Look around'.", "没有与 'Look around' 匹配的模型。"),
        ("no model matches '没有。\x1b[31m\x00'.", "没有与 '没有。\x1b[31m\x00' 匹配的模型。"),
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


def test_what_is_behind_a_very_long_text_is_somebodys_data() -> None:
    text = "Look around\n" * LONGEST_TEXT
    first, last = BOOK.translated(text).split("\n", 1)
    assert first == "看看周围"
    assert len(BOOK.translated(text).split("\n")) == len(text.split("\n"))
    assert last.endswith("Look around\n" * (LONGEST_TEXT // 2))


def test_a_line_that_begins_many_sentences_is_read_in_few_steps() -> None:
    """Each place of a line is read once, however many ways lead to it."""
    line = "Wrote a to b. " * (LONGEST_LINE // 14)
    assert BOOK.translated(line).count("已将 a 写入 b。") == LONGEST_LINE // 14
