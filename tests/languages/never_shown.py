"""English texts in the code that no person reads on a page or in a cell, and why.

Whole files are here. Of the files that have both kinds, the texts are in never_shown/*.json, by
the reason.
"""

from __future__ import annotations

import json
from pathlib import Path

FILES = {  # beginnings of paths in the package
    "engine/demo/": "what a model answers",
    "frontends/server/": "what a service tells other programs, and its logs",
    "chat_service/": "what a service tells other programs",
    "__main__.py": "the help of a command in a terminal, of its options and their names",
    "store/schema.py": "SQL",
    "engine/refusal_signs.py": "what providers write",
    "render/markdown/": "what models write",
}


def _read() -> frozenset[str]:
    files = sorted((Path(__file__).parent / "never_shown").glob("*.json"))
    reasons = [json.loads(file.read_text("utf-8")) for file in files]
    return frozenset(text for table in reasons for texts in table.values() for text in texts)


TEXTS = _read()
