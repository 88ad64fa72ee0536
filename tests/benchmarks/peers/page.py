"""The README's table of peers, as `measured.json` has it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

Found = dict[str, Any]  # of one peer: the fields of `measures.Column`

COLUMNS = {
    "nbchat": ("nbchat",),
    "jupyter-ai magics": ("jupyter-ai-magics", "jupyter-ai-magic-commands"),
    "cellmage": ("cellmage",),
    "JupyterChatbook": ("JupyterChatbook",),
    "chatlas": ("chatlas",),
}
BY_HAND = "Kimi, GLM, ERNIE and Hunyuan by name"
BY_HAND_ON = "2026-11-22"


def yes(value: bool) -> str:
    return "yes" if value else "no"


def few_digits(value: float) -> str:
    return f"{value:.2f}" if value < 1 else f"{value:.1f}"


def sent(found: Found) -> str:
    return f"{few_digits(found['bytes'] / 1e6)} MB" if found["streams"] else "once, at the end"


def kept(found: Found) -> str:
    if not found["shown"]:
        return "remembered" if found["remembered"] else "no"
    return "shown and remembered" if found["remembered"] else "shown"


def rows(ipykernel: int) -> dict[str, Callable[[Found], str]]:
    return {
        "streams into the cell": lambda found: yes(found["streams"]),
        "sent to the page for a 10 kB answer": sent,
        "loading, times `import openai`": lambda found: f"{few_digits(found['loading'])} x",
        f"packages, ipykernel's {ipykernel} included": lambda found: str(found["packages"]),
        "stopping keeps the partial answer": kept,
        "and ends in": lambda found: "a traceback" if found["traceback"] else "one line",
        "a headless run fails on a refused key": lambda found: yes(found["fails"]),
        "a notebook with its answer passes nbval": lambda found: yes(found["nbval"]),
        '`{"json": 1}` in a question': lambda found: str(found["braces"]),
        "`{df}` becomes the variable": lambda found: str(found["variable"]),
    }


def peers() -> str:
    """Who was measured and when, and what was found."""
    measured = json.loads(Path(__file__).with_name("measured.json").read_text("utf-8"))
    found: dict[str, Found] = measured["peers"]
    cells = rows(measured["ipykernel"])
    lines = [f"| | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for label, show in cells.items():
        row = [both([show(found[name]) for name in names]) for names in COLUMNS.values()]
        lines.append(f"| {label} | {' | '.join(row)} |")
    others = ["no"] * (len(COLUMNS) - 1)
    lines.append(f"| {BY_HAND} | yes | {' | '.join(others)} |")
    return "\n".join([*introduction(found), "", *lines])


def both(values: list[str]) -> str:
    """One value for a column of two that agree, else both."""
    return " / ".join(dict.fromkeys(values))


def introduction(found: dict[str, Found]) -> list[str]:
    days: dict[str, list[str]] = {}
    for name, one in found.items():
        days.setdefault(one["measured_on"], []).append(f"{name} {one['version']}")
    newest, *older = sorted(days, reverse=True)
    text = (
        f"Measured on {newest} in real kernels against one server on the same machine, each in an "
        f"environment of its own: {', '.join(days[newest])}. "
    )
    for day in older:
        text += f"As found on {day}, and not again: {', '.join(days[day])}. "
    text += (
        "Where the two of jupyter-ai differ, both are given. "
        f"The last row was read by hand, on {BY_HAND_ON}."
    )
    return textwrap.wrap(text, 120, break_on_hyphens=False)
