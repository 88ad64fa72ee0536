"""Asks a provider which models it has now.

The table knows how a model is asked, the provider knows which models there are. A model
of the table is given with its row; for any other a row is made from what the list says.
Nothing is kept; a list is asked for only by a person who wants to see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from nbchat import addresses, known_keys
from nbchat.addresses import TABLE, Setting
from nbchat.catalog.models_hint import NO_LIST
from nbchat.catalog.rows import Model
from nbchat.engine.error_context import ErrorContext
from nbchat.engine.final_words import finish
from nbchat.engine.prepare import PreparedRequest, prepare
from nbchat.engine.redact import RedactingFilter
from nbchat.engine.refusals import error_for, not_an_api_error, read_refusal
from nbchat.engine.retry import went_stale
from nbchat.engine.tolerant_json import value_of
from nbchat.errors import BadAnswer, NbchatError, NotThere, RequestRefused
from nbchat.network.client import Response, Transport
from nbchat.options import Options
from nbchat.plain_http import Transit
from nbchat.settings import Settings
from nbchat.settings_values import Timeouts
from nbchat.wire.problem import problem_in
from nbchat.wire.shapes import items, mapping, string
from nbchat.wording import size_text

SILENCE_SECONDS = 30.0  # at most; a list is no model that thinks
MAX_PAGES = 20
MAY_END_IN_A_VERSION = ("anthropic-messages", "cohere")  # the base URLs of these formats


@dataclass(slots=True, frozen=True)
class Listing:
    """How a wire format lists models: where, and where the mark of the next page is and goes."""

    path: str
    mark: str = ""
    parameter: str = ""


LISTINGS = {
    "openai-chat": Listing("/models"),
    "openai-responses": Listing("/models"),
    "anthropic-messages": Listing("/v1/models?limit=1000", "last_id", "after_id"),
    "gemini": Listing("/models?pageSize=1000", "nextPageToken", "pageToken"),
    "ollama": Listing("/api/tags"),
    "bedrock-converse": Listing("/foundation-models"),
    "cohere": Listing("/v1/models?page_size=1000", "next_page_token", "page_token"),
}

# What the hosts call the same thing.
WINDOW_FIELDS = (
    "context_window",  # Groq
    "context_length",  # OpenRouter, Moonshot
    "max_context_length",  # Mistral
    "max_model_len",  # vLLM
    "inputTokenLimit",  # Gemini
    "max_input_tokens",  # Anthropic
)
OUTPUT_FIELDS = ("max_completion_tokens", "outputTokenLimit", "max_output_tokens")
NAME_FIELDS = ("display_name", "displayName", "modelName", "name")


async def list_models(
    transport: Transport, redacting: RedactingFilter, settings: Settings, kind: str
) -> list[Model]:
    """The models that a provider lists, in its order.

    Raises as a chat with it would, and NotThere where it has no list.
    """
    provider = settings.catalog.provider(kind)
    if provider.models_url == NO_LIST or provider.wire not in LISTINGS:
        raise NotThere(
            f"{provider.name} has no list of its models to ask for.\n"
            f"Those of the table:\n%chat models {kind}"
        )
    request = prepare(settings, f"{kind}:any", "-", Options())
    context = ErrorContext.of(settings, request)
    redacting.keys.update(context.keys)
    url, listing = list_url(settings, request), LISTINGS[request.route.wire]
    mask = known_keys.current()
    models: dict[str, Model] = {}
    marks = {""}
    for _ in range(MAX_PAGES):
        try:
            page = mask.hide_in(await _fetch_page(transport, url, request, context))
        except NbchatError as error:
            raise finish(error, 1, context) from None
        for entry in entries_of(page):
            if model := model_of(entry, kind, settings):
                models.setdefault(model.id, model)
        mark = next_mark(page, listing)
        if mark in marks:
            break
        marks.add(mark)
        url = url_after(url, listing.parameter, mark)
    return list(models.values())


# --- where -----------------------------------------------------------------------------------


def list_url(settings: Settings, request: PreparedRequest) -> str:
    """The list's address: the format's, or the provider's own.

    Raises BadSettings where the key may not go there.
    """
    provider, base_url = request.route.provider, request.base_url
    own = addresses.fill(provider.models_url, provider)
    if own.startswith("https://") and base_url.origin == TABLE:
        settings.key_for(request.route, Setting("base_url", own, TABLE), None)
        return own
    path = own or LISTINGS[request.route.wire].path
    if path.startswith("https://"):  # the service was moved as a whole, to a proxy say
        path = urlsplit(path)._replace(scheme="", netloc="").geturl()
    base = base_url.value
    if request.route.wire in MAY_END_IN_A_VERSION:
        base = re.sub(r"/v\d$", "", base)
    return base + path  # which begins with a slash, so the host stays


def next_mark(page: Any, listing: Listing) -> str:
    """The mark of the next page; empty where this was the last."""
    body = mapping(page)
    return string(body.get(listing.mark)) if body.get("has_more", True) else ""


def url_after(url: str, parameter: str, mark: str) -> str:
    """The address of the page after that mark."""
    parts = urlsplit(url)
    pairs = [pair for pair in parts.query.split("&") if pair]
    others = [pair for pair in pairs if not pair.startswith(f"{parameter}=")]
    return parts._replace(query="&".join([*others, urlencode({parameter: mark})])).geturl()


# --- asking ----------------------------------------------------------------------------------


async def _fetch_page(
    transport: Transport, url: str, request: PreparedRequest, context: ErrorContext
) -> Any:
    """One page as JSON; asked for again where the connection had been closed while it was idle."""
    try:
        return await _fetch_page_once(transport, url, request, context)
    except NbchatError as error:
        if not went_stale(error):
            raise
    return await _fetch_page_once(transport, url, request, context)


async def _fetch_page_once(
    transport: Transport, url: str, request: PreparedRequest, context: ErrorContext
) -> Any:
    timeouts = Timeouts(
        request.timeouts.connect,
        min(SILENCE_SECONDS, request.timeouts.first_byte),
        min(SILENCE_SECONDS, request.timeouts.gap),
    )
    async with transport.open_response(
        url,
        request.headers,
        timeouts,
        name=context.route.provider.name,
        only_private=request.transit is Transit.PRIVATE,
    ) as response:
        if not 200 <= response.status < 300:
            raise await _read_refusal(response, context)
        body = await read_body(response, context, request.limits.model_list)
    try:
        page = value_of(body)
    except (ValueError, RecursionError):
        raise not_an_api_error(body, response.status, context, response.headers) from None
    if not entries_of(page) and (problem := problem_in(page)):
        raise error_for(problem, response.status, response.headers, context)
    return page


async def read_body(response: Response, context: ErrorContext, limit: int) -> bytes:
    body = b""
    async for chunk in response.chunks():
        body += chunk
        if len(body) > limit:
            raise BadAnswer(
                f"{context.route.provider.name} sent a list of models of more than "
                f"{size_text(limit)}.\n"
                f"Allow more with limits.model_list in nbchat.toml. {context.models_of_table()}"
            )
    return body


async def _read_refusal(response: Response, context: ErrorContext) -> NbchatError:
    provider, status = context.route.provider, response.status
    if status not in (404, 405, 501):
        return await read_refusal(response, context)
    return RequestRefused(
        f"{provider.name} has no list of its models at {context.base_url} ({status}).\n"
        f"{context.models_of_table()}",
        status=status,
        provider=provider.type,
    )


# --- understanding ---------------------------------------------------------------------------


def entries_of(page: Any) -> list[Mapping[str, Any]]:
    """The entries of a list, whatever is around them; Together's has nothing around it."""
    return [_as_entry(entry) for entry in items(_list_in(page))]


