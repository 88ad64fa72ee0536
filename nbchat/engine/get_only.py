"""A question that is not asked: only its way and its key are used, to GET what is at an address."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from nbchat.addresses import TABLE
from nbchat.catalog.catalog import shipped
from nbchat.engine.heard import HeardResponse, hear
from nbchat.engine.prepare import PreparedRequest
from nbchat.engine.refusals import ErrorContext
from nbchat.network.client import Transport
from nbchat.plain_http import Transit
from nbchat.settings import Settings
from nbchat.settings_values import Timeouts


@dataclass(slots=True)
class Asked:
    """The request, and with what it is sent."""

    transport: Transport
    settings: Settings
    request: PreparedRequest
    context: ErrorContext
    timeouts: Timeouts
    clock: Callable[[], float]
    on_answer: Callable[[], None]  # called when one begins

    @property
    def name(self) -> str:
        return self.request.route.provider.name

    @property
    def is_shipped(self) -> bool:
        """Whether the address is the one of the shipped table, and nobody has moved it."""
        route, base_url = self.request.route, self.request.base_url
        known = shipped().providers.get(route.provider.type)
        is_own = known is not None and known.base_url == route.provider.base_url
        return is_own and base_url.origin == TABLE and not route.model.base_url

    async def get(self, url: str) -> HeardResponse:
        """What is there. Raises NbchatError where no answer begins."""
        async with self.transport.open_response(
            url,
            self.request.headers,
            self.timeouts,
            name=self.name,
            only_private=self.request.transit is Transit.PRIVATE,
        ) as response:
            self.on_answer()
            heard = HeardResponse(response.status, response.headers)
            await hear(heard, response, self.request.limits.model_list, self.clock)
            return heard


def page_title(heard: HeardResponse) -> str | None:
    """The title of an HTML page; None where it is none."""
    text = heard.body.decode("utf-8", "replace").strip()
    if text[:1] != "<":
        return None
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.I | re.S)
    return html.unescape(title[1]) if title else ""
