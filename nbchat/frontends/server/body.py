"""A body as it comes in: strict JSON, checked once, and never for long on the event loop.

A large body is read in a thread, for whoever waits for other answers. A list is checked up to
its first mistake, since every mistake that is noted takes longer than what is right. What is
made of more pieces than any conversation is refused unread: each takes its time on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from nbchat.chat_service.wrong_request import wrong_fields
from nbchat.frontends.server.http_errors import Invalid

SMALL = 16 * 1024  # bytes that are read before others notice
MOST_ENTRIES = 4096  # of one list, and members of one object
MOST_OBJECTS = 16_384  # altogether


class _CheckedRequest(Request):
    """A request whose body is known already."""

    checked: Any = None

    async def json(self) -> Any:
        return self.checked


class StrictRoute(APIRoute):
    """A route whose bodies are read strictly. Raises Invalid, which names the fields."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        model: Any = self.body_field.field_info.annotation if self.body_field else None

        async def handle_strictly(request: Request) -> Response:
            request = _CheckedRequest(request.scope, request.receive)
            raw = await request.body()
            if model is not None and raw:
                request.checked = await _check(model, raw)
            return await handle(request)

        return handle_strictly


async def _check(model: type[BaseModel], raw: bytes) -> BaseModel:
    if len(raw) <= SMALL:
        return read_body(model, raw)
    return await asyncio.to_thread(read_body, model, raw)


def read_body(model: type[BaseModel], raw: bytes) -> BaseModel:
    """The body of a request. No NaN, no lone surrogates, no endless nesting.

    Raises Invalid, which never repeats a value: it may be a key that was pasted in the wrong place.
    """
    try:
        value = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise Invalid(f"the body is not valid JSON: {error}.") from None
    if isinstance(value, dict | list):
        _check_sizes(value)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_input=False)) from None


def invalid(errors: Sequence[Mapping[str, Any]]) -> Invalid:
    """The refusal of a request, naming its fields."""
    names = [str(part) for part in errors[0]["loc"]]
    field = ".".join(name for name in names if " " not in name)  # the others are tags of unions
    return Invalid(f"the request is not valid: {wrong_fields(errors)}.", field=field or None)


def _check_sizes(value: Any) -> None:
    """Raise Invalid for more pieces than anybody means."""
    waiting = [value]
    objects = 0
    while waiting:
        one = waiting.pop()
        objects += isinstance(one, dict)
        if len(one) > MOST_ENTRIES:
            kind, parts = ("object", "members") if isinstance(one, dict) else ("list", "entries")
            raise Invalid(f"one {kind} has more than {MOST_ENTRIES:,} {parts}.")
        if objects > MOST_OBJECTS:
            raise Invalid(f"the body has more than {MOST_OBJECTS:,} objects.")
        inner = one.values() if isinstance(one, dict) else one
        waiting += [part for part in inner if isinstance(part, dict | list)]
