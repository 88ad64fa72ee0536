"""Whether something answers at an address, and whether it is the API that is expected there.

Only GET is used: the list of models, and where there is none, the few places where a list is
found with other base URLs and other wire formats. No question is asked, so nothing is paid.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from nbchat import known_keys
from nbchat.addresses import TABLE
from nbchat.engine.findings import Finding, fits, no_answer, refused, wrong
from nbchat.engine.heard import HeardResponse, hear
from nbchat.engine.listing import (
    LISTINGS,
    NONE,
    entries_of,
    has_list,
    list_url,
    next_mark,
    url_after,
)
from nbchat.engine.prepare import PreparedRequest
from nbchat.engine.refusals import ErrorContext, error_for, not_an_api_error, read_refusal
from nbchat.engine.tolerant_json import value_of
from nbchat.errors import (
    KeyRefused,
    NbchatError,
    NoCredit,
    NotAllowed,
    ProxyFailed,
    RateLimited,
    TimedOut,
    TlsFailed,
)
from nbchat.network.client import Transport
from nbchat.plain_http import Transit
from nbchat.settings import Settings
from nbchat.settings_values import Timeouts
from nbchat.wire.problem import problem_in
from nbchat.wire.shapes import string
from nbchat.wording import plural, size_text

LONGEST_NAME = 200  # characters of a model's
MOST_PAGES = 3  # of a list
NO_SUCH_PLACE = (404, 405, 501)
OF_THE_WAY = (ProxyFailed, TlsFailed)  # told of the proxy and of TLS
ELSEWHERE = {  # where else a list of models may be, and who has it there
    "/v1/models": "openai-chat",
    "/api/tags": "ollama",
    "/v1beta/models": "gemini",
}
CHECK_ADDRESS = "Check the base URL, and whether this network asks for a login first."


@dataclass(slots=True)
class Asked:
    """A request of which only the way and the key are used, and with what it is sent."""

    transport: Transport
    settings: Settings
    request: PreparedRequest
    context: ErrorContext
    timeouts: Timeouts
    clock: Callable[[], float]

    @property
    def name(self) -> str:
        return self.request.route.provider.name

    async def get(self, url: str) -> HeardResponse:
        """What is there. Raises NbchatError where no answer begins."""
        async with self.transport.open_response(
            url,
            self.request.headers,
            self.timeouts,
            name=self.name,
            only_private=self.request.transit is Transit.PRIVATE,
        ) as response:
            heard = HeardResponse(response.status, response.headers)
            await hear(heard, response, self.request.limits.model_list, self.clock)
            return heard


@dataclass(slots=True)
class Answered:
    """What came of looking: what is to be said, and the models that are listed, if there is a list.

    `has_come`: whether something answered. `error`: why nothing did.
    """

    findings: list[Finding] = field(default_factory=list)
    models: list[str] | None = None
    is_whole: bool = True
    has_come: bool = False
    error: NbchatError | None = None


async def look_at_answer(asked: Asked, answered: Answered) -> None:
    """Ask for the list of models, and note what comes."""
    provider = asked.request.route.provider
    has_none = provider.models_url == NONE or provider.wire not in LISTINGS
    url = asked.request.base_url.value
    try:
        if not has_none:
            url = list_url(asked.settings, asked.request)
        heard = await asked.get(url)
        answered.has_come = True
        if has_none:
            seen = f"something answers ({heard.status}); there is no list of models to look at"
            answered.findings.append(fits("answer", seen))
        elif heard.status in NO_SUCH_PLACE:
            answered.findings.append(await _look_elsewhere(asked, heard, url))
        elif 200 <= heard.status < 300:
            await _read_list(asked, answered, heard, url)
        else:
            answered.findings.append(await _refusal(asked, heard))
    except NbchatError as error:
        answered.error = error
        answered.findings.append(_no_answer(asked, error))


def _no_answer(asked: Asked, error: NbchatError) -> Finding:
    if isinstance(error, TimedOut):
        return no_answer("answer", urlsplit(asked.request.base_url.value).netloc)
    return refused("answer", error)


# --- a list ------------------------------------------------------------------------------------


async def _read_list(asked: Asked, answered: Answered, heard: HeardResponse, url: str) -> None:
    page, finding = _page_of(asked, heard)
    if finding:
        answered.findings.append(finding)
        return
    listing = LISTINGS[asked.request.route.wire]
    models = _ids_in(page)
    marks = {""}
    mark = next_mark(page, listing)
    while mark not in marks and len(marks) < MOST_PAGES:
        marks.add(mark)
        url = url_after(url, listing.parameter, mark)
        page, finding = _page_of(asked, await asked.get(url))
        if finding:
            break
        models += _ids_in(page)
        mark = next_mark(page, listing)
    answered.models, answered.is_whole = models, mark in marks
    answered.findings.append(fits("answer", f"it lists {plural(len(models), 'model')}"))


def _page_of(asked: Asked, heard: HeardResponse) -> tuple[Any, Finding | None]:
    """A page of the list; or what is to be said where it is none."""
    context, limit = asked.context, asked.request.limits.model_list
    if len(heard.body) > limit:
        to_do = "Allow more with limits.model_list in nbchat.toml."
        seen = f"its list of models is larger than {size_text(limit)}."
        return None, Finding("answer", "unknown", seen, to_do)
    try:
        page = value_of(heard.body)
    except (ValueError, RecursionError):
        error: NbchatError = not_an_api_error(heard.body, heard.status, context, heard.headers)
        return None, refused("answer", heard.cut or error)
    problem = problem_in(page)
    if has_list(page) and (_ids_in(page) or not problem):
        return known_keys.current().hide_in(page), None
    if problem:
        error = error_for(problem, heard.status, heard.headers, context)
        return None, _of_list(asked, error)
    seen = f"{context.base_url} answers with JSON that is no list of models ({heard.status})."
    return None, wrong("answer", seen, CHECK_ADDRESS)


def _ids_in(page: Any) -> list[str]:
    """What a list calls its models."""
    found = []
    for entry in entries_of(page):
        names = (string(entry.get(name)) for name in ("id", "modelId", "name", "model"))
        found += [name.removeprefix("models/") for name in names if _is_name(name)][:1]
    return found


def _is_name(name: str) -> bool:
    return name.split() == [name] and name.isprintable() and len(name) <= LONGEST_NAME


# --- a refusal -----------------------------------------------------------------------------------


async def _refusal(asked: Asked, heard: HeardResponse) -> Finding:
    """What is said of a status that is none of success."""
    title = _page_title(heard)
    if title is not None and heard.status < 500:
        called = f", {asked.context.clean(title)!r}" if title else ""
        seen = (
            f"{asked.context.base_url} answers with an HTML page{called} ({heard.status}), "
            "as no API does."
        )
        return wrong("answer", seen, CHECK_ADDRESS)
    return _of_list(asked, await read_refusal(heard, asked.context))


def of_kind(error: NbchatError, otherwise: str) -> Finding:
    """What is refused, as a finding of what that is about."""
    match error:
        case KeyRefused():
            return refused("key", error)
        case NotAllowed() | NoCredit() | RateLimited():
            return refused("account", error)
        case ProxyFailed():
            return refused("proxy", error)
        case _:
            return refused(otherwise, error)


def _of_list(asked: Asked, error: NbchatError) -> Finding:
    """The same of a list. Keys that may ask and not list are common, so that is said, too."""
    if not isinstance(error, NotAllowed):
        return of_kind(error, "answer")
    to_do = "That was its list of models. Whether questions are allowed, one shows:"
    model = asked.request.route.model.id
    return wrong("account", error.happened, f"{to_do}\n%chat check {model} --live")


def _page_title(heard: HeardResponse) -> str | None:
    """The title of an HTML page; None where it is none."""
    text = heard.body.decode("utf-8", "replace").strip()
    if text[:1] != "<":
        return None
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.I | re.S)
    return html.unescape(title[1]) if title else ""


# --- no list -------------------------------------------------------------------------------------


async def _look_elsewhere(asked: Asked, heard: HeardResponse, url: str) -> Finding:
    """There is no list where it should be: look where it may be, and where questions go."""
    base = asked.request.base_url.value
    parts = urlsplit(base)
    root = f"{parts.scheme}://{parts.netloc}"
    places = {start + path: wire for start in (base, root) for path, wire in ELSEWHERE.items()}
    places.pop(url.partition("?")[0], None)
    if re.search(r"/v\d\w*$", base):
        places = {place: wire for place, wire in places.items() if not place.startswith(base)}
    for_questions = asked.request.call.url
    found = await asyncio.gather(*(_has_list(asked, place) for place in places))
    lists = [place for place, is_list in zip(places, found, strict=True) if is_list]
    if lists:
        own = [place for place in lists if _is_alike(asked, places[place])]
        place = (own or lists)[0]
        return _list_elsewhere(asked, heard, url, place, places[place])
    status = await _status(asked, for_questions)
    seen = f"there is no list of models at {_shown(url)} ({heard.status})"
    if status and status not in (404, 501):
        return fits("answer", f"{seen}; questions go to {urlsplit(for_questions).path} ({status})")
    if asked.request.base_url.origin == TABLE:
        return Finding("answer", "unknown", f"{seen}, and nothing else was seen there")
    to_do = "Check the base URL: does it end in /v1, or in what else its documents say?"
    return Finding("answer", "unknown", f"{seen}, nor anything at {_shown(for_questions)}.", to_do)


def _list_elsewhere(asked: Asked, heard: HeardResponse, url: str, place: str, wire: str) -> Finding:
    """A list was seen at another place of the same server."""
    origin = asked.request.base_url.origin
    seen = (
        f"there is nothing at {_shown(url)} ({heard.status}), but a list of models "
        f"at {_shown(place)}"
    )
    right = place.removesuffix("/models").removesuffix("/api/tags")
    if _is_alike(asked, wire):
        subject = origin if origin != TABLE else "the base URL"
        return wrong("answer", f"{seen}.", f"Let {subject} end so: {_shown(right)}")
    seen += f", as servers of the format {wire} have it."
    to_do = (
        f"{asked.name} is asked in {asked.request.route.wire}. Ask this server in its own: "
        f"a row of [[providers]] with wire = {wire!r} and base_url = {right!r}."
    )
    return wrong("answer", seen, to_do)


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
    return 0 if _page_title(heard) is not None else heard.status
