"""The code that is taken out of an answer is what its page shows as code, and as it was written."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat import render
from nbchat.render.markdown.code_blocks import CodeBlock, code_blocks

from ...nightly import examples

PYTHON = CodeBlock("python", "x = 1")


@pytest.mark.field("N2")
@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("```python\nx = 1\n```", [PYTHON]),
        ("So:\n```python\nx = 1\n```\nand\n~~~ sql\n1\n~~~", [PYTHON, CodeBlock("sql", "1")]),
        ("1. a\n\n   ```python\n   x = 1\n   ```\n2. b", [PYTHON]),
        ("- a\n  - b\n\n    ~~~python\n    x = 1\n    ~~~", [PYTHON]),
        ("> ```python\n> x = 1\n> ```", [PYTHON]),
        ("<details><summary>more</summary>\n\n```python\nx = 1\n```\n\n</details>", [PYTHON]),
        ("````md\n```\na\n```\n````", [CodeBlock("md", "```\na\n```")]),
        ("words\n\n    x = 1\n\tif x:\n", [CodeBlock("", "x = 1\nif x:")]),
        ("```{.python .numberLines}\nx = 1\n```", [PYTHON]),
        ("```py\r\nif a:\r\n\tb \r\n\r\n```", [CodeBlock("py", "if a:\n\tb \n")]),
        ("```\n```", [CodeBlock("", "")]),
        ("```python\nx = 1", [CodeBlock("python", "x = 1", is_whole=False)]),
        ("1. a\n   ```python\n   x = 1\nb", [CodeBlock("python", "x = 1", is_whole=False)]),
        ("```math\nx^2\n```", []),
        ("`x = 1` and $x$", []),
        ("```\n" + "x" * 600_000 + "\n```", []),
    ],
)  # fmt: skip
def test_the_blocks_are_those_that_the_page_shows(text: str, blocks: list[CodeBlock]) -> None:
    assert code_blocks(text) == blocks


def test_characters_that_nobody_sees_are_still_there() -> None:
    (block,) = code_blocks(
        "```python\nis\u200b_admin = '\u202e' # \U0001f469\u200d\U0001f4bb \n```"
    )

    assert block.code == "is\u200b_admin = '\u202e' # \U0001f469\u200d\U0001f4bb "


LINES = st.lists(
    st.sampled_from(
        ["```", "~~~", "````", "```py", "- a", "  ```", "   x", "> ```", "> y", "1. b", "    z",
         "", "\tt", "words", "| a |", "|---|", "   ~~~", "[^1]: n", "a[^1]", "```math", "x^2", "$$"]
    ),
    max_size=12,
)  # fmt: skip


@given(LINES)
@settings(max_examples=examples(150))
def test_there_are_as_many_as_on_the_page(lines: list[str]) -> None:
    text = "\n".join(lines)
    page = render.to_html(text)
    shown = re.findall(
        r"<fieldset[^>]*>(?:<legend>[^<]*</legend>)?<pre[^>]*>(.*?)</pre>", page, re.S
    )
    written = [unescape(re.sub(r"<[^>]+>", "", code)) for code in shown]

    assert [block.code.strip() for block in code_blocks(text)] == [one.strip() for one in written]
