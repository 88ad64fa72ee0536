"""What the page is sent of the files in `page/`: one script, with the words and the style in it.

The files are read when the first panel is made, not when this module is imported.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from nbchat import render
from nbchat.frontends.panel.page_messages import NUMBERS
from nbchat.languages import of_pages
from nbchat.options import LEVELS
from nbchat.tools import READY

FOLDER = Path(__file__).parent / "page"
SCRIPTS = (
    "dom.js",
    "menus.js",
    "dialogs.js",
    "images.js",
    "host.js",
    "scroll.js",
    "connection.js",
    "blocks.js",
    "thoughts.js",
    "turns.js",
    "consents.js",
    "welcome.js",
    "transcript.js",
    "mentions.js",
    "composer.js",
    "questions.js",
    "panel.js",
    "entry.js",
)
STYLES = ("panel.css", "turns.css", "composer.css", "hosts.css")


@cache
def words() -> dict[str, dict[str, str]]:
    """What the panel says, by language and then by name."""
    table: dict[str, dict[str, str]] = json.loads(_text("words.json"))
    return table


def script() -> str:
    """What the page runs: the language, and all that is the same for every panel.

    It goes over the channel as it is, with every panel and at every reload of the page.
    """
    return f"const LANGUAGE = {_literal(of_pages())};\n{shared_script()}"


@cache
def shared_script() -> str:
    """Words, options and style as constants, then the scripts in order."""
    values = {"WORDS": words(), "OPTIONS": options_shown(), "STYLE": style()}
    constants = [f"const {name} = {_literal(value)};" for name, value in values.items()]
    code = [line for name in SCRIPTS for line in lines(name)]
    return "\n".join([*constants, *code, "//# sourceURL=nbchat-panel.js\n"])


def options_shown() -> dict[str, Any]:
    """What the page may offer: the range of each number, words for thinking, the ready tools."""
    numbers = {
        name: {"min": option.low, "max": option.high, "step": 1 if option.kind is int else 0.1}
        for name, option in NUMBERS.items()
    }
    return {"numbers": numbers, "thinking": ["", "off", "on", *LEVELS], "tools": [*READY]}


@cache
def style() -> str:
    """The style of the panel, and of what render makes."""
    rules = [line for name in STYLES for line in lines(name)]
    return render.STYLE + " ".join(rules)  # a line's end takes two characters in a script


def lines(name: str) -> list[str]:
    """The lines of a file of the page that are sent: without indentation, and without remarks.

    A remark stands on lines of its own, so that leaving it out takes no knowledge of the language.
    """
    code = []
    in_remark = False  # over several lines
    for line in map(str.strip, _text(name).splitlines()):
        if line.startswith("/*"):
            in_remark = True
        if line and not in_remark and not line.startswith("//"):
            code.append(line)
        if line.endswith("*/"):
            in_remark = False
    return code


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")
