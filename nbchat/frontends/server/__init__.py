"""The same engine over HTTP: `nbchat serve`, with `pip install "nbchat[server]"`.

    serve(Options.of({"port": 0}))     runs it until it is stopped
    create_app(options)                is the ASGI application, for a server of yours

What happens to a request, file by file:

    listening    a socket, deadlines, several workers
    guard        Host, Origin, token, JSON, size; `limits` how often and how many at once, `upload` how much
    application  the routes: `native` for /stream and /models, `completions` for OpenAI's
    serving      the models and lengths that are allowed; the one engine
    answer       written as it comes, ended when the client leaves
    refusals     how an error is said

Behind a reverse proxy: let the proxy do TLS, leave this on 127.0.0.1, and name what
clients call it: `nbchat serve --allow-host chat.example.org --proxy 127.0.0.1`. The proxy
passes `Host` on, must not buffer (`proxy_buffering off` in nginx; Caddy needs nothing),
and should allow more than 60 s of silence. Workers share nothing: with `--workers N`
each counts rate and concurrency for itself.
"""

from __future__ import annotations

from nbchat.frontends.server.application import create_app
from nbchat.frontends.server.listening import serve
from nbchat.frontends.server.options import Options

__all__ = ["Options", "create_app", "serve"]
