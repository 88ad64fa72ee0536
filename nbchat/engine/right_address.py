"""Where a server shows which base URL is meant: by a redirect, or by speaking TLS."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from nbchat.addresses import TABLE
from nbchat.engine.findings import Finding, wrong
from nbchat.engine.get_only import Asked
from nbchat.engine.redirects import redirect_error
from nbchat.hosts import host_of
from nbchat.network.peer import Peer
from nbchat.network.proxy import choose_proxy
from nbchat.network.way import Way, walk

HANDSHAKE_SECONDS = 0.25  # plain http is for this network alone, where a handshake is done by then
LOG_IN_FIRST = "Check the base URL, and whether this network asks for a login first."


def let_it_be(asked: Asked, right: str) -> str:
    """What to do where another base URL is the right one."""
    origin = asked.request.base_url.origin
    subject = "the base_url of its row" if origin == TABLE else origin
    return f"Let {subject} be: {right}"


def look_at_redirect(asked: Asked, location: str, url: str) -> Finding:
    """Where it leads to the same path of another place, that place is the base URL."""
    base = asked.request.base_url.value
    happened = redirect_error(location, asked.context).happened
    ending = url.partition("?")[0].removeprefix(base)
    target = _without_query(urljoin(url, location))
    if not target.endswith(ending) or not target.startswith(("http://", "https://")):
        return wrong("answer", happened, LOG_IN_FIRST)
    right = asked.context.clean(target.removesuffix(ending))
    is_same_host = host_of(target) == host_of(url)
    only_if = "" if is_same_host else "Where you trust that host with the key and the questions: "
    return wrong("answer", happened, f"{only_if}{let_it_be(asked, right)}")


def _without_query(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


async def look_for_tls(asked: Asked) -> Finding | None:
    """A second look, where plain http was not understood: perhaps TLS is spoken there."""
    url = asked.request.base_url.value
    parts = urlsplit(url)
    if parts.scheme != "http" or choose_proxy(url).proxy:
        return None
    peer = Peer(host_of(url), asked.name)
    way = Way(peer, parts.port or 80, peer)
    with suppress(TimeoutError):
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            await walk(way, over_tls=True)
    if way.certificate is None:
        return None
    return wrong(
        "answer",
        f"{way.place} speaks TLS, and is asked without it.",
        let_it_be(asked, f"https{url.removeprefix('http')}"),
    )
