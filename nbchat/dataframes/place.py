"""Where a person sees how far a map is.

A front-end has it. This is the one door from a map to there, so that `nbchat.map` is a plain
function that shows the same as a cell with `--each`.
"""

from __future__ import annotations

from nbchat.dataframes.progress import ProgressDisplay


def display_here() -> ProgressDisplay:
    """The way to show it in this process; nothing is shown where nobody watches."""
    from nbchat.frontends.rows.here import display_here

    return display_here()
