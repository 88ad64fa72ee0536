"""A bar that fills, and a line of small facts below it: short, since it is sent again and again."""

from __future__ import annotations

from collections.abc import Sequence

from nbchat.render import inline_style
from nbchat.render.page import note, page, small_line


def bar_html(share: float, facts: Sequence[str], above: str = "", below: str = "") -> str:
    """A page with a bar of which a `share` from 0 to 1 is full, and `facts` in a line under it.

    There is one more line `above` all of it, and one `below`, where there is something to say.
    """
    percent = min(max(100 * share, 0.0), 100.0)
    said = f"role=progressbar aria-valuenow={percent:.0f}"
    full = f'<div style="{inline_style.BAR_FULL};width:{percent:.1f}%"></div>'
    bar = f'<div {said} style="{inline_style.BAR}">{full}</div>'
    said_above, said_below = (note(words) if words else "" for words in (above, below))
    return page("".join([said_above, bar, small_line(facts), said_below]))
