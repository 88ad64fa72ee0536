"""The same engine over HTTP: `nbchat serve`, with `pip install "nbchat[server]"`.

    serve(ServerOptions.of({"port": 0}))     runs it until it is stopped
    create_app(options)                is the ASGI application, for a server of yours

What happens to a request, file by file:

    listening    a socket, deadlines, several workers
    guard        Host, Origin, token, JSON, size; `limits` how often and how many at once, `upload` how much
    application  the routes: `native` for /stream and /models, `completions` for OpenAI's
    serving      the models and lengths that are allowed; the one engine
    answer       written as it comes, ended when the client leaves
    refusals     how an error is said
    strict       JSON, in and out
    stopwords    where OpenAI's `stop` ends an answer
    described    all of it in words, for /openapi.json

`options` has what can be set, and `nbchat serve --help` how to put it behind a reverse proxy.
"""

from __future__ import annotations

from nbchat.frontends.server.app import create_app
from nbchat.frontends.server.options import ServerOptions
from nbchat.frontends.server.uvicorn_server import serve

__all__ = ["ServerOptions", "create_app", "serve"]
