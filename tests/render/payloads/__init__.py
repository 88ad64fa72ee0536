"""What a hostile model might write: scripts, requests, formulas that act, links that lie.

Written for these tests, after the classes of attack in the XSS literature. Every
payload is one answer's Markdown. `SINK` is the address that must never be asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .deceit import HOST_SHOWN, HOST_SHOWN_ANYHOW, NO_LINK
from .formulas import FORMULAS
from .mermaid import DRAWN
from .mutations import ASKING, MOVED, NAMED
from .requests import REQUESTS as _ADDRESSES
from .requests import SINK
from .scripts import RAW
from .tags import TAGS
from .written import WRITTEN

SCRIPTS = [*RAW, *TAGS, *WRITTEN, *MOVED, *NAMED, *(markdown for markdown, _ in NO_LINK)]
REQUESTS = [*_ADDRESSES, *ASKING]
LINKS = [markdown for markdown, _ in HOST_SHOWN]
EVERYTHING = list(dict.fromkeys([*SCRIPTS, *REQUESTS, *FORMULAS, *DRAWN, *LINKS]))

__all__ = [
    "DRAWN",
    "EVERYTHING",
    "FORMULAS",
    "HOST_SHOWN",
    "HOST_SHOWN_ANYHOW",
    "LINKS",
    "NO_LINK",
    "REQUESTS",
    "SCRIPTS",
    "SINK",
    "join_apart",
]

_FENCE = re.compile(r"^[>\- ]*(`{3,}|~{3,})", re.MULTILINE)
_LABEL = re.compile(r"\[(\^?)(r|1|a|q)\]")


def join_apart(payloads: Iterable[str], first: int = 1) -> str:
    """One answer with all of them, numbered; none disarms the next by what it leaves open or defines."""
    pieces = []
    for number, payload in enumerate(payloads, first):
        named = _LABEL.sub(rf"[\1\2-{number}]", payload)
        fences = _FENCE.findall(named)
        closing = f"\n{fences[0]}" if len(fences) % 2 else ""
        pieces.append(f"Payload {number}.\n\n{named}{closing}\n\n")
    return "".join(pieces)
