"""A server on this machine answers where no model is named and no key is set.

Anything else there is let be.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from nbchat import runtime
from nbchat.conversation.conversation import Conversation
from nbchat.conversation.default_model import DEMO_NOTICE
from nbchat.engine import listing, local_servers

from ...fakes.provider import Service, answer
from . import answers
from .asking import LOCAL, moved

pytestmark = pytest.mark.usefixtures("nothing_is_set")
TAGS = {"models": [{"name": "all-minilm:latest"}, {"name": "qwen3:4b"}, {"name": "gemma3:4b"}]}


def json_of(value: Any) -> Any:
    return answer(json.dumps(value).encode(), headers={"content-type": "application/json"})


def paths(service: Service) -> list[str]:
    return [request.path for request in service.requests]


# --- a server on this machine --------------------------------------------------------------------


def test_ollama_answers_where_no_key_is_set(
    talk: Conversation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its first model that can; then it goes on, without looking again."""
    monkeypatch.delenv("OLLAMA_BASE_URL")
    monkeypatch.setenv("OLLAMA_HOST", service.url.removeprefix("http://"))
    said = answers.ollama()
    service.plays(json_of(TAGS), *[answer(said.plain, headers=dict(said.headers))] * 2)

    first, second = talk.ask("Hi"), talk.ask("And?")

    assert [(a.text, a.model, a.provider) for a in (first, second)] == [
        ("Hello", "qwen3:4b", "ollama")
    ] * 2
    assert first.notices == ["No key is set, so a server on this machine answers: ollama:qwen3:4b."]
    assert second.notices == []
    assert paths(service) == ["/api/tags", "/api/chat", "/api/chat"]
    assert runtime.current().choose_model(talk) == (
        "ollama:qwen3:4b",
        "the model of the last answer",
    )


@pytest.mark.parametrize("kind", ["lmstudio", "llamacpp", "vllm"])
def test_another_server_answers_where_no_key_is_set(
    kind: str, talk: Conversation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(monkeypatch, kind, f"{service.url}/v1")
    listed = {
        "object": "list",
        "data": [{"id": "text-embedding-nomic-embed-text-v1.5"}, {"id": "qwen/qwen3-4b"}],
    }
    service.plays(json_of(listed), answer(answers.openai_chat().plain))

    said = talk.ask("Hi")

    assert (said.text, said.model, said.provider) == ("Hello", "qwen/qwen3-4b", kind)
    assert paths(service) == ["/v1/models", "/v1/chat/completions"]
    assert service.requests[-1].json["model"] == "qwen/qwen3-4b"


def test_of_two_servers_the_first_in_the_table_answers(
    talk: Conversation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = answers.ollama()
    moved(monkeypatch, "ollama", service.url)
    service.plays(json_of(TAGS), answer(said.plain, headers=dict(said.headers)))
    with Service() as other:
        moved(monkeypatch, "vllm", f"{other.url}/v1")
        other.plays(json_of({"data": [{"id": "m"}]}))

        assert talk.ask("Hi").model == "qwen3:4b"
        assert paths(other) == ["/v1/models"]


class Tags(BaseHTTPRequestHandler):
    """A server at a usual port: it lists one model and says one thing."""

    def do_GET(self) -> None:
        entries = [{"id": "at-the-port", "name": "at-the-port"}]
        self._send("application/json", json.dumps({"data": entries, "models": entries}).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        said = answers.ollama() if self.path == "/api/chat" else answers.openai_chat()
        self._send(
            "application/x-ndjson" if self.path == "/api/chat" else "text/event-stream", said.plain
        )

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def at_port(request: pytest.FixtureRequest) -> Iterator[str]:
    kind, port = request.param
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Tags)
    except OSError:
        pytest.skip(f"port {port} of this machine is taken")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield kind
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "at_port",
    [("ollama", 11434), ("lmstudio", 1234), ("llamacpp", 8080), ("vllm", 8000)],
    indirect=True,
)
def test_a_server_is_found_at_its_usual_port(
    at_port: str, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"{at_port.upper()}_BASE_URL")

    said = talk.ask("Hi")

    assert (said.text, said.model, said.provider) == ("Hello", "at-the-port", at_port)
    runtime.close()  # the connection to the port


# --- nobody there --------------------------------------------------------------------------------


def test_without_anything_the_demo_answers_and_says_how_to_set_a_key(talk: Conversation) -> None:
    said = talk.ask("Hi")

    assert (said.model, said.notices) == ("demo", [DEMO_NOTICE])
    assert "KIMI_API_KEY" in DEMO_NOTICE


@pytest.mark.parametrize(
    "play",
    [
        answer(b"<html>It works!</html>", headers={"content-type": "text/html"}),
        answer(b'{"models": []}', headers={"content-type": "application/json"}),
        answer(
            b'{"models": [{"name": "nomic-embed-text"}]}',
            headers={"content-type": "application/json"},
        ),
        answer(
            b'{"detail": "Not Found"}', status=404, headers={"content-type": "application/json"}
        ),
        answer(b'{"detail": "no"}', status=401, headers={"content-type": "application/json"}),
        answer(b"[[[[", status=200),
    ],
    ids=["a page", "no models", "embeddings alone", "not found", "a key needed", "nonsense"],
)
def test_something_else_at_the_port_is_let_be(
    play: Any, talk: Conversation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many things run on port 8080."""
    moved(monkeypatch, "ollama", service.url)
    service.plays(play)

    assert talk.ask("Hi").model == "demo"
    assert paths(service) == ["/api/tags"]


def test_a_server_that_says_nothing_does_not_hold_up(
    talk: Conversation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in LOCAL:
        moved(monkeypatch, kind, service.url)
    monkeypatch.setattr(listing, "SILENCE_SECONDS", 600.0)
    service.always(answer(hold=600.0))

    for seconds in (0.2, 2.0, 30.0):  # a busy machine needs longer to ask all of them
        monkeypatch.setattr(local_servers, "SEARCH_SECONDS", seconds)
        before = len(service.requests)
        assert talk.ask("Hi").model == "demo"
        if len(service.requests) - before >= len(LOCAL):
            break
    assert len(service.requests) - before == len(LOCAL)
    assert service.left(len(service.requests))  # and none of them has heard an end
