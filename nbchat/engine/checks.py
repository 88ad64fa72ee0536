"""Whether a model can be asked here, and what is missing: looked at all at once, for a second.

What a question would need is looked at in its order: the model, its key, its address, the way
there, what answers, and its list of models. No question is asked, so nothing is paid.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from nbchat import known_keys
from nbchat.addresses import Setting
from nbchat.catalog.catalog import Catalog, Route
from nbchat.catalog.lookup_errors import provider_called
from nbchat.catalog.rows import Model
from nbchat.engine import local_servers
from nbchat.engine.answer_checks import Answered, look_at_answer
from nbchat.engine.demo.service import HOST
from nbchat.engine.findings import AGAIN, Finding, fits, no_answer, refused, unseen
from nbchat.engine.get_only import Asked
from nbchat.engine.key_checks import look_at_key
from nbchat.engine.model_checks import look_at_list, look_at_model
from nbchat.engine.prepare import PreparedRequest, prepare
from nbchat.engine.redact import RedactingFilter
from nbchat.engine.refusals import ErrorContext
from nbchat.engine.way_checks import look_at_way, proxy_trouble, way_to
from nbchat.errors import KeyNotSent, MissingKey, NbchatError, UnknownModel
from nbchat.hosts import connectable, host_of
from nbchat.network.client import Transport
from nbchat.network.proxy import ProxyChoice, choose_proxy
from nbchat.network.way import Way, walk
from nbchat.options import Options
from nbchat.plain_http import Transit
from nbchat.settings import Settings
from nbchat.settings_rows import shown_address
from nbchat.settings_values import Timeouts
from nbchat.wording import plural

SECONDS = 0.8  # for all of it; a step without an answer by then has none
ANY_MODEL = "any"
FIRST_LISTED = "the first in its list"
WAY = ("proxy", "name", "connection", "TLS")
NO_LIMITS = Timeouts(60.0, 60.0, 60.0)  # of its own: all of it is ended together
BEFORE_A_QUESTION = ("key", "base URL", *WAY, "answer")
LOCAL, OTHERS = "local servers", "other keys"
MOST_OTHERS = 6  # providers that are named

ListModels = Callable[[str], Awaitable[list[Model]]]


@dataclass(slots=True, frozen=True)
class Subject:
    """What is checked: a model, and why it is this one. Where it `is_any`, none is named."""

    name: str
    why: str
    is_any: bool = False

    def named(self, catalog: Catalog) -> Subject:
        """Of the name of a provider, its usual model, or where it has none, any model of it."""
        provider = provider_called(self.name, catalog)
        if provider is None or catalog.leads(self.name):
            return self
        usual = catalog.name_of(provider.type, provider.default_model)
        if provider.default_model and usual:
            return Subject(usual, f"the usual model of {provider.type}")
        return Subject(f"{provider.type}:{ANY_MODEL}", "no model is named", is_any=True)


async def check(
    settings: Settings,
    subject: Subject,
    list_models: ListModels,
    transport: Transport,
    redacting: RedactingFilter,
) -> list[Finding]:
    """Everything that can be seen of a model in a second, in the order of what depends on what."""
    local = asyncio.ensure_future(look_for_servers(settings, list_models))
    subject = subject.named(settings.catalog)
    if not settings.catalog.leads(subject.name):
        await local  # a server on this machine may have it, which the error then says
    try:
        route = settings.catalog.find(subject.name)
    except UnknownModel as error:
        findings = _no_model(error)
    else:
        way_there = _WayThere(settings, route, transport, redacting)
        findings = await _check_route(subject, way_there)
    return list(map(_masked, [*findings, await local]))


def _no_model(error: UnknownModel) -> list[Finding]:
    return [refused("model", error), *map(unseen, ("key", "base URL", *WAY, "answer"))]


async def ask_live(
    settings: Settings,
    subject: Subject,
    findings: list[Finding],
    list_models: ListModels,
    transport: Transport,
) -> list[Finding]:
    """What two questions show, where nothing that was found makes them impossible."""
    from nbchat.engine.live_checks import ABOUT, check_live

    if any(finding.state == "wrong" and finding.about in BEFORE_A_QUESTION for finding in findings):
        return [*map(unseen, ABOUT)]
    subject = subject.named(settings.catalog)
    if subject.is_any:
        subject = await _first_of(settings, subject, list_models)
    if not subject.name:
        return [unseen("question", "it needs the name of a model")]
    if not settings.catalog.leads(subject.name):
        return [*map(unseen, ABOUT)]
    found = await check_live(settings, subject.name, transport)
    if subject.why == FIRST_LISTED:
        found[0] = replace(found[0], seen=f"{subject.name}, {FIRST_LISTED}: {found[0].seen}")
    return list(map(_masked, found))


async def _first_of(settings: Settings, subject: Subject, list_models: ListModels) -> Subject:
    """The first model of a server on this machine; of another, a question may cost something."""
    provider = settings.catalog.find(subject.name).provider
    if not provider.local:
        return Subject("", "")
    seconds = local_servers.SEARCH_SECONDS
    models = await local_servers.find_at(provider.type, list_models, seconds)
    return Subject(f"{provider.type}:{models[0].sent_id}" if models else "", FIRST_LISTED)


def _masked(finding: Finding) -> Finding:
    return replace(
        finding, seen=known_keys.hide(finding.seen), to_do=known_keys.hide(finding.to_do)
    )


@dataclass(slots=True)
class _WayThere:
    """What it takes to go to a provider."""

    settings: Settings
    route: Route
    transport: Transport
    redacting: RedactingFilter


async def _check_route(subject: Subject, there: _WayThere) -> list[Finding]:
    settings, route = there.settings, there.route
    request, error = _prepared(settings, subject.name)
    if isinstance(error, UnknownModel):
        return _no_model(error)
    address, about_address = _look_at_address(settings, route, request, error)
    about_key = look_at_key(settings, route, address, error)
    answered = Answered()
    if host_of(address.value) == HOST:
        way = [fits("answer", "it is part of nbchat, and asks no network")]
    elif about_address.state == "ok":
        may_ask = request if about_key.state == "ok" else None
        way = await _go(there, address.value, may_ask, answered)
    else:
        way = [*map(unseen, (*WAY, "answer"))]
    name = f"any of {route.provider.type}" if subject.is_any else subject.name
    findings = [look_at_model(settings, name, subject.why, route, answered), about_key]
    if host_of(address.value) == HOST:
        return [*findings, *way]
    by_answer = {finding.about: finding for finding in answered.findings}
    findings = [by_answer.pop(one.about, one) for one in (*findings, about_address, *way)]
    listed = look_at_list(route, answered, any_model=subject.is_any)
    return [*findings, *by_answer.values(), listed]


# --- before anything is sent -----------------------------------------------------------------


def _prepared(settings: Settings, name: str) -> tuple[PreparedRequest | None, NbchatError | None]:
    """The request of a question, or why there can be none."""
    try:
        return prepare(settings, name, "-", Options()), None
    except NbchatError as error:
        return None, error


def _look_at_address(
    settings: Settings, route: Route, request: PreparedRequest | None, error: NbchatError | None
) -> tuple[Setting, Finding]:
    """Where the provider is asked, and who says so."""
    try:
        address = request.base_url if request else settings.base_url(route)
    except NbchatError as no_address:
        return Setting("base_url", "", ""), refused("base URL", no_address)
    address = replace(address, value=connectable(address.value))
    is_right = error is None or isinstance(error, MissingKey | KeyNotSent)
    if error and not is_right:
        return address, refused("base URL", error)
    return address, fits("base URL", f"{shown_address(address.value)}, from {address.origin}")


# --- on the way ------------------------------------------------------------------------------


async def _go(
    there: _WayThere, url: str, request: PreparedRequest | None, answered: Answered
) -> list[Finding]:
    """Walk to the server and ask for its list, both at once; what was seen of each step."""
    choice = choose_proxy(url)
    if choice.trouble:
        return [proxy_trouble(choice), *map(unseen, (*WAY[1:], "answer"))]
    over_tls = url.lower().startswith("https:")
    way = way_to(url, choice, there.route.provider.name)
    walks_over_tls = over_tls and choice.proxy is None
    only_private = request is not None and request.transit is Transit.PRIVATE
    tasks: list[Coroutine[Any, Any, None]] = [
        walk(way, over_tls=walks_over_tls, only_private=only_private)
    ]
    if request:
        context = ErrorContext.of(there.settings, request)
        there.redacting.keys.update(context.keys)
        clock = asyncio.get_running_loop().time
        asked = Asked(
            there.transport, there.settings, request, context, NO_LIMITS, clock, answered.begin
        )
        tasks.append(look_at_answer(asked, answered))
    await _for_a_moment(tasks)
    if answered.has_begun:
        way.failure = None
    findings = list(look_at_way(way, choice, answered, over_tls=over_tls))
    return [*findings, *_without_answer(way, choice, request, answered, findings)]


def _without_answer(
    way: Way,
    choice: ProxyChoice,
    request: PreparedRequest | None,
    answered: Answered,
    findings: list[Finding],
) -> list[Finding]:
    """What is said of an answer that has not come, where a step before it does not say why."""
    is_told = any(finding.state == "wrong" or finding.to_do for finding in findings)
    if is_told or request is None:
        answered.findings.clear()
        return [unseen("answer")]
    if any(finding.about == "answer" for finding in answered.findings):
        return [unseen("answer")]  # which that takes the place of
    if answered.findings:
        return [fits("answer", "an API answers")]
    if answered.has_begun:
        return [Finding("answer", "unknown", "an answer began, and was not whole in time.", AGAIN)]
    if choice.proxy:
        place = f"the proxy {choice.address}, before {way.asked.host}, took the connection"
        return [no_answer("answer", place, f"{AGAIN} The proxy is set in {choice.variable}.")]
    return [no_answer("answer", f"{way.place} took the connection")]


async def _for_a_moment(work: list[Coroutine[Any, Any, None]]) -> None:
    """Let it run, all at once, for as long as there is; what is left is ended."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, timeout=SECONDS)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# --- beside it -------------------------------------------------------------------------------


