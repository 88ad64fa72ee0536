"""A real `nbchat serve` in a process of its own, and plain sockets to talk to it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import is_personal
from tests.waiting import until

TOKEN = "a-token-for-tests"
KEY = "sk-canary-4dG7hQ2xW9"
DEADLINE = 60.0  # seconds; a wait that long is a failure


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]


@dataclass
class RunningServer:
    """Serves until the block ends.

    with RunningServer("--rate", "5", KIMI_BASE_URL=...) as server: ...
    """

    flags: tuple[str, ...]
    variables: dict[str, str]
    # What it printed on standard error, once it has ended.
    said: str = field(default="", init=False)

    def __init__(
        self, *flags: str, files: int = 0, folder: Path | None = None, **variables: str
    ) -> None:
        self.flags, self.variables, self.said = flags, variables, ""
        self._files = files  # how many it may have open
        self._folder = folder  # where it runs

    def __enter__(self) -> RunningServer:
        env = {name: value for name, value in os.environ.items() if not is_personal(name)}
        env |= {"NBCHAT_SERVER_TOKEN": TOKEN, "PYTHONDONTWRITEBYTECODE": "1", **self.variables}
        command = [sys.executable, "-m", "nbchat", "serve", "--port", "0", *self.flags]
        if self._files:
            command = ["bash", "-c", f'ulimit -n {self._files}; exec "$@"', "bash", *command]
        self._errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command,
            env=env,
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)", self.line)
        assert address, f"it said {self.line!r} and {self._read()!r}"
        self.port, self.token = int(address[1]), address[2]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Ask it to stop and wait until it has; returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(DEADLINE)
        if not self._errors.closed:
            self.said = self._read()
            self._errors.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def _read(self) -> str:
        self._errors.seek(0)
        return self._errors.read()

    # --- asking ---------------------------------------------------------------------------

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)

    def send(self, raw: bytes) -> Reply | None:
        """Send bytes as they are, and read until the connection ends; None where nothing came."""
        with closing(self.connect()) as sock:
            sock.sendall(raw)
            received = b"".join(iter(lambda: sock.recv(65536), b""))
        return reply_of(received) if received else None

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One request with the token, unless `headers` say otherwise.

        Underscores in their names become dashes.
        """
        reply = self.send(self.raw(method, path, body, **headers))
        assert reply is not None
        return reply

    def raw(self, method: str, path: str, body: Any = None, **headers: str) -> bytes:
        data = b""
        if isinstance(body, bytes):
            data = body
        elif body is not None:
            data = json.dumps(body).encode()
        fields = {
            "host": f"127.0.0.1:{self.port}",
            "authorization": f"Bearer {TOKEN}",
            "connection": "close",
        }
        if body is not None:
            fields |= {"content-type": "application/json", "content-length": str(len(data))}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{name}: {value}" for name, value in fields.items() if value]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode() + data

    def stream(self, body: Any, path: str = "/stream", **headers: str) -> Generator[bytes]:
        """The body's pieces, as they arrive."""
        with closing(self.connect()) as sock:
            sock.sendall(self.raw("POST", path, body, **headers))
            with sock.makefile("rb") as file:
                while file.readline() not in (b"\r\n", b""):
                    pass
                while size := int(file.readline(), 16):
                    yield file.read(size)
                    file.readline()


def eventually(true: Callable[[], object]) -> None:
    """Wait until that is so; fails when it never is."""
    until(true, DEADLINE)


def reply_of(received: bytes) -> Reply:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.split(":", 1) for line in lines]
    headers = {name.lower(): value.strip() for name, value in pairs}
    if headers.get("transfer-encoding") == "chunked":
        body = _join_chunks(body)
    return Reply(int(first.split()[1]), headers, body)


def _join_chunks(body: bytes) -> bytes:
    pieces = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        pieces.append(rest[: int(size, 16)])
        body = rest[int(size, 16) + 2 :]
    return b"".join(pieces)
