"""What `--log requests` writes, and what is never in a log."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator

import pytest
from fastapi import Response
from starlette.testclient import TestClient

from nbchat import StreamChunk
from nbchat.frontends.server import ServerOptions, create_app
from nbchat.frontends.server.routes import Lines
from nbchat.frontends.server.streaming import Answer

from ...fakes.provider import Service, answer, said
from .running import KEY, TOKEN, RunningServer, eventually

LINE = re.compile(r"[\d-]+ [\d:,]+ 127\.0\.0\.1 (\S+) (\S+) (\d+|-) \d+\.\d\d s req_[0-9a-f]{32}")
SECRET = "what nobody else should read"


def test_a_request_is_a_line_without_token_or_words(service: Service) -> None:
    service.plays(answer(*said(SECRET)), answer(hold=60))
    ask = {"model": "kimi-k2.6", "messages": SECRET}
    with RunningServer("--log", "requests", KIMI_BASE_URL=service.url, KIMI_API_KEY=KEY) as server:
        server.request("GET", f"/models?token={TOKEN}", authorization="")
        reply = server.request("POST", "/stream", ask)
        server.request("POST", "/v1/chat/completions", {"model": SECRET, KEY: 1})
        server.request("GET", "/%0d%0aforged%20line", host="evil.com")
        with server.connect() as leaving:
            leaving.sendall(server.raw("POST", "/stream", ask))
            eventually(lambda: len(service.requests) == 2)
        eventually(lambda: service.hung_up == 1)

    lines = [LINE.fullmatch(line) for line in server.said.splitlines()]
    assert [line.groups() for line in lines if line] == [
        ("GET", "/models", "200"),
        ("POST", "/stream", "200"),
        ("POST", "/v1/chat/completions", "400"),
        ("GET", "/%0D%0Aforged%20line", "403"),
        ("POST", "/stream", "-"),
    ]
    assert all(lines)
    assert reply.headers["x-request-id"] in server.said
    assert not [word for word in (TOKEN, KEY, SECRET) if word in server.said]


@pytest.mark.parametrize("path", ["/wrong", "/v1/wrong", "/wrong-later"])
def test_a_mistake_of_ours_is_in_the_log_and_not_in_the_answer(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(ServerOptions(token=TOKEN))

    async def half() -> AsyncGenerator[StreamChunk]:
        yield StreamChunk("Hel")
        raise ZeroDivisionError(KEY)

    @app.get("/wrong")
    @app.get("/v1/wrong")
    async def wrong() -> None:
        raise ZeroDivisionError(KEY)

    @app.get("/wrong-later")
    async def wrong_later() -> Response:
        return Answer(half(), Lines())

    headers = {"authorization": f"Bearer {TOKEN}"}
    with TestClient(app, base_url="http://127.0.0.1:8765", headers=headers) as client:
        reply = client.get(path)

    *_, last = reply.text.splitlines()
    assert reply.status_code == (200 if path == "/wrong-later" else 500)
    message = json.loads(last)["error"]["message"]
    assert f"its log has it under {reply.headers['x-request-id']}." in message
    assert "ZeroDivision" not in reply.text
    assert KEY not in reply.text
    assert f"{reply.headers['x-request-id']} failed\nTraceback" in caplog.text
