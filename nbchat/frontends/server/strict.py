"""How bodies are read and routes documented."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic_core import from_json

REFUSALS = {
    400: "The provider refused the request.",
    401: "The token is missing or wrong, or the provider refused this server's key (`provider_key_refused`).",
    403: "Another Host or Origin than this server's, or the provider does not allow it.",
    404: "No such model here.",
    413: "The body is too large.",
    415: "The body is not `application/json`.",
    422: "The body is not a valid request. Fields are named, values are not repeated.",
    429: "Too many requests, here or at the provider. `Retry-After` is in seconds.",
    502: "The provider cannot be reached, or answered with something else.",
    503: "The provider is overloaded, its key is not set here, or this server is stopping.",
    504: "The provider was silent for too long.",
}


class _StrictRequest(Request):
    async def json(self) -> Any:
        """Strict JSON: no NaN, no lone surrogates, no endless nesting."""
        try:
            return from_json(await self.body(), allow_inf_nan=False)
        except ValueError as error:
            raise json.JSONDecodeError(str(error), "", 0) from None


class StrictRoute(APIRoute):
    """A route whose bodies are read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return strictly


def documented(model: type[BaseModel], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, for its OpenAPI description."""
    return {status: {"model": model, "description": REFUSALS[status]} for status in statuses}
