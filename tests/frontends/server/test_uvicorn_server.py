"""What `Connection` uses of uvicorn, which does not promise to keep it."""

from __future__ import annotations

import asyncio

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState as UvicornState

from nbchat.frontends.server import ServerOptions
from nbchat.frontends.server.state import ServerState
from nbchat.frontends.server.uvicorn_server import Connection

from .running import DEADLINE, TOKEN

CHANGED = f"uvicorn {uvicorn.__version__} has changed what uvicorn_server.Connection uses"
FIRST = b"GET /first HTTP/1.1\r\nhost: localhost\r\n\r\n"
SECOND = b"GET /second HTTP/1.1\r\nhost: localhost\r\n\r\n"


@pytest.mark.parametrize(("kind", "pauses"), [(H11Protocol, True), (Connection, False)])
async def test_a_second_request_pauses_reading_in_uvicorn_and_not_here(
    kind: type[H11Protocol], pauses: bool
) -> None:
    asked, released = asyncio.Event(), asyncio.Event()

    async def wait(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        await released.wait()

    state = {"server_state": ServerState(ServerOptions.of({"token": TOKEN}))}
    config = uvicorn.Config(wait, http=kind, lifespan="off", log_config=None)
    config.load()
    connection = kind(config, UvicornState(), state)
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: connection, "127.0.0.1", 0) as server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(FIRST + SECOND)
        await asyncio.wait_for(asked.wait(), DEADLINE)
        try:
            used = (
                connection.app_state is state,
                connection.flow.read_paused,
                connection.conn.trailing_data,
            )
        except AttributeError as error:
            pytest.fail(f"{CHANGED}: {error}")
        finally:
            released.set()
            writer.close()

    assert used == (True, pauses, (SECOND, False)), CHANGED
