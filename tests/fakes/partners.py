"""Servers of others that play a provider, in processes: llmock (PyPI) and aimock (npm)."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..frontends.server.foreign_clients import made_in_node, made_in_python
from ..waiting import until

PINNED = Path(__file__).parents[2] / ".ci" / "partners"
DEADLINE = 120.0  # seconds; only so that a hang ends
PORTS = 3  # that are tried: another process may take one before it does


class Partner:
    """`with Partner(command) as server:` serves until the block ends."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    def __enter__(self) -> Partner:
        for _ in range(PORTS):
            self._start()
            until(lambda: self._has_ended or self._listens(), DEADLINE)
            if not self._has_ended:
                return self
        raise AssertionError("the partner ends when it is started")

    def _start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        command, quiet = [*self._command, "--port", str(self.port)], subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdout=quiet, stderr=quiet)

    @property
    def _has_ended(self) -> bool:
        return self._process.poll() is not None

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def tell(self, path: str, body: Mapping[str, Any]) -> None:
        """Post to the partner itself."""
        data, headers = json.dumps(body).encode(), {"content-type": "application/json"}
        asked = urllib.request.Request(self.url + path, data, headers)
        urllib.request.urlopen(asked, timeout=DEADLINE).read()


def llmock() -> Partner:
    """Calls the tool that fits best, then answers in words; broken as it is told."""
    python = made_in_python(PINNED) / "bin" / "python"
    return Partner([str(python), "-m", "llmock.cli", "serve"])


def aimock(fixtures: Path) -> Partner:
    """Plays the answers in a file."""
    cli = made_in_node(PINNED) / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
    return Partner(["node", str(cli), "--fixtures", str(fixtures), "--log-level", "silent"])
