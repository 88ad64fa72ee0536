"""What commands show: a page in a notebook, the same as text in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbchat.languages import translated
from nbchat.render import inline_style
from nbchat.render.characters import readable, undisguised
from nbchat.render.page import note, styled_page
from nbchat.render.terminal.clean import clean_words, columns, padded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from IPython.core.interactiveshell import InteractiveShell


def say(text: str) -> None:
    """Print what is ours to say, in the person's language."""
    print(translated(text))


def show(shell: InteractiveShell, page: str, text: str) -> None:
    """Safe HTML in a notebook, `text` where there is no page."""
    if not hasattr(shell, "kernel"):
        print(clean_words(readable(text)))
        return
    text = undisguised(readable(text))
    shell.display_pub.publish({"text/html": styled_page(page), "text/plain": text})


def show_table(
    shell: InteractiveShell,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    below: str = "",
    *,
    is_wide: bool = False,
) -> None:
    """A table, and a line below it.

    A wide one takes the whole width; its second column breaks. Where there is little room, each
    row's first column has a line of its own, and the others go on below it.

    The cells are shown as they are; the head and the line are in the person's language.
    """
    from nbchat.render.stylesheets import minified
    from nbchat.render.transcript import table_html

    head, below = [*map(translated, head)], translated(below)
    page = table_html(head, rows, [False] * len(head))
    if is_wide:
        mark = f"tabindex=0 style={inline_style.SCROLLS}"
        style = f"<style>{minified('lines.css')}</style>"
        page = f'{style}<div class="nbc-wide nbc-lines" {mark}>{page}</div>'
    lines = _aligned([head, *rows])
    if below:
        page += note(below)
        lines.append(below)
    show(shell, page, "\n".join(lines))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line for each row, with columns as wide as their longest cell.

    >>> _aligned([["a", "b"], ["long", "c"]])
    ['a     b', 'long  c']
    """
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(padded, row, widths)).rstrip() for row in rows]
