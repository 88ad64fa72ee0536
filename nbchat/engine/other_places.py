"""Where there is no list of models: the few places where one may be, and where questions go.

A server that is asked at another path than its own, or in another wire format, is known by where
it has its list. Of a server that takes questions and lists nothing, nothing is wrong.
"""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from nbchat.engine.findings import Finding, fits, wrong
from nbchat.engine.get_only import Asked, page_title
from nbchat.engine.heard import HeardResponse
from nbchat.engine.listing import has_list
from nbchat.engine.right_address import let_it_be
from nbchat.engine.tolerant_json import value_of
from nbchat.errors import NbchatError

ELSEWHERE = {  # the places, and who has a list there
    "/v1/models": "openai-chat",
    "/api/tags": "ollama",
    "/v1beta/models": "gemini",
}
NOTHING_ELSE = "and nothing else was seen there"
TAKES_QUESTIONS = (400, 401, 403, 405, 411, 415, 422)  # what a GET is told where a POST belongs


async def look_elsewhere(asked: Asked, heard: HeardResponse, url: str) -> Finding:
    """What there is to say where `heard` says that there is no list at `url`."""
    places, for_questions = _places(asked, url), asked.request.call.url
    status, *found = await asyncio.gather(
        _status(asked, for_questions), *(_has_list(asked, place) for place in places)
    )
    seen = f"there is no list of models at {_shown(url)} ({heard.status})"
    if status in TAKES_QUESTIONS:
        questions = f"questions go to {urlsplit(for_questions).path} ({status})"
        return fits("answer", f"{seen}; {questions}")
    if asked.is_shipped:
        return Finding("answer", "unknown", f"{seen}, {NOTHING_ELSE}")
    lists = [place for place, is_list in zip(places, found, strict=True) if is_list]
    if lists:
        own = [place for place in lists if _is_alike(asked, places[place])]
        place = (own or lists)[0]
        return _list_elsewhere(asked, place, places[place], seen)
    to_do = "Check the base URL: does it end in /v1, or in what else its documents say?"
    nor_there = f"nor anything at {_shown(for_questions)}."
    return Finding("answer", "unknown", f"{seen}, {nor_there}", to_do)


def _places(asked: Asked, url: str) -> dict[str, str]:
    """Where else to look, and the wire format of who has a list there."""
    base = asked.request.base_url.value
    parts = urlsplit(base)
    starts = [f"{parts.scheme}://{parts.netloc}"]
    if not re.search(r"/v\d\w*$", base):
        starts.insert(0, base)
    places = {start + path: wire for start in starts for path, wire in ELSEWHERE.items()}
    places.pop(_shown(url), None)
    return places


def _list_elsewhere(asked: Asked, place: str, wire: str, seen: str) -> Finding:
    """A list was seen at another place of the same server."""
    but_there = f"but one at {place}"
    right = place.removesuffix("/models").removesuffix("/api/tags")
    if _is_alike(asked, wire):
        return wrong("answer", f"{seen}, {but_there}.", let_it_be(asked, right))
    to_do = (
        f"{asked.name} is asked in {asked.request.route.wire}. Ask this server in its own: "
        f"a row of [[providers]] with wire = {wire!r} and base_url = {right!r}."
    )
    alike = f"as servers of the format {wire} have it."
    return wrong("answer", f"{seen}, {but_there}, {alike}", to_do)


def _is_alike(asked: Asked, wire: str) -> bool:
    """Whether the provider's own format has its list at the same place as this one."""
    own = asked.request.route.wire
    return own == wire or (own, wire) == ("openai-responses", "openai-chat")


def _shown(url: str) -> str:
    return url.partition("?")[0]


async def _has_list(asked: Asked, url: str) -> bool:
    try:
        heard = await asked.get(url)
        return heard.status == 200 and has_list(value_of(heard.body))
    except (NbchatError, ValueError, RecursionError):
        return False


async def _status(asked: Asked, url: str) -> int:
    """The status of a GET there; 0 where nothing answers, or a page does."""
    try:
        heard = await asked.get(url)
    except NbchatError:
        return 0
    return 0 if page_title(heard) is not None else heard.status
