"""The clipboard of a terminal, by the sequence OSC 52, where the terminal says that it knows it.

`TERM=xterm-256color` says nothing: every terminal takes that name. Those that know the sequence
have a name of their own, there or in a variable; tmux and screen keep it to themselves unless
they are told otherwise.
"""

from __future__ import annotations

import os
import re
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping

MOST_BYTES = 100_000  # of base64; several terminals take no more

TERMS = re.compile(r"(xterm-kitty|xterm-ghostty|foot|alacritty|wezterm|contour|rio)\b")
PROGRAMS = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "rio", "WarpTerminal"})
SIGNS = ("WT_SESSION", "KITTY_WINDOW_ID", "ALACRITTY_WINDOW_ID", "WEZTERM_PANE")
ANYBODYS = re.compile(r"(xterm|vt\d+|linux|rxvt)\b(?!-(kitty|ghostty))")
MULTIPLEXERS = re.compile(r"(screen|tmux)\b")


def copy(text: str) -> bool:
    """Put a text into the clipboard; False where the terminal cannot, or not so much."""
    coded = b64encode(text.encode("utf-8", "replace"))
    is_terminal = getattr(sys.stdout, "isatty", bool)()  # whatever stands in its place
    if not is_terminal or len(coded) > MOST_BYTES or not can_copy(os.environ):
        return False
    sys.stdout.write(f"\x1b]52;c;{coded.decode()}\x07")
    sys.stdout.flush()
    return True


def has_clipboard(term: str) -> bool:
    """Whether the terminal's own description has a sequence for it."""
    try:
        import curses

        curses.setupterm(term)
        return bool(curses.tigetstr("Ms"))
    except Exception:  # no such module here, or no such terminal
        return False


def can_copy(
    variables: Mapping[str, str], described: Callable[[str], bool] = has_clipboard
) -> bool:
    """Whether a terminal with these variables says that it takes OSC 52.

    >>> can_copy({"TERM": "foot"}), can_copy({"TERM": "dumb", "WT_SESSION": "1"})
    (True, False)
    """
    term = variables.get("TERM", "")
    is_windows = bool(variables.get("WT_SESSION"))
    if term == "dumb" or not (term or is_windows) or variables.get("CI"):
        return False
    if variables.get("TMUX") or variables.get("STY") or MULTIPLEXERS.match(term):
        return False
    if variables.get("TERM_PROGRAM") in PROGRAMS or any(map(variables.get, SIGNS)):
        return True
    return bool(TERMS.match(term)) or (not ANYBODYS.match(term) and described(term))
