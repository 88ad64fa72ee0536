"""Where a person is: what shows how far a map is, and the cell that it runs in.

A front-end has both. This is the one door from a map to there, so that `nbchat.map` is a plain
function that shows the same as a cell with `--each`.
"""

from __future__ import annotations

from nbchat.dataframes.progress import ProgressDisplay


def display_here() -> ProgressDisplay:
    """The way to show it in this process; nothing is shown where nobody watches."""
    from nbchat.frontends.rows.here import display_here

    return display_here()


def cell_here() -> str:
    """What tells this map from those of other cells, and from others of its cell; "" without one.

    The same when the cell runs again. To be called once for each map.
    """
    from nbchat.frontends.rows.here import maps_of_cell

    return maps_of_cell.next_id()
