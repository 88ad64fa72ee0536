"""What counts as English that was forgotten."""

from __future__ import annotations

import pytest

from .left_over import english_left


@pytest.mark.parametrize(
    "text",
    [
        "没有与 'so and so' 匹配的模型。你是否想用 \"this and that\"？",
        "用 %chat fix [--run] [TEXT] 修复。",
        "  %chat resume [ID or NAME]  继续一个已保存的对话",
        "%chat ask Why is the sky blue?",
        "    %%chat kimi-k2.6 --above\n",
        "全部：%chat models --live ollama",
        "%chat usage today --by model",
        'import os; os.environ["KIMI_API_KEY"] = "your key"',
        "nbchat.models('kimi').to_frame()",
        "已写入 /tmp/some folder/talk.md。".replace("some folder", "some"),
        "变量 NBCHAT_PLAIN_HTTP 的值是 llm.example.com",
        "在 JupyterLab 和 Jupyter Notebook 中，Moonshot AI 的模型",
        "\x1b[1mNotThere\x1b[0m: 没有",
        "kimi  demo  ollama",
    ],
)
def test_what_stays_english_is_not_counted(text: str) -> None:
    assert english_left(text) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no model matches 'x'。", ["no model matches"]),
        ("Wrote 3 turns to talk.md.", ["Wrote turns to"]),
        ("已写入。Nothing has been asked yet.", ["Nothing has been asked yet"]),
        ("%chat list has all.", ["has all"]),
        ("%chat use kimi-k2.6  answer with this model", ["answer with this model"]),
        ("模型 of Kimi is here", ["of is here"]),
    ],
)
def test_words_that_were_forgotten_are_found(text: str, left: list[str]) -> None:
    assert english_left(text) == left


def test_known_values_are_not_counted() -> None:
    assert english_left("标题 What did I ask", ["What did I ask"]) == []
