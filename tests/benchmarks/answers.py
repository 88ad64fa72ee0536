"""Answers to measure with: one like those that models give, and shapes that are hard on a page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ..fakes.provider import Play, Request

SECTION = """\
## Section {n}

A paragraph with **bold**, `code` and a formula $x_{n}^2$, long enough to be read as one: \
it goes on for a while and then it ends, as paragraphs do.

- first item of the list
- second item, with *emphasis*

| name | value |
|---|---:|
| a{n} | {n} |

```python
def f{n}(x):
    return x + {n}
```

"""


def repeated(piece: str, size: int, head: str = "") -> str:
    """`head`, then the piece again and again, numbered, cut at `size` characters."""
    parts, length = [head], len(head)
    while length < size:
        parts.append(piece.replace("{n}", str(len(parts))))
        length += len(parts[-1])
    return "".join(parts)[:size]


def markdown(characters: int) -> str:
    """Headings, paragraphs, lists, tables, code and formulas, section by section."""
    return repeated(SECTION, characters)


ROW = "| row {n} | 12.5 | some words in a cell | **bold** |\n"
CODE = "    total = compute(total, {n}) + 'a string'  # and why it is so\n"
NUMBERS = "| {n} | 1.5 | 2.25 | -7 | 3.125 |\n"
MATHS = "where $x_{n}$ is $\\alpha^2$, $\\frac{a}{b}$ and $E = mc^2$, all of them in a line.\n\n"
WORDS = (
    "The words of sentence {n} go on with *emphasis*, `code` and no end of the paragraph in sight. "
)
HOSTILE = "*a _b **c `d [e](f ![g] $h_{n} <i> "
CHINESE = "这是第{n}句话,用来测量中文文本的显示成本,其中有**粗体**和`代码`。"

# By name: what a model thinks and what it says, in so many characters.
SHAPES: dict[str, Callable[[int], tuple[str, str]]] = {
    "answer": lambda size: ("", markdown(size)),
    "table": lambda size: ("", repeated(ROW, size, "| a | b | c | d |\n|---|---:|---|---|\n")),
    "numbers": lambda size: (
        "",
        repeated(NUMBERS, size, "| a | b | c | d | e |\n|---|---|---|---|---|\n"),
    ),
    "fence": lambda size: ("", repeated(CODE, size, "```python\ndef f(total):\n")),
    "paragraph": lambda size: ("", repeated(WORDS, size)),
    "chinese": lambda size: ("", repeated(CHINESE * 4 + "\n\n", size)),
    "tiny": lambda size: ("", repeated("# {n}\n\nWord.\n\n", size)),
    "list": lambda size: (
        "",
        repeated("- item {n} with a few words\n  - and *one* below it\n", size),
    ),
    "items": lambda size: ("", repeated("- item {n}\n", size)),
    "quote": lambda size: ("", repeated("> A quoted line {n} with `code` in it\n", size)),
    "formulas": lambda size: (
        "",
        repeated("$$\n\\frac{x_{n}^2}{\\sqrt{1 + y}} = \\int_0^1 f(t)\\,dt\n$$\n\n", size),
    ),
    "item": lambda size: ("", repeated(WORDS, size, "1. ")),
    "line": lambda size: ("", repeated("value_{n} = compute({n}); ", size, "```python\n")),
    "hostile": lambda size: ("", repeated(HOSTILE, size)),
    "maths": lambda size: ("", repeated(MATHS, size)),
    "thinking": lambda size: (repeated(WORDS, size), ""),
    "both": lambda size: (repeated(WORDS, size // 2), markdown(size // 2)),
}


def paced(chunks: Sequence[bytes], seconds: float, after: float = 0.0) -> Play:
    """All chunks in so many seconds, by the clock: late ones are not followed by later ones."""

    async def play(request: Request, writer: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        writer.write(
            b"HTTP/1.1 200 .\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        await writer.drain()
        start = clock() + after
        for number, chunk in enumerate(chunks):
            writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await writer.drain()
            if (ahead := start + seconds * number / len(chunks) - clock()) > 0:
                await asyncio.sleep(ahead)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return play