async def look_for_servers(settings: Settings, list_models: ListModels) -> Finding:
    """Which servers run on this machine, and how many models each has."""
    providers = [provider for provider in settings.catalog.providers.values() if provider.local]
    found = await asyncio.gather(*(_count(kind.type, list_models) for kind in providers))
    words = [
        f"{provider.name} ({plural(count, 'model')})"
        for provider, count in zip(providers, found, strict=True)
        if count is not None
    ]
    return fits(LOCAL, ", ".join(words) or "none answers")


async def _count(kind: str, list_models: ListModels) -> int | None:
    with suppress(NbchatError, TimeoutError):
        async with asyncio.timeout(local_servers.SEARCH_SECONDS):
            return len(await list_models(kind))
    return None


def other_keys(settings: Settings, kind: str) -> Finding:
    """The other providers whose key is set."""
    words = []
    for provider in settings.catalog.providers.values():
        key = settings.key(provider)
        if key and provider.type != kind and not provider.retired:
            state = "" if key.secret.sendable else ", not usable"
            words.append(f"{provider.type} ({key.origin}{state})")
    more = f" and {len(words) - MOST_OTHERS} more" if len(words) > MOST_OTHERS else ""
    return fits(OTHERS, ", ".join(words[:MOST_OTHERS]) + more if words else "none is set")
