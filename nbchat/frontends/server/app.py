"""The ASGI application: routes behind the guard, and every error in its place."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from nbchat import __version__
from nbchat.errors import NbchatError
from nbchat.frontends.server import openai_routes, routes
from nbchat.frontends.server.body import invalid
from nbchat.frontends.server.guard import Guard
from nbchat.frontends.server.http_errors import (
    Invalid,
    NotAllowedHere,
    NotFound,
    Refusal,
    error_response,
)
from nbchat.frontends.server.options import ServerOptions
from nbchat.frontends.server.state import ServerState

DESCRIPTION = """\
Every model of nbchat's table behind one address, with the keys of whoever runs it.

Send `Authorization: Bearer TOKEN`; `nbchat serve` prints the token. Bodies are
`application/json` of at most {max_body:,} bytes, and a field that is not known is refused.
"""
TOKEN_SCHEME = {
    "token": {"type": "http", "scheme": "bearer", "description": "What `nbchat serve` prints."}
}
TAGS = [
    {"name": "nbchat", "description": "An answer as chunks, and what there is to ask."},
    {
        "name": "OpenAI's format",
        "description": "The same models for any OpenAI client: its base URL ends in `/v1`.",
    },
]


def create_app(options: ServerOptions | None = None) -> FastAPI:
    """The server as an ASGI application. `options.port` has to be the port that clients see.

    `nbchat serve` is the usual way to run it: it also sets the limits that only a
    server can keep (see `uvicorn_server`).
    """
    options = options or ServerOptions.of({})

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[dict[str, Any]]:
        state = ServerState(options)
        try:
            yield {"server_state": state}
        finally:
            await state.engine.aclose()

    app = FastAPI(
        title="nbchat",
        version=__version__,
        description=DESCRIPTION.format(max_body=options.max_body),
        openapi_tags=TAGS,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False},  # its spans have the query, which may hold the token
        exception_handlers={
            NbchatError: _answer_error,
            RequestValidationError: _answer_invalid_request,
            HTTPException: _answer_missing_route,
        },
    )
    app.include_router(routes.router)
    app.include_router(openai_routes.router)
    app.add_middleware(Guard, options=options)
    app.openapi = _describe_with_token(app)  # type: ignore[method-assign]
    return app


async def _answer_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NbchatError)
    return error_response(error, request.url.path)


async def _answer_invalid_request(request: Request, error: Exception) -> Response:
    """What `body` has not read: an empty body, or a path."""
    assert isinstance(error, RequestValidationError)
    errors = [{**e, "loc": e["loc"][1:]} for e in error.errors()]  # without "body"
    return error_response(invalid(errors), request.url.path)


async def _answer_missing_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    reason: Refusal = Invalid("the request cannot be read.")
    if error.status_code == 404:
        reason = NotFound(_what_there_is(request.url.path))
    elif error.status_code == 405:
        takes = (error.headers or {}).get("Allow") or "other methods"
        reason = NotAllowedHere(f"this path takes {takes}. GET / tells what there is.")
    response = error_response(reason, request.url.path)
    for name, value in (error.headers or {}).items():
        if name.lower() == "allow":
            response.headers[name] = value
    return response


def _what_there_is(path: str) -> str:
    if path == "/v1" or path.startswith("/v1/"):
        routes = [route for route in openai_routes.router.routes if isinstance(route, APIRoute)]
        known = [f"{method} {route.path}" for route in routes for method in route.methods or ()]
        return f"there is no such path. Those below /v1: {', '.join(known)}."
    if path.endswith(("/chat/completions", "/responses")):
        return "there is no such path. The base URL of an OpenAI client ends in /v1 here."
    return "there is no such path. GET / tells what there is."


def _describe_with_token(app: FastAPI) -> Any:
    """FastAPI's description with the token in it."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        schema = describe()
        schema["components"].setdefault("securitySchemes", TOKEN_SCHEME)
        schema["security"] = [{"token": []}]
        schema["paths"]["/health"]["get"]["security"] = []
        return schema

    return openapi
