"""The same engine over HTTP: `nbchat serve`, with `pip install "nbchat[server]"`.

    serve(ServerOptions.of({"port": 0}))     runs it until it is stopped
    create_app(options)                is the ASGI application, for a server of yours

What happens to a request, file by file:

    uvicorn_server      a socket, deadlines, several workers
    connections         which connections are kept where there are too many
    guard               Host, Origin, token, JSON, size
    limits              how often a client may ask, and how much at once
    upload, body        a body, no larger than is allowed, read strictly
    app                 the routes together, and the handlers of errors
    routes              nbchat's own: /stream, /models, /health
    openai_routes       OpenAI's, below /v1
    openai_request      chat completions, with openai_messages, read into a Question
    responses_request   Responses, with responses_items and item_memory, read into a Question
    openai_fields       what these two share
    told_answers        an answer that is sent back, with its pictures
    question            what of it can be asked: vendor_members, thinking_members, tool_choice
    openai_response     chunks, written as chat completions
    responses_response  chunks, written as Responses, with responses_output
    citations           the words that go out, and the sources they cite
    state               the models and lengths that are allowed; the one engine
    streaming           an answer, written as it comes, ended when the client leaves
    stop_words          where OpenAI's `stop` ends an answer
    one_call            one call of a tool at most
    strict_json         JSON, as it goes out
    told, places        an error in words for clients, files by their names alone
    http_errors         how an error is said over HTTP
    openapi             all of it in words, for /openapi.json
    options             what can be set

`nbchat serve --help` tells how to put it behind a reverse proxy.
"""

from __future__ import annotations

from nbchat.frontends.server.app import create_app
from nbchat.frontends.server.options import ServerOptions
from nbchat.frontends.server.uvicorn_server import serve

__all__ = ["ServerOptions", "create_app", "serve"]
