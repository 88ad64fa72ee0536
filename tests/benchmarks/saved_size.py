"""What an answer costs in a saved notebook: bytes of its HTML for each byte of its Markdown.

    python -m tests.benchmarks.saved_size [CHARACTERS ...]

As the file has it, so as a JSON string, beside what markdown-it and Pygments make
of the same text: without a style sheet, formulas as typed. The answer's Markdown
is in the file besides, as the output's plain text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from nbchat.events import Answer, Stop
from nbchat.messages import Text, Thought
from nbchat.render import answer_html

from .answers import SHAPES

SIZES = (2_000, 20_000)
PROMISED = 2.5


def coloured(code: str, language: str, _: str) -> str:
    try:
        return highlight(code, get_lexer_by_name(language), HtmlFormatter(nowrap=True))
    except ClassNotFound:
        return ""


def usual(thought: str, text: str) -> str:
    md = MarkdownIt("commonmark", {"html": False, "highlight": coloured}).enable(
        ["table", "strikethrough"]
    )
    return f"{md.render(thought)}{md.render(text)}"


def ours(thought: str, text: str) -> str:
    answer = Answer(model="kimi-k2.6")
    for event in (Thought(thought), Text(text), Stop("end")):
        answer.add(event)
    return answer_html(answer, footer=["kimi-k2.6", "1,204 → 386 tokens", "$0.0019"])


def in_file(html: str) -> int:
    return len(json.dumps(html, ensure_ascii=False).encode())


def main(sizes: Sequence[int]) -> None:
    for size in sizes:
        print(f"{size:,} characters, bytes for each of the Markdown's:")
        for name, shape in SHAPES.items():
            thought, text = shape(size)
            source = len(f"{thought}{text}".encode())
            cost, beside = (
                in_file(html) / source for html in (ours(thought, text), usual(thought, text))
            )
            verdict = "yes" if cost <= PROMISED else "NO"
            print(
                f"  {name:10} {cost:5.2f}  markdown-it and Pygments {beside:5.2f}"
                f"  <= {PROMISED} {verdict}"
            )


if __name__ == "__main__":
    main([int(given) for given in sys.argv[1:]] or SIZES)
