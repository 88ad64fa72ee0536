"""Puts the application on a socket: uvicorn, with the deadlines it does not have by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from functools import partial
from multiprocessing import resource_tracker
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors import Multiprocess

from nbchat.errors import BadSettings
from nbchat.frontends.server.app import create_app
from nbchat.frontends.server.connections import OpenConnections
from nbchat.frontends.server.options import ServerOptions
from nbchat.frontends.server.state import ServerState
from nbchat.settings import Settings

BUFFER_BYTES = 64 * 1024  # bytes that may wait for a slow reader, here and again in the kernel
BACKLOG = 128  # connections that wait to be accepted
MOST_HEAD_BYTES = 32 * 1024  # bytes of request line and headers
MOST_CONNECTIONS = 1000  # at once, for one worker
OF_ONE_ADDRESS = 0.8  # the part of them that one address may have
OWN_FILES = 24  # files a worker has open besides connections
LAST_CHUNKS_SECONDS = 3.0  # seconds after the grace in which the last chunks are written
IDLE_SECONDS = 15  # seconds a connection is kept without a request


class Connection(H11Protocol):
    """A client's connection that nobody can hold for ever by sending slowly or reading nothing.

    uvicorn has no deadline for a request's head and body, nor for a reader that does
    not read. Closing the connection is all it takes: the application then sees that
    the client has left, and the provider's connection is closed.

    For this it uses what uvicorn does not promise to keep: `flow.read_paused`,
    `conn.trailing_data`, `app_state`, `scope` and `connections`.
    """

    address = ""  # of the other side
    has_shown_token = False
    _sending_timer: asyncio.TimerHandle | None = None
    _reading_timer: asyncio.TimerHandle | None = None

    @property
    def _worker_state(self) -> ServerState:
        state: ServerState = self.app_state["server_state"]
        return state

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=BUFFER_BYTES)
        self.address = self.client[0] if self.client else ""
        self._open_connections.admit(self)
        self._watch_sending()

    @property
    def _open_connections(self) -> OpenConnections:
        """All of this worker. When files have run out, no connection at all can be accepted."""
        state = self._worker_state
        if state.connections is None:
            most = (self.limit_concurrency or MOST_CONNECTIONS) - 1  # at which uvicorn refuses
            of_one = max(1, int(most * OF_ONE_ADDRESS))
            state.connections = OpenConnections(most, of_one, frozenset((state.options.proxy,)))
        return state.connections

    def cut(self) -> None:
        """Close it without a word, to make room for another."""
        self.connections.discard(self)
        self.transport.abort()

    def show_token(self) -> None:
        """Whoever is on the other side has shown the token."""
        self.has_shown_token = True

    def handle_events(self) -> None:
        super().handle_events()
        if self.scope:
            self.scope["state"]["connection"] = self  # before the application begins

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_sending()
        if self.conn.their_state is h11.DONE and self.flow.read_paused:
            self._read_on()

    def _read_on(self) -> None:
        """Read although another request waits for this answer, so as to see the client leave.

        uvicorn stops reading there. What waits is limited to a head, or the client is cut off.
        """
        waiting, _ = self.conn.trailing_data
        if len(waiting) > MOST_HEAD_BYTES:
            self.transport.abort()
        else:
            self.flow.resume_reading()

    def _watch_sending(self) -> None:
        """From its first byte, a request has `read_timeout` to be there whole."""
        is_whole = self.conn.their_state not in (h11.IDLE, h11.SEND_BODY)
        if is_whole and self._sending_timer is not None:
            self._sending_timer.cancel()
            self._sending_timer = None
        elif not is_whole and self._sending_timer is None:
            seconds = self._worker_state.options.read_timeout
            self._sending_timer = self.loop.call_later(seconds, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reading(-1)

    def _watch_reading(self, before: int) -> None:
        """While answers wait for this client, it has to take something every `write_timeout`.

        `before` is how many bytes waited at the last look.
        """
        waiting = self.transport.get_write_buffer_size()
        if waiting == before:
            self.transport.abort()
        else:
            seconds = self._worker_state.options.write_timeout
            self._reading_timer = self.loop.call_later(seconds, self._watch_reading, waiting)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_watching_reading()

    def _stop_watching_reading(self) -> None:
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._open_connections.forget(self)
        self._stop_watching_reading()
        if self._sending_timer is not None:
            self._sending_timer.cancel()

    def shutdown(self) -> None:
        """uvicorn is stopping: answers that run get their grace."""
        self._worker_state.stop()
        super().shutdown()


def serve(options: ServerOptions) -> None:
    """Serve until SIGINT or SIGTERM. Prints one line with the address and the token.

    Raises BadSettings when the port is taken or nbchat's own settings cannot be used.
    """
    for line in Settings.load().file_lines.values():
        print(f"nbchat: {line}", file=sys.stderr)
    listener = _listen(options)
    options = options.model_copy(update={"port": listener.getsockname()[1]})
    config = uvicorn.Config(
        partial(create_app if options.workers > 1 else _create_app_and_hear_ctrl_c, options),
        factory=True,
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=_log_config(options.log),
        access_log=False,  # it would hold the token of an address that was opened in a browser
        server_header=False,
        proxy_headers=bool(options.proxy),
        forwarded_allow_ips=options.proxy or None,
        workers=options.workers,
        limit_concurrency=_allow_connections(),
        backlog=BACKLOG,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=int(options.grace + LAST_CHUNKS_SECONDS) + 1,
    )
    # From the line on that names Ctrl-C it stops the server calmly, also while that begins.
    if options.workers > 1:
        _keep_ctrl_c_from_workers()
    else:
        _let_ctrl_c_wait(True)
    print(f"nbchat serves {options.address}/?token={options.token}   (Ctrl-C stops it)", flush=True)
    if options.beyond_this_machine:
        print(
            "Other machines can reach this server, and whoever has the token spends your keys. "
            "Plain HTTP shows it to the network: put TLS in front.",
            file=sys.stderr,
        )
    if options.workers > 1:
        Multiprocess(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


def _let_ctrl_c_wait(waits: bool) -> None:
    """Let it wait, or hear it again; what came meanwhile is heard then."""
    if sys.platform == "win32":
        return
    how = signal.SIG_BLOCK if waits else signal.SIG_UNBLOCK
    signal.pthread_sigmask(how, {signal.SIGINT})


def _create_app_and_hear_ctrl_c(options: ServerOptions) -> FastAPI:
    """The application of a server alone: uvicorn has its handler by now."""
    app = create_app(options)
    _let_ctrl_c_wait(False)
    return app


def _keep_ctrl_c_from_workers() -> None:
    """Leave Ctrl-C to the first process, which tells the workers to stop.

    A terminal sends it to every process, and workers may still be importing. They
    inherit that the signal is blocked.
    """
    if sys.platform == "win32":
        return
    # Starting the first worker would start the tracker, which unblocks the signal here.
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def stop() -> None:
        while signal.sigwait({signal.SIGINT}):
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=stop, name="nbchat-ctrl-c", daemon=True).start()


def _log_config(log: str) -> dict[str, Any]:
    """Every worker's log on standard error: errors, and for `requests` a line for each."""
    level = "INFO" if log == "requests" else "ERROR"
    ours = {"handlers": ["stderr"], "level": level, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"dated": {"format": "%(asctime)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "dated"}},
        "loggers": {"nbchat.server": ours, "uvicorn": {**ours, "level": "ERROR"}},
    }


def _allow_connections() -> int:
    """Allow enough open files, where this process may; returns how many connections fit into them.

    Each connection may need another one, to a provider.
    """
    if sys.platform == "win32":
        return MOST_CONNECTIONS
    import resource

    unlimited = resource.RLIM_INFINITY
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * MOST_CONNECTIONS + OWN_FILES
    if soft == unlimited or soft >= needed:
        return MOST_CONNECTIONS
    files = needed if hard == unlimited else min(needed, hard)
    if files > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))  # workers inherit it
    return max(4, (max(files, soft) - OWN_FILES) // 2)


def _listen(options: ServerOptions) -> socket.socket:
    """A listening socket, so that the address is known, and answers, before it is printed."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Each connection has the size of its buffer from here.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
    try:
        listener.bind((options.host, options.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        address = f"{options.host}:{options.port}"
        raise BadSettings(
            f"{address} cannot be listened on: {error.strerror}. --port 0 takes any free port."
        ) from None
    listener.set_inheritable(True)
    return listener
