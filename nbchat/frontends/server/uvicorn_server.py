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
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors import Multiprocess

from nbchat.errors import BadSettings
from nbchat.frontends.server.app import create_app
from nbchat.frontends.server.options import ServerOptions
from nbchat.frontends.server.state import ServerState
from nbchat.settings import Settings

BUFFER = 64 * 1024  # bytes that may wait for a slow reader, here and again in the kernel
BACKLOG = 128  # connections that wait to be accepted
MAX_HEAD = 32 * 1024  # bytes of request line and headers
CONNECTIONS = 1000  # at once, for one worker
OWN_FILES = 24  # files a worker has open besides connections
CLOSING = 3.0  # seconds after the grace in which the last chunks are written
IDLE = 15  # seconds a connection is kept without a request


class Connection(H11Protocol):
    """A client's connection that cannot be held for ever: not by sending slowly, not by reading
    nothing.

    uvicorn has no deadline for a request's head and body, nor for a reader that does
    not read. Closing the connection is all it takes: the application then sees that
    the client has left, and the provider's connection is closed.
    """

    _sending: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    @property
    def _serving(self) -> ServerState:
        serving: ServerState = self.app_state["serving"]
        return serving

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=BUFFER)
        if len(self.connections) > (self.limit_concurrency or CONNECTIONS):
            transport.abort()  # before files run out: then no connection at all could be accepted
        self._watch_sending()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_sending()
        if self.conn.their_state is h11.DONE and self.flow.read_paused:
            self._read_on()

    def _read_on(self) -> None:
        """uvicorn stops reading when another request waits for this answer, and would not see the
        client leave.
        """
        waiting, _ = self.conn.trailing_data
        if len(waiting) > MAX_HEAD:
            self.transport.abort()
        else:
            self.flow.resume_reading()

    def _watch_sending(self) -> None:
        """From its first byte, a request has `read_timeout` to be there whole."""
        whole = self.conn.their_state not in (h11.IDLE, h11.SEND_BODY)
        if whole and self._sending is not None:
            self._sending.cancel()
            self._sending = None
        elif not whole and self._sending is None:
            self._sending = self.loop.call_later(
                self._serving.options.read_timeout, self.transport.abort
            )

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reading(-1)

    def _watch_reading(self, before: int) -> None:
        """While answers wait for this client, it has to take something now and then."""
        waiting = self.transport.get_write_buffer_size()
        if waiting == before:
            self.transport.abort()
        else:
            self._reading = self.loop.call_later(
                self._serving.options.write_timeout, self._watch_reading, waiting
            )

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forget_reading()

    def _forget_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget_reading()
        if self._sending is not None:
            self._sending.cancel()

    def shutdown(self) -> None:
        """uvicorn is stopping: answers that run get their grace."""
        self._serving.stop()
        super().shutdown()


def serve(options: ServerOptions) -> None:
    """Serve until SIGINT or SIGTERM. Prints one line with the address and the token.

    Raises BadSettings when the port is taken or nbchat's own settings cannot be used.
    """
    Settings.load()
    listener = _bound(options)
    options = options.model_copy(update={"port": listener.getsockname()[1]})
    config = uvicorn.Config(
        partial(create_app, options),
        factory=True,
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=_logging(options.log),
        access_log=False,  # it would hold the token of an address that was opened in a browser
        server_header=False,
        proxy_headers=bool(options.proxy),
        forwarded_allow_ips=options.proxy or None,
        workers=options.workers,
        limit_concurrency=_connections(),
        backlog=BACKLOG,
        h11_max_incomplete_event_size=MAX_HEAD,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=int(options.grace + CLOSING) + 1,
    )
    print(f"nbchat serves {options.address}/?token={options.token}   (Ctrl-C stops it)", flush=True)
    if options.beyond_this_machine:
        print(
            "Other machines can reach this server, and whoever has the token spends your keys. "
            "Plain HTTP shows it to the network: put TLS in front.",
            file=sys.stderr,
        )
    if options.workers > 1:
        _keep_ctrl_c_from_workers()
        Multiprocess(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


def _keep_ctrl_c_from_workers() -> None:
    """Ctrl-C goes to every process of a terminal, and would strike workers that are still
    importing.

    They inherit that it is blocked, and are told to stop by the first process.
    """
    if sys.platform == "win32":
        return
    # the first process that is started starts this, too, and would unblock it
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def stop() -> None:
        while signal.sigwait({signal.SIGINT}):
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=stop, name="nbchat-ctrl-c", daemon=True).start()


def _logging(wanted: str) -> dict[str, Any]:
    """For every worker: errors, and where that is wanted a line for each request, on standard
    error.
    """
    ours = {
        "handlers": ["stderr"],
        "level": "INFO" if wanted == "requests" else "ERROR",
        "propagate": False,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"dated": {"format": "%(asctime)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "dated"}},
        "loggers": {"nbchat.server": ours, "uvicorn": {**ours, "level": "ERROR"}},
    }


def _connections() -> int:
    """How many connections there can be at once: each may need another one, to a provider."""
    if sys.platform == "win32":
        return CONNECTIONS
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS + OWN_FILES
    if soft < wanted and (hard == resource.RLIM_INFINITY or hard > soft):
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))  # workers inherit it
    return (
        CONNECTIONS
        if soft == resource.RLIM_INFINITY
        else max(4, min(CONNECTIONS, (soft - OWN_FILES) // 2))
    )


def _bound(options: ServerOptions) -> socket.socket:
    """A listening socket, so that the address is known, and answers, before it is printed."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(
        socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER
    )  # each connection has it from here
    try:
        listener.bind((options.host, options.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise BadSettings(
            f"{options.host}:{options.port} cannot be listened on: {error.strerror}. --port 0 takes any free port."
        ) from None
    listener.set_inheritable(True)
    return listener
