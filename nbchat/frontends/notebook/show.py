"""What commands show: a page in a notebook, the same as text in a terminal."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from nbchat.render.characters import readable
from nbchat.render.page import note, styled_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from IPython.core.interactiveshell import InteractiveShell


def show(shell: InteractiveShell, page: str, text: str) -> None:
    """Safe HTML in a notebook, `text` where there is no page."""
    text = readable(text)
    if not hasattr(shell, "kernel"):
        print(text)
        return
    shell.display_pub.publish({"text/html": styled_page(page), "text/plain": text})


def show_table(
    shell: InteractiveShell, head: Sequence[str], rows: Sequence[Sequence[str]], after: str = ""
) -> None:
    """A table, and a line below it."""
    from nbchat.render.transcript import table_html

    page = table_html(head, rows, [False] * len(head))
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]
    if after:
        page += note(after)
        lines.append(after)
    show(shell, page, "\n".join(lines))


def day(seconds: float, today: date | None = None) -> str:
    """The day of a moment, as people say it.

    >>> day(datetime(2026, 5, 11, 23, 59).timestamp(), date(2026, 5, 12))
    'yesterday'
    """
    then = datetime.fromtimestamp(seconds).date()
    ago = ((today or date.today()) - then).days
    return {0: "today", 1: "yesterday"}.get(ago) or (
        f"{ago} days ago" if 0 < ago < 7 else then.isoformat()
    )
