"""Stopping, and starting more than one."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from ...fakes.provider import Service, answer, said
from ...fakes.steps import once
from .running import DEADLINE, RunningServer, eventually

QUESTION = {"model": "kimi-k2.6", "messages": "Hello"}
CHAT = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "Hello"}]}


class Reading(threading.Thread):
    """A client that reads its answer to the end."""

    def __init__(
        self, server: RunningServer, body: dict[str, Any], path: str = "/stream", **headers: str
    ) -> None:
        super().__init__()
        self._pieces = server.stream(body, path, **headers)
        self._received: list[bytes] = []
        self.start()

    def run(self) -> None:
        self._received.extend(self._pieces)

    @property
    def body(self) -> str:
        self.join(DEADLINE)
        assert not self.is_alive()
        return b"".join(self._received).decode()

    @property
    def started(self) -> bool:
        return bool(self._received)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_answers_that_run_are_finished_or_ended_with_a_last_chunk(
    provider: Service, how: int
) -> None:
    has_stopped = threading.Event()
    provider.plays(once(has_stopped.is_set, answer(*said("short")), DEADLINE))
    provider.always(answer(said("Hel")[1], hold=60))
    with RunningServer(
        "--grace", "5", KIMI_BASE_URL=provider.url, KIMI_API_KEY="sk-test"
    ) as server:
        short = Reading(server, QUESTION)
        eventually(lambda: len(provider.requests) == 1)
        others = [
            Reading(server, QUESTION),
            Reading(server, QUESTION, accept="text/event-stream"),
            Reading(server, {**CHAT, "stream": True}, "/v1/chat/completions"),
        ]
        eventually(lambda: all(other.started for other in others))

        server.process.send_signal(how)
        eventually(lambda: not listens(server))
        has_stopped.set()
        server.process.wait(DEADLINE)

    assert json.loads(short.body.splitlines()[-1])["reason"] == "end"
    lines, events, completions = (other.body for other in others)
    last = json.loads(lines.splitlines()[-1])
    assert last["finished"]
    assert last["error"]["type"] == "Stopping"
    last_event = json.loads(events.strip().split("\n\n")[-1].removeprefix("data: "))
    assert last_event["error"]["type"] == "Stopping"
    assert '"code":"stopping"' in completions
    assert completions.endswith("data: [DONE]\n\n")
    assert "Traceback" not in server.said


def listens(server: RunningServer) -> bool:
    try:
        server.connect().close()
    except ConnectionError:
        return False
    return True


def test_without_answers_it_stops_without_its_grace() -> None:
    """Which is longer than the patience of `stop`."""
    with RunningServer("--grace", "600") as server:
        server.request("GET", "/health")
        server.stop()

    assert server.said == ""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))


def test_two_workers_share_the_address(provider: Service) -> None:
    provider.always(answer(*said("Hi")))
    with RunningServer(
        "--workers", "2", KIMI_BASE_URL=provider.url, KIMI_API_KEY="sk-test"
    ) as server:
        replies = [server.request("POST", "/stream", QUESTION) for _ in range(10)]
        parent = server.process.pid
        workers = [
            int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        ]
        assert len(workers) >= 2

    assert {reply.lines[-1]["reason"] for reply in replies} == {"end"}
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


def test_a_port_that_is_taken_is_said_in_one_sentence(server: RunningServer) -> None:
    command = [sys.executable, "-m", "nbchat", "serve", "--port", str(server.port)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)

    assert ran.returncode == 2
    assert ran.stdout == ""
    assert re.fullmatch(
        r"nbchat: 127\.0\.0\.1:\d+ cannot be listened on: .+ --port 0 .+\n", ran.stderr
    )


PRESSES_WHILE_IT_STARTS = """
import os, signal, sys
import uvicorn.server
from nbchat.__main__ import main

run = uvicorn.server.asyncio_run

def press_and_run(*given, **named):
    os.kill(os.getpid(), signal.SIGINT)
    return run(*given, **named)

uvicorn.server.asyncio_run = press_and_run
sys.exit(main(["serve", "--port", "0"]))
"""


def test_ctrl_c_right_behind_the_line_that_names_it_stops_the_server_without_a_word() -> None:
    command = [sys.executable, "-c", PRESSES_WHILE_IT_STARTS]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)

    assert "Ctrl-C stops it" in ran.stdout
    assert (ran.returncode, ran.stderr) == (130, "")


@pytest.mark.parametrize("wait", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_stops_workers_that_are_still_starting_without_a_word(
    workers: str, wait: float
) -> None:
    command = [sys.executable, "-m", "nbchat", "serve", "--port", "0", "--workers", workers]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert "nbchat serves" in process.stdout.readline()
    time.sleep(wait)

    os.killpg(process.pid, signal.SIGINT)  # as a terminal does

    _, errors = process.communicate(timeout=DEADLINE)
    assert errors == ""
    assert process.returncode in (0, -signal.SIGTERM, 130)
