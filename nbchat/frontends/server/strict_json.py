"""JSON as it goes out, strictly."""

from __future__ import annotations

import json
from typing import Any


def json_line(value: Any) -> bytes:
    r"""Strict JSON on one line, whatever a reader takes for the end of a line.

    >>> json_line({"content": "a\u2028b\ud800", "score": float("nan")})
    b'{"content":"a\\u2028b?","score":null}\n'
    """
    try:
        text = _dumps(value)
    except ValueError:
        text = _dumps(json.loads(json.dumps(value), parse_constant=lambda _: None))
    if not text.isascii():
        for end in "\x85\u2028\u2029":
            text = text.replace(end, f"\\u{ord(end):04x}")
    return text.encode("utf-8", "replace") + b"\n"


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
