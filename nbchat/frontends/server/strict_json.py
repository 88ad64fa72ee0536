"""JSON as it comes in and as it goes out, strictly."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json


class _StrictRequest(Request):
    async def json(self) -> Any:
        """No NaN, no lone surrogates, no endless nesting."""
        try:
            return from_json(await self.body(), allow_inf_nan=False)
        except ValueError as error:
            raise json.JSONDecodeError(str(error), "", 0) from None


class StrictRoute(APIRoute):
    """A route whose bodies are read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return handle_strictly


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
