"""Who is answered, and who is not."""

from __future__ import annotations

import base64
import select
import time
from contextlib import ExitStack, closing, suppress

import pytest

from .running import TOKEN, RunningServer, eventually

QUESTION = b'{"model": "demo", "messages": "What did I just ask?"}'
HERE = "127.0.0.1:{port}"
BEARER = f"Bearer {TOKEN}"

# host, origin, authorization (a list is a header repeated, None is none), status
ROWS: list[tuple[str | list[str] | None, str | list[str] | None, str | list[str] | None, int]] = [
    (HERE, None, BEARER, 200),
    ("localhost:{port}", None, BEARER, 200),
    ("LOCALHOST:{port}", None, BEARER, 200),
    ("[::1]:{port}", None, BEARER, 200),
    # hosts
    (None, None, BEARER, 400),
    ("", None, BEARER, 403),
    ("127.0.0.1", None, BEARER, 403),
    ("localhost", None, BEARER, 403),
    ("127.0.0.1:1", None, BEARER, 403),
    ("127.evil.com:{port}", None, BEARER, 403),
    ("127.0.0.1.evil.com:{port}", None, BEARER, 403),
    ("localhost.evil.com:{port}", None, BEARER, 403),
    ("evil.com", None, BEARER, 403),
    ("localhost.:{port}", None, BEARER, 403),
    ("0.0.0.0:{port}", None, BEARER, 403),
    ("127.1:{port}", None, BEARER, 403),
    ("2130706433:{port}", None, BEARER, 403),
    ("user@127.0.0.1:{port}", None, BEARER, 403),
    ("127.0.0.1:{port}@evil.com", None, BEARER, 403),
    ("127.0.0.1:{port}, evil.com", None, BEARER, 403),
    (["127.0.0.1:{port}", "evil.com"], None, BEARER, 400),
    ("[::ffff:127.0.0.1]:{port}", None, BEARER, 403),
    ("evil.com", None, None, 403),
    # origins
    (HERE, "http://127.0.0.1:{port}", BEARER, 200),
    (HERE, "http://localhost:{port}", BEARER, 200),
    (HERE, "null", BEARER, 403),
    (HERE, "", BEARER, 403),
    (HERE, "http://evil.com", BEARER, 403),
    (HERE, "http://127.0.0.1", BEARER, 403),
    (HERE, "http://127.0.0.1:1", BEARER, 403),
    (HERE, "http://localhost:{port}.evil.com", BEARER, 403),
    (HERE, "file://", BEARER, 403),
    (HERE, "chrome-extension://abcdefgh", BEARER, 403),
    (HERE, ["http://127.0.0.1:{port}", "http://evil.com"], BEARER, 403),
    (HERE, "http://evil.com", None, 403),
    # tokens
    (HERE, None, None, 401),
    (HERE, None, "", 401),
    (HERE, None, "Bearer", 401),
    (HERE, None, "Bearer wrong", 401),
    (HERE, None, BEARER + "x", 401),
    (HERE, None, BEARER[:-1], 401),
    (HERE, None, BEARER.upper(), 401),
    (HERE, None, TOKEN, 401),
    (HERE, None, "Basic " + base64.b64encode(f"user:{TOKEN}".encode()).decode(), 401),
    (HERE, None, [BEARER, "Bearer wrong"], 401),
    (HERE, None, f"bearer {TOKEN}", 200),
    (HERE, None, "Bearer \xe9\xff", 401),
]


@pytest.mark.parametrize(("host", "origin", "authorization", "status"), ROWS)
def test_only_who_names_this_server_and_has_the_token_is_answered(
    server: RunningServer,
    host: str | list[str] | None,
    origin: str | list[str] | None,
    authorization: str | list[str] | None,
    status: int,
) -> None:
    lines = ["POST /stream HTTP/1.1", "connection: close", "content-type: application/json"]
    for name, values in (("host", host), ("origin", origin), ("authorization", authorization)):
        for value in [values] if isinstance(values, str) else values or ():
            lines.append(f"{name}: {value.format(port=server.port)}")
    lines += [f"content-length: {len(QUESTION)}", "", ""]

    reply = server.send("\r\n".join(lines).encode("latin-1") + QUESTION)

    assert reply is not None
    assert reply.status == status
    assert not [name for name in reply.headers if name.startswith("access-control-")]
    if status in (401, 403):
        assert reply.json["finished"]
        assert reply.json["content"].startswith("Service error: ")


