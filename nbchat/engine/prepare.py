"""What will be sent, settled before anything is: route, address, key, parameters.

Pure but for reading the settings. What a model cannot take is left out here, with
a notice, so that a wire format only has to place what is left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from uuid import uuid4

from nbchat import addresses, key_shapes, known_keys
from nbchat.addresses import Setting
from nbchat.attachments import as_it_is
from nbchat.catalog.argument_order import is_swapped
from nbchat.catalog.catalog import Catalog, Route
from nbchat.catalog.lookup_errors import ORDER
from nbchat.catalog.rows import Search
from nbchat.engine import web_search
from nbchat.engine.answer_pictures import with_next_question
from nbchat.engine.demo import service as demo
from nbchat.errors import BadOption, BadSettings, KeyNotSent, UnknownModel
from nbchat.hosts import connectable, host_of, place_of
from nbchat.keys import Key, Secret
from nbchat.masked_parts import Seen, keys_masked, mask_message, mask_option
from nbchat.messages import Message, UnknownPart
from nbchat.network.proxy import choose_proxy
from nbchat.options import Options
from nbchat.plain_http import Transit, transit_to, unencrypted_notice
from nbchat.questions import as_messages
from nbchat.settings import Settings
from nbchat.settings_values import Limits, Timeouts
from nbchat.wire.contract import Dialect, HttpRequest, ModelRequest, load_dialect, merge_into
from nbchat.wire.schema import with_system_in_question
from nbchat.wording import set_key, shorten

AUTH = {
    "bearer": ("authorization", "Bearer "),
    "x-api-key": ("x-api-key", ""),
    "api-key": ("api-key", ""),
    "x-goog-api-key": ("x-goog-api-key", ""),
}
# The formats' own paths, which people paste too.
ENDINGS = ("/chat/completions", "/v1/messages", "/responses", "/api/chat")
SENT = ("system", "tools", "schema", "stop", "extra")  # options whose texts go to the provider
SAMPLING = ("temperature", "top_p")  # a model that refuses these has values of its own
_ADDRESS = re.compile(
    r"(https?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(/(?:(?![?#\\])[!-~])*)?",
    re.A | re.I,
)


def _new_id() -> str:
    return f"nbchat-{uuid4()}"


@dataclass(slots=True, frozen=True)
class PreparedRequest:
    """A request, ready but for its key."""

    route: Route
    dialect: Dialect
    call: HttpRequest
    key: Key
    row_headers: Mapping[str, Secret]  # those of the row that hold something of the environment
    base_url: Setting
    transit: Transit
    timeouts: Timeouts
    limits: Limits
    notices: tuple[str, ...]
    ask: ModelRequest  # what `call` says
    search: Search | None = None  # how the provider searches the web, where it is asked to
    extra: Mapping[str, Any] | None = None  # the user's own members of it
    # The same for every try, so that none counts twice.
    id: str = field(default_factory=_new_id)

    def followed_by(self, message: Message) -> PreparedRequest:
        """The request of the next round: the same question, with what was answered by now."""
        ask = replace(self.ask, messages=(*self.ask.messages, message))
        call = _rendered(self.dialect, ask, self.search, self.extra)
        return replace(self, call=call, id=_new_id())

    @property
    def given_url(self) -> str:
        """The base URL, where the question has brought it along."""
        return self.base_url.value if self.base_url.origin == addresses.ARGUMENT else ""

    @property
    def foreign_host(self) -> str:
        """The host that is asked, where the shipped table does not know it for this provider."""
        return addresses.foreign_host(self.route.provider, self.base_url)

    @property
    def news(self) -> Mapping[str, str]:
        """What is told once of where it goes; each line by what it is told of."""
        if self.transit is not Transit.PRIVATE:
            return {}
        url = self.base_url.value
        proxy = choose_proxy(url)
        way = f"{proxy.address} ({proxy.variable})" if proxy.proxy else ""
        line = unencrypted_notice(url, self.route.provider.name, way)
        return {f"{place_of(url)} {way}": line}

    def with_schema_in_words(self) -> PreparedRequest:
        """The same question, for a host that takes no schema: it is an instruction then."""
        quirks = self.ask.quirks.model_copy(update={"schema_mode": "none"})
        ask = replace(self.ask, quirks=quirks)
        call = _rendered(self.dialect, ask, self.search, self.extra)
        return replace(self, call=call, ask=ask, id=_new_id())

    def headers(self) -> dict[str, str]:
        """The headers to send, the key among them."""
        headers = {
            "content-type": "application/json",
            "accept": "*/*",
            "accept-encoding": "identity",
            "user-agent": "nbchat",
            "idempotency-key": self.id,
            **self.route.provider.headers,
            **{name: value.reveal() for name, value in self.row_headers.items()},
            **self.call.headers,
        }
        auth = self.route.provider.auth_for(self.route.wire, self.key.origin)
        if self.key.secret and auth in AUTH:
            name, prefix = AUTH[auth]
            headers[name] = prefix + self.key.secret.reveal()
        return headers


def prepare(
    settings: Settings, model: str, messages: str | Sequence[Message], options: Options
) -> PreparedRequest:
    """Settle everything about a request. Raises SetupError kinds; nothing has been sent then."""
    conversation: Sequence[Message] = as_messages(messages)
    if known_keys.current().is_in(str(model)):
        raise UnknownModel(f"the name of a model is expected, and this one holds a key. {ORDER}")
    route = _find_route(settings.catalog, model, conversation[-1].text, options.wire)
    if route.provider.retired:
        raise UnknownModel(route.provider.retired)
    dialect = load_dialect(route.wire)
    base_url = _check_base_url(settings.base_url(route, options.base_url))
    if host_of(base_url.value) == demo.HOST and route.wire != demo.WIRE:
        raise BadSettings(
            f"the embedded demo speaks {demo.WIRE} alone, not {route.wire}. "
            "Ask without wire=, or name another model."
        )
    transit_to(base_url, settings.plain_http, has_key=False)
    key = settings.key_for(route, base_url, options.api_key)
    row_headers = settings.headers_for(route, base_url)
    has_key = any(map(bool, (key.secret, *row_headers.values())))
    transit = transit_to(base_url, settings.plain_http, has_key=has_key)
    if not key.secret.sendable:
        raise _unsendable(key)
    conversation, options, masked = _without_keys(conversation, options)
    search, left_out = web_search.settle(route, options)
    ask, notices = _model_request(settings, route, base_url.value, conversation, options, search)
    call = _rendered(dialect, ask, search, options.extra)
    _check_place(call.url, base_url.value, route.provider.name)
    timeouts = settings.timeouts if options.timeout is None else Timeouts.of(options.timeout)
    return PreparedRequest(
        route=route,
        dialect=dialect,
        call=call,
        key=key,
        row_headers=row_headers,
        base_url=base_url,
        transit=transit,
        timeouts=timeouts,
        limits=settings.limits,
        notices=(*masked, *left_out, *notices, *call.notices),
        ask=ask,
        search=search,
        extra=options.extra,
    )


def _rendered(
    dialect: Dialect, ask: ModelRequest, search: Search | None, extra: Mapping[str, Any] | None
) -> HttpRequest:
    """The request, with what the format itself knows nothing of."""
    call = dialect.render(with_system_in_question(ask))
    if search:
        web_search.put_into(call.body, search, ask.tools)
    if extra:
        _merge_extra(call.body, extra)
        members = shorten(", ".join(extra), 100)
        call.notices.append(f"Yours, and sent as it was written: {members}.")
    return call


def _unsendable(key: Key) -> KeyNotSent:
    """Why a key cannot stand in a header."""
    if not known_keys.is_placeholder(key.secret.reveal()):
        return KeyNotSent(
            f"the key in {key.origin} has spaces or odd characters in it. "
            "Copy it again, without line ends."
        )
    held = f"what is set in {key.origin} is a placeholder, no key."
    if re.fullmatch("[A-Z][A-Z0-9_]*", key.origin):
        return KeyNotSent(f"{held} Put your own key there:\n{set_key(key.origin)}")
    return KeyNotSent(f"{held} Put your own key there.")


def is_name(model: object) -> bool:
    """Whether it could be the name of a model, which a server on this machine may have."""
    return isinstance(model, str) and model.split() == [model] and not key_shapes.is_in(model)


def _find_route(catalog: Catalog, model: str, question: str, wire: str | None) -> Route:
    try:
        return catalog.find(model, wire)
    except UnknownModel:
        if is_swapped(model, question, catalog):
            raise UnknownModel(
                f"{model!r} is not the name of a model, but {question!r} is. {ORDER}"
            ) from None
        raise


def _check_base_url(base_url: Setting) -> Setting:
    """The base URL as it is used. Raises BadSettings where no request can be made from it.

    What is shown of a wrong one holds no password and no query.
    """
    origin, url = base_url.origin, connectable(base_url.value)
    kind = BadOption if origin == addresses.ARGUMENT else BadSettings
    for ending in ENDINGS:
        url = url.removesuffix(ending)
    match = _ADDRESS.fullmatch(url)
    host = host_of(url)
    if not match or not host or not _has_valid_port(url):
        without_user = re.sub(r"//[^/@]*@", "//…@", url)
        shown = re.sub(r"([?#]).*", r"\1…", without_user)[:100]
        raise kind(
            f"{origin} should be an address such as https://api.example.com/v1, not {shown!r}.\n"
            "Write scheme, host and path alone: no spaces, no user or key, no ? or # part."
        )
    return replace(base_url, value=url)


def _check_place(url: str, base_url: str, provider: str) -> None:
    """Raise BadSettings where a row's path would lead to another host.

    Raises UnknownModel where the name of a model would lead to another path, however it is read.
    """
    if place_of(url) != place_of(base_url):
        raise BadSettings(
            f"{provider} has a path that leads away from {host_of(base_url)}. "
            "A path begins with / and names no host."
        )
    path = unquote(unquote(url.removeprefix(base_url).partition("?")[0]))
    if {".", ".."} & set(path.replace("\\", "/").split("/")):
        raise UnknownModel(
            "the name of a model that stands in an address has no . or .. between its slashes. "
            "Name it as its provider lists it."
        )


def _has_valid_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _model_request(
    settings: Settings,
    route: Route,
    base_url: str,
    conversation: Sequence[Message],
    options: Options,
    search: Search | None,
) -> tuple[ModelRequest, list[str]]:
    """What the model is asked, and notices of what it is not."""
    model, notices = route.model, []
    rules = [options.system, *(m.text for m in conversation if m.role == "system")]
    quirks = settings.catalog.quirks(model, route.wire)
    parameters, tool_choice = options.parameters, options.tool_choice
    for name in [name for name in parameters if name in model.refuses]:
        del parameters[name]
        what = f"has a fixed {name}" if name in SAMPLING else f"takes no {name}"
        notices.append(f"{model.id} {what}; it was left out.")
    if tool_choice and "tool_choice" in model.refuses:
        tool_choice = None
        notices.append(f"{model.id} takes no tool_choice; it was left out.")
    notices += _fit_temperature(parameters, quirks.temperature_range, route.provider.name)
    thinking, notice = web_search.settle_thinking(search, settings.catalog, route, options.thinking)
    if notice:
        notices.append(notice)
    ask = ModelRequest(
        model=web_search.with_suffix(model.sent_id, search),
        base_url=base_url,
        messages=tuple(
            with_next_question((m, _own(m, route)) for m in conversation if m.role != "system")
        ),
        system="\n\n".join(filter(None, rules)),
        parameters=parameters,
        max_output=model.max_output,
        thinking=thinking,
        tools=options.tools,
        tool_choice=tool_choice,
        schema=options.schema,
        quirks=quirks,
        cache_key=options.cache_key,
        path=_path_of(route),
    )
    return ask, notices


def _path_of(route: Route) -> str:
    """The provider's own path, where it has one, with the model's id as one piece of it."""
    path = addresses.fill(route.provider.path, route.provider)
    piece = quote(route.model.sent_id, safe="")
    return path.replace("{model}", piece).replace("{deployment}", piece)


def _without_keys(
    conversation: Sequence[Message], options: Options
) -> tuple[Sequence[Message], Options, list[str]]:
    """The messages and the options without any key, and a notice where there was one."""
    mask = known_keys.current()
    seen: Seen = {}
    messages = [mask_message(message, mask, seen) for message in conversation]
    options = options.changed({name: partial(mask_option, mask=mask, seen=seen) for name in SENT})
    return messages, options, [f"{keys_masked(seen)} in what was sent."] if seen else []


def _fit_temperature(
    parameters: dict[str, Any], limits: tuple[float, float] | None, provider: str
) -> list[str]:
    """Bring the temperature into what the provider takes. Returns the notice where it was not."""
    if limits is None or "temperature" not in parameters:
        return []
    low, high = limits
    asked = parameters["temperature"]
    if low <= asked <= high:
        return []
    parameters["temperature"] = min(max(asked, low), high)
    return [f"{provider} takes a temperature from {low:g} to {high:g}; the nearest was sent."]


def _merge_extra(body: dict[str, Any], extra: Mapping[str, Any]) -> None:
    """Put the user's own members into a body.

    The conversation stays last: what comes before its newest message repeats.
    """
    conversation = [*body][-1]
    merge_into(body, extra)
    body[conversation] = body.pop(conversation)


def _own(message: Message, route: Route) -> Message:
    """The message without what another provider wants back, and the order that this was for.

    What is attached is a picture or a document by its bytes.
    """
    if any(part != as_it_is(part) for part in message.parts if not isinstance(part, str)):
        attached = [part if isinstance(part, str) else as_it_is(part) for part in message.parts]
        message = replace(message, content=attached)
    parts = [part for part in message.answer_parts if not isinstance(part, UnknownPart)]
    states = [part.state for part in (*parts, *message.tool_calls)]
    owners = {(state.provider, state.wire) for state in states if state}
    if owners <= {(route.provider.type, route.wire)}:
        return message
    calls = tuple(replace(call, state=None) for call in message.tool_calls)
    return replace(message, answer_parts=(), tool_calls=calls)
