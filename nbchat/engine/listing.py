"""Asks a provider which models it has now.

The table knows how a model is asked, the provider which there are: of a model that is
in the table its row is given, of any other one made up for the occasion, with what the
list says. Nothing is kept; a list is asked for only by a person who wants to see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from nbchat import addresses
from nbchat.addresses import TABLE, Setting
from nbchat.catalog.rows import Model
from nbchat.engine.prepare import PreparedRequest, prepare
from nbchat.engine.redact import RedactingFilter
from nbchat.engine.refusals import ErrorContext, error_for, not_an_api_error
from nbchat.engine.response import read_refusal, value_of
from nbchat.errors import BadAnswer, BadSettings, NbchatError, RequestRefused
from nbchat.network.client import Response, Transport
from nbchat.network.failures import ConnectionLost
from nbchat.options import Options
from nbchat.settings import Settings
from nbchat.settings_file import Timeouts
from nbchat.wire.framing.contract import MIB
from nbchat.wire.problem import problem_in
from nbchat.wire.shapes import items, mapping, string

SECONDS = 30.0  # of silence; a list is no model that thinks
MAX_LIST = 32 * MIB  # bytes of one page
MAX_PAGES = 20
NONE = "none"


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

# What the hosts call the same thing: Groq, OpenRouter and Moonshot, Mistral, vLLM, Gemini, Anthropic.
WINDOW = ("context_window", "context_length", "max_context_length", "max_model_len", "inputTokenLimit",
          "max_input_tokens")  # fmt: skip
OUTPUT = ("max_completion_tokens", "outputTokenLimit", "max_output_tokens")
NAME = ("display_name", "displayName", "modelName", "name")


async def list_models(
    transport: Transport, masking: RedactingFilter, settings: Settings, kind: str
) -> list[Model]:
    """The models that a provider lists, in its order. Raises as a chat with it would, and where it has no list."""
    provider = settings.catalog.provider(kind)
    if provider.models_url == NONE or provider.wire not in LISTINGS:
        raise BadSettings(
            f"{kind} has no list of its models to ask for.\nThose of the table: %chat models {kind}"
        )
    planned = prepare(settings, f"{kind}:any", "-", Options())
    asked = ErrorContext.by(settings, planned)
    masking.keys.update(asked.keys)
    url, listing = _address(settings, planned), LISTINGS[planned.route.wire]
    rows: dict[str, Model] = {}
    marks = {""}
    for _ in range(MAX_PAGES):
        page = await _page(transport, url, planned, asked)
        for entry in _entries(page):
            if model := _row(entry, kind, settings):
                rows.setdefault(model.id, model)
        mark = (
            string(mapping(page).get(listing.mark)) if mapping(page).get("has_more", True) else ""
        )
        if mark in marks:
            break
        marks.add(mark)
        url = _with(url, listing.parameter, mark)
    return list(rows.values())


# --- where ---------------------------------------------------------------------------------------


def _address(settings: Settings, planned: PreparedRequest) -> str:
    """The list's address: the format's, or the provider's own. Raises BadSettings where the key may not go there."""
    provider, base_url = planned.route.provider, planned.base_url
    own = addresses.fill(provider.models_url, provider)
    if own.startswith("https://") and base_url.origin == TABLE:
        settings.key_for(planned.route, Setting("base_url", own, TABLE), None)
        return own
    path = own or LISTINGS[planned.route.wire].path
    if path.startswith("https://"):  # the service was moved as a whole, to a proxy say
        path = urlsplit(path)._replace(scheme="", netloc="").geturl()
    base = base_url.value
    if planned.route.wire in (
        "anthropic-messages",
        "cohere",
    ):  # whose base URLs may end in a version, too
        base = re.sub(r"/v\d$", "", base)
    return base + path


def _with(url: str, parameter: str, mark: str) -> str:
    """The address of the page after that mark."""
    parts = urlsplit(url)
    kept = [
        pair for pair in parts.query.split("&") if pair and not pair.startswith(f"{parameter}=")
    ]
    return parts._replace(query="&".join([*kept, urlencode({parameter: mark})])).geturl()


# --- asking --------------------------------------------------------------------------------------


async def _page(
    transport: Transport, url: str, planned: PreparedRequest, asked: ErrorContext
) -> Any:
    try:
        return await _got(transport, url, planned, asked)
    except ConnectionLost as lost:
        if not lost.stale:
            raise
    return await _got(
        transport, url, planned, asked
    )  # the server had closed the connection while it was idle


async def _got(
    transport: Transport, url: str, planned: PreparedRequest, asked: ErrorContext
) -> Any:
    limits = planned.timeouts
    timeouts = Timeouts(limits.connect, min(SECONDS, limits.first_byte), min(SECONDS, limits.gap))
    async with transport.answered(url, planned.headers, timeouts) as response:
        if not 200 <= response.status < 300:
            raise await _refusal(response, asked)
        body = b""
        async for chunk in response.chunks():
            body += chunk
            if len(body) > MAX_LIST:
                raise BadAnswer(
                    f"{asked.base_url} sent a list of models of more than {MAX_LIST // MIB} MiB."
                )
    try:
        page = value_of(body)
    except (ValueError, RecursionError):
        raise not_an_api_error(body, response.status, asked, response.headers) from None
    if not _entries(page) and (found := problem_in(page)):
        raise error_for(found, response.status, response.headers, asked)
    return page


async def _refusal(response: Response, asked: ErrorContext) -> NbchatError:
    kind, status = asked.route.provider.type, response.status
    if status in (404, 405, 501):
        said = f"{kind} has no list of its models at {asked.base_url} ({status})."
        return RequestRefused(
            f"{said}\nThose of the table: %chat models {kind}", status=status, provider=kind
        )
    return await read_refusal(response, asked)


# --- understanding -------------------------------------------------------------------------------


def _entries(page: Any) -> list[Mapping[str, Any]]:
    """The entries of a list, whatever is around them; Together's has nothing around it."""
    body = mapping(page)
    lists = (page, *(body.get(name) for name in ("data", "models", "modelSummaries")))
    found: list[Any] = next((items(value) for value in lists if isinstance(value, list)), [])
    return [{"id": entry} if isinstance(entry, str) else mapping(entry) for entry in found]


def _row(entry: Mapping[str, Any], kind: str, settings: Settings) -> Model | None:
    """The row of one entry; none where it has no name that could be asked for."""
    given = next(
        (name for key in ("id", "modelId", "name", "model") if (name := string(entry.get(key)))), ""
    )
    sent = given.removeprefix("models/")  # Gemini's
    if sent.split() != [sent]:
        return None
    row = settings.catalog.row_of(settings.catalog.providers[kind], sent)
    changes: dict[str, Any] = {}
    if row.status == "unlisted":
        named = next(
            (name for key in NAME if (name := string(entry.get(key))) not in ("", given)), row.name
        )
        changes = {
            "name": named,
            "context_window": _tokens(entry, WINDOW),
            "max_output": _tokens(entry, OUTPUT),
        }
    day = re.match(
        r"\d{4}-\d\d-\d\d", string(entry.get("shutdown_date"))
    )  # OpenAI's, of what will end
    if day and row.status != "retired":
        changes |= {"status": "deprecated", "retired_on": day[0]}
    return row.model_copy(update=changes)


def _tokens(entry: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    numbers: Iterator[Any] = (entry.get(name) for name in names)
    return next(
        (
            int(n)
            for n in numbers
            if isinstance(n, int | float) and not isinstance(n, bool) and n > 0
        ),
        None,
    )
