"""The parts of README.md that come from the code, as README.zh.md has them."""

from __future__ import annotations

import re
from collections.abc import Mapping

# The cells of tables that are words, and not names or numbers.
CELLS: Mapping[str, str] = {
    "provider": "服务商",
    "key in": "密钥所在",
    "for example": "例如",
    "none needed": "不需要",
    "yes": "是",
    "no": "否",
    "once, at the end": "结束时一次",
    "shown": "显示",
    "remembered": "记住",
    "shown and remembered": "显示并记住",
    "one line": "一行",
    "a traceback": "回溯",
    "stays": "保持不变",
    "by a helper": "通过辅助函数",
    "streams into the cell": "实时显示在单元格中",
    "sent to the page for a 10 kB answer": "10 kB 的回答发送到页面的数据量",
    "loading, times `import openai`": "加载时间，相对于 `import openai`",
    "stopping keeps the partial answer": "停止后保留已有的部分回答",
    "and ends in": "停止后显示",
    "a headless run fails on a refused key": "密钥被拒绝时，无人值守的运行会失败",
    "a notebook with its answer passes nbval": "带有回答的笔记本能通过 nbval",
    '`{"json": 1}` in a question': '问题中的 `{"json": 1}`',
    "`{df}` becomes the variable": "`{df}` 换成变量",
    "Kimi, GLM, ERNIE and Hunyuan by name": "用名称即可使用 Kimi、GLM、ERNIE 和 Hunyuan",
}
# Sentences, with what stands in them as groups.
SENTENCES = (
    (
        r"(\d+) providers and (\d+) models are in the table, (\d+) of these retired by their .*:",
        r"表中有 \1 个服务商和 \2 个模型，其中 \3 个已被厂商停用：",
    ),
    (r"<summary>and (\d+) more</summary>", r"<summary>另外 \1 个</summary>"),
    (
        r"(`\S+`) was retired by its vendor on (\S+)\. nbchat never swaps a model silently: it asks"
        r" the one you name, and when the provider refuses, the error names the replacement,"
        r" (`\S+`), and who still serves it: (.*)\.",
        r"\1 已于 \2 被厂商停用。nbchat 从不悄悄更换模型：你写哪个就问哪个；\n"
        r"服务商拒绝时，错误会指出替代的模型 \3，\n以及仍在提供它的服务商：\n\4。",
    ),
    (
        r"Measured on (\S+) in real kernels against one server on the same machine, each in an"
        r" environment of its own: (.*?)\. (?=Where|As)",
        r"\1 在真实内核中测量，使用同一台机器上的同一个服务器，各自在独立的环境中：\n\2。\n",
    ),
    (
        r"As found on (\S+), and not again: (.*?)\. (?=Where|As)",
        r"\1 测得、之后未再测量的：\2。\n",
    ),
    (
        r"Where the two of jupyter-ai differ, both are given\. ",
        r"jupyter-ai 的两者不同时都列出。",
    ),
    (r"The last row was read by hand, on (\S+)\.", r"最后一行于 \1 手工查看。"),
)
_LISTED = re.compile(r", (?=`|[\w-]+ \d)")  # between names, with their versions or not
_PACKAGES = re.compile(r"packages, ipykernel's (\d+) included")
WIDEST = 120  # columns of a line; a Chinese letter takes two


def in_chinese(part: str) -> str:
    """A part of README.md in Chinese; names, numbers and code stay.

    >>> print(in_chinese("| provider | key in |\\n|---|---|\\n| Kimi | `A` or `B` |"))
    | 服务商 | 密钥所在 |
    |---|---|
    | Kimi | `A` 或 `B` |
    """
    blocks = part.split("\n\n")
    return "\n\n".join(_table(one) if one.startswith("|") else _prose(one) for one in blocks)


def _table(block: str) -> str:
    return "\n".join(_row(line) for line in block.split("\n"))


def _row(line: str) -> str:
    cells = line.strip("|").split("|")
    return f"|{'|'.join(map(_cell, cells))}|"


def _cell(cell: str) -> str:
    said = _PACKAGES.sub(r"包的数目，含 ipykernel 的 \1 个", cell.strip())
    words = [CELLS.get(one, one) for one in said.split(" / ")]  # of a column of two
    said = " / ".join(words).replace("` or `", "` 或 `")
    return f" {said} " if cell.strip("-") and cell.strip() else cell


def _prose(block: str) -> str:
    said = block if block.startswith("<") else " ".join(block.split("\n"))
    for english, chinese in SENTENCES:
        said = re.sub(english, chinese, said)
    said = _LISTED.sub("、", said)
    return "\n".join(line for long in said.split("\n") for line in _wrapped(long))


def _wrapped(line: str) -> list[str]:
    """Broken behind commas where it is wider than a page."""
    lines = [""]
    for piece in re.split(r"(?<=[，。：；、])", line):
        if lines[-1] and columns(lines[-1] + piece) > WIDEST:
            lines.append("")
        lines[-1] += piece
    return [one.rstrip() for one in lines]


def columns(line: str) -> int:
    """How wide a line is."""
    return sum(1 if ord(letter) < 0x2000 else 2 for letter in line)
