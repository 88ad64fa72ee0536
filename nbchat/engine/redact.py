"""Keys never leave: every text that comes from outside passes here before it is shown.

Masks a key as it is, and as base64, URL-encoded or JSON-escaped, because error
bodies and proxies echo it in those forms.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "[key]"
SHORTEST = 6  # characters; a shorter "key" (such as `x` for a local server) is no secret


def redact(text: str, keys: Iterable[str]) -> str:
    """`text` with every form of every key replaced.

    >>> redact("Incorrect API key: sk-abcdef123", ["sk-abcdef123"])
    'Incorrect API key: [key]'
    """
    for key in keys:
        if len(key) >= SHORTEST:
            for form in forms(key):
                text = text.replace(form, MASK)
    return text


def forms(key: str) -> list[str]:
    """How a key may be written, longest first."""
    raw = key.encode()
    found = {key, quote(key, safe=""), quote_plus(key), json.dumps(key)[1:-1], raw.hex()}
    for shift in range(3):  # inside longer base64, the key starts at one of three offsets
        encoded = b64encode(b"\0" * shift + raw).decode().rstrip("=")
        whole = encoded[-(-shift * 8 // 6) :]
        found.add(whole[: len(whole) - 1] if len(raw) > SHORTEST else whole)
    return sorted(found, key=len, reverse=True)
