"""Whether something answers at an address, and whether it is the API that is expected there.

The list of models is asked for, with GET alone. No question is asked, so nothing is paid.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from nbchat import known_keys
from nbchat.catalog.models_hint import NO_LIST
from nbchat.engine.findings import Finding, fits, no_answer, refused, wrong
from nbchat.engine.get_only import Asked, page_title
from nbchat.engine.heard import HeardResponse
from nbchat.engine.listing import (
    LISTINGS,
    entries_of,
    has_list,
    list_url,
    next_mark,
    url_after,
)
from nbchat.engine.other_places import look_elsewhere
from nbchat.engine.refusals import error_for, not_an_api_error, read_refusal
from nbchat.engine.right_address import LOG_IN_FIRST, look_at_redirect, look_for_tls
from nbchat.engine.tolerant_json import value_of
from nbchat.errors import (
    KeyRefused,
    NbchatError,
    NoCredit,
    NotAllowed,
    ProxyFailed,
    RateLimited,
    RequestRefused,
    TimedOut,
)
from nbchat.wire.problem import problem_in
from nbchat.wire.shapes import string
from nbchat.wording import plural, size_text

LONGEST_NAME = 200  # characters of a model's
MOST_PAGES = 3  # of a list
NO_SUCH_PLACE = (404, 405, 501)
BAD_REQUEST = 400
CHECK_ADDRESS = "Check the base URL, and look again."


@dataclass(slots=True)
class Answered:
    """What came of looking: what is to be said, and the models that are listed, if there is a list.

    `has_begun`: whether an answer has, at least. `error`: why none has, or why it ended.
    """

    findings: list[Finding] = field(default_factory=list)
    models: list[str] | None = None
    is_whole: bool = True
    has_begun: bool = False
    error: NbchatError | None = None

    def begin(self) -> None:
        self.has_begun = True


async def look_at_answer(asked: Asked, answered: Answered) -> None:
    """Ask for the list of models, and note what comes."""
    provider = asked.request.route.provider
    has_none = provider.models_url == NO_LIST or provider.wire not in LISTINGS
    url = asked.request.base_url.value
    try:
        if not has_none:
            url = list_url(asked.settings, asked.request)
        heard = await asked.get(url)
        if has_none:
            seen = f"something answers ({heard.status}); there is no list of models to look at"
            answered.findings.append(fits("answer", seen))
        elif heard.status in NO_SUCH_PLACE:
            answered.findings.append(await look_elsewhere(asked, heard, url))
        elif 200 <= heard.status < 300:
            await _read_list(asked, answered, heard, url)
        else:
            answered.findings.append(await _refusal(asked, heard, url))
            if heard.status == BAD_REQUEST:
                await _look_again(asked, answered)
    except NbchatError as error:
        answered.error = error
        answered.findings.append(_no_answer(asked, error))
        await _look_again(asked, answered)


def _no_answer(asked: Asked, error: NbchatError) -> Finding:
    if isinstance(error, TimedOut):
        return no_answer("answer", urlsplit(asked.request.base_url.value).netloc)
    return refused("answer", error)


async def _look_again(asked: Asked, answered: Answered) -> None:
    """Whether TLS is spoken there; what was found stands until that is known."""
    if speaks_tls := await look_for_tls(asked):
        answered.findings = [speaks_tls]


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
    return None, wrong("answer", seen, LOG_IN_FIRST)


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


async def _refusal(asked: Asked, heard: HeardResponse, url: str) -> Finding:
    """What is said of a status that is none of success."""
    if 300 <= heard.status < 400:
        return look_at_redirect(asked, heard.headers.get("location", ""), url)
    title = page_title(heard)
    if title is not None and heard.status < 500:
        place = asked.context.base_url
        seen = f"{place} answers with an HTML page ({heard.status}), as no API does."
        if title:
            called = repr(asked.context.clean(title))
            seen = f"{place} answers with an HTML page, {called} ({heard.status}), as no API does."
        return wrong("answer", seen, LOG_IN_FIRST)
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
    if isinstance(error, RequestRefused):
        return wrong("answer", f"its list of models: {error.happened}", CHECK_ADDRESS)
    if not isinstance(error, NotAllowed):
        return of_kind(error, "answer")
    to_do = "That was its list of models. Whether questions are allowed, one shows:"
    model = asked.request.route.model.id
    return wrong("account", error.happened, f"{to_do}\n%chat check {model} --live")
