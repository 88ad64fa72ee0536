"""Pages as a terminal prints them, and a page that has everything in it."""

from __future__ import annotations

import io
import re

from rich.console import Console

from nbchat.render.terminal.rich_page import THEME, open_page, page

STYLES = re.compile(r"\x1b\[[0-9;]*m")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def draw(*sources: str, width: int = 60, styles: bool = False, tail: bool = False) -> str:
    file = io.StringIO()
    paper = Console(
        file=file,
        theme=THEME,
        width=width,
        force_terminal=True,
        color_system="standard",
        highlight=False,
    )
    for source in sources:
        paper.print(open_page(source) if tail else page(source))
    return file.getvalue() if styles else STYLES.sub("", file.getvalue())


PAGE = """\
# Title
words `x`
```python
x = 1
# no heading
```
#hashtag
## Two
- an item that is too long for its line
  1. another, 中文也要能够正确地换行，不会超出。

> a quote that is too long for its line

a_very_long_word_that_does_not_fit_anywhere end
"""
