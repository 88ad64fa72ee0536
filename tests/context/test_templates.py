"""Thousands of questions with braces in them, and a value that notices whoever looks at it."""

from __future__ import annotations

import random
import re
from typing import Any

from nbchat.context.expand import expand

from ..nightly import size

_FORMS = re.compile(r"\{[xy](:(all|schema|20))?\}")
TEMPLATES = size(2_000, nightly=100_000)
PIECES = [
    *("{", "}", "{{", "}}", "{x}", "{y}", "{ x }", "{x", "x}", "x", "y", ".", "..", "_", "__"),
    *("[0]", "['a']", "()", "(x)", "!r", "!s", ":>9", ":all", ":20", ":schema", "=", ",", ";"),
    *("`", "```", "~~~", "\n", "    ", " ", "\\", "$", "$$", "%", "%(x)s", "'", '"', "#", "*"),
    *("__class__", "__init__", "__globals__", "__import__('os')", "lambda: ", "f'", "savefig"),
    *(
        "\u200b",
        "\u00a0",
        "\ufeff",
        "\uff5b",
        "\uff5d",
        "\ud800",
        "é",
        "数",
        "\x00",
        "\r",
        "\u2028",
    ),
]


class Tracer:
    """Writes down each name that is asked of it, but not its text."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        found = object.__getattribute__(self, "__dict__").get("asked", [])
        if name == "asked":
            return found
        found.append(name)
        raise AttributeError(name)

    def __str__(self) -> str:
        return "the value"


def test_no_template_asks_a_value_for_more_than_its_text() -> None:
    choice = random.Random(16)
    tracer = Tracer()
    for _ in range(TEMPLATES):
        template = "".join(choice.choices(PIECES, k=choice.randint(1, 12)))
        got = expand(template, {"x": tracer, "y": 7})

        assert tracer.asked == [], template
        if not _FORMS.search(template):
            assert got.text == template
