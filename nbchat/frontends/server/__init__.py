"""The same engine over HTTP: `nbchat serve`, with `pip install "nbchat[server]"`.

    serve(ServerOptions.of({"port": 0}))     runs it until it is stopped
    create_app(options)                is the ASGI application, for a server of yours

What happens to a request, file by file:

    uvicorn_server   a socket, deadlines, several workers
    guard            Host, Origin, token, JSON, size
    limits           how often a client may ask, and how much at once
    upload           a body, no larger than is allowed
    app              the routes together, and the handlers of errors
    routes           nbchat's own: /stream, /models, /health
    openai_routes    OpenAI's, below /v1
    openai_request   OpenAI's fields, read into a ChatStreamRequest
    openai_response  chunks, written in OpenAI's shape
    state            the models and lengths that are allowed; the one engine
    streaming        an answer, written as it comes, ended when the client leaves
    stop_words       where OpenAI's `stop` ends an answer
    strict_json      JSON, in and out
    http_errors      how an error is said over HTTP
    openapi          all of it in words, for /openapi.json
    options          what can be set

`nbchat serve --help` tells how to put it behind a reverse proxy.
"""

from __future__ import annotations

from nbchat.frontends.server.app import create_app
from nbchat.frontends.server.options import ServerOptions
from nbchat.frontends.server.uvicorn_server import serve

__all__ = ["ServerOptions", "create_app", "serve"]