def has_list(page: Any) -> bool:
    """Whether it is a list of models, and be it an empty one."""
    return _list_in(page) is not None


def _list_in(page: Any) -> list[Any] | None:
    if isinstance(page, list):
        return page
    body = mapping(page)
    for name in ("data", "models", "modelSummaries"):
        if isinstance(body.get(name, ""), list | None):  # null is a list without any, in Go
            return items(body[name])
    return None


def _as_entry(entry: Any) -> Mapping[str, Any]:
    return {"id": entry} if isinstance(entry, str) else mapping(entry)


def model_of(entry: Mapping[str, Any], kind: str, settings: Settings) -> Model | None:
    """The row of one entry; none where it has no name that could be asked for."""
    id_ = _first_string(entry, ("id", "modelId", "name", "model"))
    sent_id = id_.removeprefix("models/")  # Gemini's
    if sent_id.split() != [sent_id]:
        return None
    row = settings.catalog.row_of(settings.catalog.providers[kind], sent_id)
    changes: dict[str, Any] = {}
    if row.status == "unlisted":
        changes = {
            "name": _first_string(entry, NAME_FIELDS, but=id_) or row.name,
            "context_window": _tokens(entry, WINDOW_FIELDS),
            "max_output": _tokens(entry, OUTPUT_FIELDS),
        }
    ends_on = string(entry.get("shutdown_date"))  # OpenAI's, of what will end
    day = re.match(r"\d{4}-\d\d-\d\d", ends_on)
    if day and row.status != "retired":
        changes |= {"status": "deprecated", "retired_on": day[0]}
    return row.model_copy(update=changes)


def _first_string(entry: Mapping[str, Any], names: Iterable[str], but: str = "") -> str:
    """The first of these that is a text, and not the one that is of no use."""
    for name in names:
        text = string(entry.get(name))
        if text not in ("", but):
            return text
    return ""


def _tokens(entry: Mapping[str, Any], names: Iterable[str]) -> int | None:
    for name in names:
        number = entry.get(name)
        if isinstance(number, int | float) and not isinstance(number, bool) and number > 0:
            return int(number)
    return None