KEYS: list[tuple[dict[str, str], int]] = [
    ({"api-key": TOKEN}, 200),  # Azure's clients
    ({"x-api-key": TOKEN}, 200),  # Anthropic's
    ({"x-goog-api-key": TOKEN}, 200),  # Google's
    ({"X-API-KEY": TOKEN}, 200),
    ({"api-key": TOKEN, "authorization": BEARER}, 200),
    ({"api-key": TOKEN, "x-api-key": TOKEN}, 200),
    ({"api-key": TOKEN, "authorization": "Bearer wrong"}, 401),
    ({"api-key": "wrong", "authorization": BEARER}, 401),
    ({"api-key": "wrong"}, 401),
    ({"x-api-key": ""}, 401),
    ({"x-api-key": BEARER}, 401),
    ({"api-key": TOKEN + "x"}, 401),
]


@pytest.mark.field("S8")
def test_the_token_may_stand_in_the_vendors_own_headers() -> None:
    with RunningServer() as server:
        for headers, status in KEYS:
            fields = {"authorization": "", **headers}
            for method, path, body in (("GET", "/v1/models", None), ("POST", "/stream", QUESTION)):
                reply = server.request(method, path, body, **fields)

                assert reply.status == status, headers


def test_a_client_without_a_host_is_refused_in_http_1_0(server: RunningServer) -> None:
    reply = server.send(f"GET /models HTTP/1.0\r\nauthorization: {BEARER}\r\n\r\n".encode())

    assert reply is not None
    assert reply.status == 403


def test_a_preflight_is_refused_and_allows_nothing(server: RunningServer) -> None:
    reply = server.request(
        "OPTIONS", "/stream", origin="http://evil.com", access_control_request_method="POST"
    )

    assert reply.status == 403
    assert not [name for name in reply.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/models", 200), ("/v1/models", 200), ("/openapi.json", 200), ("/nothing", 404)],
)
def test_a_page_may_have_the_token_in_its_address(
    server: RunningServer, path: str, status: int
) -> None:
    assert server.request("GET", f"{path}?token={TOKEN}", authorization="").status == status
    assert server.request("GET", f"{path}?token=wrong", authorization="").status == 401
    assert server.request("GET", path, authorization="").status == 401


def test_a_question_may_not(server: RunningServer) -> None:
    reply = server.request("POST", f"/stream?token={TOKEN}", QUESTION, authorization="")

    assert reply.status == 401


def test_whether_it_is_up_is_told_to_anybody_who_names_it(server: RunningServer) -> None:
    assert server.request("GET", "/health", authorization="").json == {"status": "ok"}
    assert server.request("GET", "/health", host="evil.com").status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "application/json; charset=utf-8"}, 200),
        ({"content_type": "APPLICATION/JSON"}, 200),
        ({"content_type": ""}, 415),
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
        ({"content_type": "multipart/form-data; boundary=x"}, 415),
        ({"content_type": "application/json; charset=utf-16"}, 415),
        ({"content_type": "text/plain; application/json"}, 415),
        ({"content_encoding": "gzip"}, 415),
    ],
)
@pytest.mark.parametrize("path", ["/stream", "/v1/chat/completions"])
def test_only_json_is_read(
    server: RunningServer, path: str, headers: dict[str, str], status: int
) -> None:
    body = {"model": "demo", "messages": [{"role": "user", "content": "What did I just ask?"}]}

    assert server.request("POST", path, body, **headers).status == status


def test_a_body_of_one_byte_too_many_is_refused(server: RunningServer) -> None:
    start, end = b'{"model": "demo", "messages": "What did I just ask?', b'"}'
    largest = start + b" " * (1024 * 1024 - len(start) - len(end)) + end

    assert server.request("POST", "/stream", largest).status == 200
    assert server.request("POST", "/stream", b" " + largest).status == 413
    completion = server.request("POST", "/v1/chat/completions", b" " + largest)
    assert completion.json["error"]["code"] == "request_too_large"


