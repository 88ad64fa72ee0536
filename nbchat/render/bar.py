"""A bar that fills, and a line of small facts below it: short, since it is sent again and again."""

from __future__ import annotations

from collections.abc import Sequence

from nbchat.render import inline_style
from nbchat.render.page import note, page, small_line


def bar_html(share: float, facts: Sequence[str], lines: Sequence[str] = ()) -> str:
    """A page of `lines`, a bar of which a `share` from 0 to 1 is full, and `facts` on one line."""
    percent = min(max(100 * share, 0.0), 100.0)
    said = f"role=progressbar aria-valuenow={percent:.0f}"
    full = f'<div style="{inline_style.BAR_FULL};width:{percent:.1f}%"></div>'
    bar = f'<div {said} style="{inline_style.BAR}">{full}</div>'
    return page("".join([*map(note, lines), bar, small_line(facts)]))