def test_a_body_without_a_declared_length_is_counted_as_it_comes(server: RunningServer) -> None:
    head = server.raw("POST", "/stream", b"", content_length="", transfer_encoding="chunked")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    reply = server.send(head + chunk * 17 + b"0\r\n\r\n")

    assert reply is not None
    assert reply.status == 413


@pytest.mark.field("S13")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 413),
        ({"authorization": "Bearer wrong"}, 401),
        ({"content_type": "text/plain"}, 415),
        ({"host": "evil.com"}, 403),
    ],
)
def test_a_client_that_waits_with_its_body_is_told_at_once(
    server: RunningServer, headers: dict[str, str], status: int
) -> None:
    """Without `Expect: 100-continue`, too; and it may still send its body, or leave."""
    head = server.raw("POST", "/stream", b"", content_length=str(9_000_000), **headers)
    with closing(server.connect()) as sock:
        sock.sendall(head)
        received = sock.recv(65536)
        assert received.startswith(b"HTTP/1.1 %d " % status)
        while b"finished" not in received:
            received += sock.recv(65536)
        sock.sendall(b" " * 100_000)

    assert server.request("POST", "/stream", QUESTION).status == 200


@pytest.mark.field("S10")
def test_who_has_the_token_is_answered_however_many_connections_are_idle() -> None:
    with RunningServer(files=200) as server:
        with closing(server.connect()) as known:
            ask = server.raw("GET", "/models", connection="keep-alive")
            known.sendall(ask)
            assert known.recv(100).startswith(b"HTTP/1.1 200 ")
            idle = []
            for _ in range(8):  # the backlog holds no more at once
                idle += [server.connect() for _ in range(40)]
                assert server.request("POST", "/stream", QUESTION).status == 200
            # The oldest have been closed, which can be read.
            eventually(lambda: len(select.select(idle, [], [], 0)[0]) > 200)
            closed = select.select(idle, [], [], 0)[0]
            assert idle[0] in closed
            assert idle[-1] not in closed
            while len(known.recv(65536)) == 65536:
                pass
            known.sendall(ask)
            assert known.recv(100)
        for sock in idle:
            sock.close()

    assert server.said == ""


def test_idle_connections_cannot_use_up_the_open_files() -> None:
    """A client without a token holds as many connections as it can.

    Files stay for the providers, and others go on later.
    """
    with RunningServer(files=600) as server:
        idle = [server.connect() for _ in range(400)]
        # Those that can be read have been closed again.
        eventually(lambda: len(select.select(idle, [], [], 0)[0]) > 100)
        for sock in idle:
            sock.close()

        def is_answered() -> bool:
            with suppress(ConnectionResetError):  # it is still busy with those that have gone
                return server.request("POST", "/stream", QUESTION).status == 200
            return False

        eventually(is_answered)

    assert server.said == ""


def test_who_sends_slowly_or_never_is_cut_off() -> None:
    with RunningServer("--read-timeout", "4") as server, ExitStack() as stack:
        beginnings = [
            b"",
            b"POST /stream HT",
            server.raw("POST", "/stream", QUESTION)[:-5],
            b"GET / HTTP/1.1\r\nx: ",
        ]
        begun = [stack.enter_context(closing(server.connect())) for _ in beginnings]
        for sock, beginning in zip(begun, beginnings, strict=True):
            sock.sendall(beginning)
        for sock in begun:
            with suppress(ConnectionResetError):
                assert sock.recv(1000) == b""
        question = server.raw("POST", "/stream", QUESTION)
        with closing(server.connect()) as sock:
            for piece in (question[:20], question[20:-5], question[-5:]):
                sock.sendall(piece)
                time.sleep(0.1)  # slowly, and in time
            slow = sock.recv(1000)
        answered = server.request("POST", "/stream", QUESTION)

    assert slow.startswith(b"HTTP/1.1 200 ")
    assert answered.status == 200
