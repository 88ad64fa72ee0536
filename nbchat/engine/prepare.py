"""What will be sent, settled before anything is: route, address, key, parameters.

Pure but for reading the settings. What a model cannot take is left out here, with
a notice, so that a wire format only has to place what is left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import uuid4

from nbchat import addresses, key_shapes, known_keys
from nbchat.addresses import Setting
from nbchat.catalog.argument_order import is_swapped
from nbchat.catalog.catalog import Catalog, Route
from nbchat.catalog.lookup_errors import ORDER
from nbchat.catalog.rows import Search
from nbchat.engine import web_search
from nbchat.engine.base_urls import check_base_url, check_place
from nbchat.engine.demo import service as demo
from nbchat.engine.model_request import masked_notices, model_request, without_keys
from nbchat.errors import BadSettings, KeyNotSent, UnknownModel
from nbchat.hosts import host_of, place_of
from nbchat.key_policy import NO_KEY
from nbchat.keys import Key, Secret
from nbchat.masked_parts import Seen, mask_message
from nbchat.messages import Message
from nbchat.network.proxy import choose_proxy
from nbchat.options import Options
from nbchat.plain_http import Transit, transit_to, unencrypted_notice
from nbchat.questions import as_messages
from nbchat.settings import Settings
from nbchat.settings_values import Limits, Timeouts
from nbchat.wire.contract import Dialect, HttpRequest, ModelRequest, load_dialect, merge_into
from nbchat.wire.schema import with_system_in_question
from nbchat.wording import set_key

PUT_YOUR_OWN = "Put your own key there"

SchemaMode = Literal["tool", "none"]  # by a tool that takes the answer, or in words

AUTH = {
    "bearer": ("authorization", "Bearer "),
    "x-api-key": ("x-api-key", ""),
    "api-key": ("api-key", ""),
    "x-goog-api-key": ("x-goog-api-key", ""),
}


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
    masked: tuple[str, ...] = ()  # a notice of the keys that stood in its words or options
    # The same for every try, so that none counts twice.
    id: str = field(default_factory=_new_id)

    def followed_by(self, message: Message) -> PreparedRequest:
        """The request of the next round: the same question, with what was answered by now."""
        ask = replace(self.ask, messages=(*self.ask.messages, message))
        call = _rendered(self.dialect, ask, self.search, self.extra)
        return replace(self, call=call, id=_new_id())

    def with_question(self, words: str | Sequence[Message]) -> PreparedRequest:
        """The same for other words of the user, where these are all that is said."""
        seen: Seen = {}
        mask = known_keys.current()
        messages = tuple(mask_message(message, mask, seen) for message in as_messages(words))
        ask = replace(self.ask, messages=messages)
        call = _rendered(self.dialect, ask, self.search, self.extra)
        return replace(self, call=call, ask=ask, id=_new_id(), masked=masked_notices(seen))

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

    def with_schema_mode(self, mode: SchemaMode) -> PreparedRequest:
        """The same question, for a host that took its schema in no other way."""
        quirks = self.ask.quirks.model_copy(update={"schema_mode": mode})
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
    settings: Settings,
    model: str,
    messages: str | Sequence[Message],
    options: Options,
    *,
    with_key: bool = True,
) -> PreparedRequest:
    """Settle everything about a request. Raises SetupError kinds; nothing has been sent then.

    One without its key is only to look at.
    """
    conversation: Sequence[Message] = as_messages(messages)
    if known_keys.current().is_in(str(model)):
        raise UnknownModel(f"the name of a model is expected, and this one holds a key. {ORDER}")
    route = _find_route(settings.catalog, model, conversation[-1].text, options.wire)
    if route.provider.retired:
        raise UnknownModel(route.provider.retired)
    dialect = load_dialect(route.wire)
    base_url = check_base_url(settings.base_url(route, options.base_url))
    if host_of(base_url.value) == demo.HOST and route.wire != demo.WIRE:
        raise BadSettings(
            f"the embedded demo speaks {demo.WIRE} alone, not {route.wire}. "
            "Ask without wire=, or name another model."
        )
    transit_to(base_url, settings.plain_http, has_key=False)
    key = Key(Secret(""), NO_KEY)
    row_headers: Mapping[str, Secret] = {}
    if with_key:
        key = settings.key_for(route, base_url, options.api_key)
        row_headers = settings.headers_for(route, base_url)
    has_key = any(map(bool, (key.secret, *row_headers.values())))
    transit = transit_to(base_url, settings.plain_http, has_key=has_key)
    if not key.secret.sendable:
        raise _unsendable(key)
    conversation, options, masked = without_keys(conversation, options)
    search, left_out = web_search.settle(route, options)
    ask, notices = model_request(settings, route, base_url.value, conversation, options, search)
    call = _rendered(dialect, ask, search, options.extra)
    check_place(call.url, base_url.value, route.provider.name)
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
        notices=(*left_out, *notices, *call.notices),
        ask=ask,
        search=search,
        extra=options.extra,
        masked=masked,
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
        return KeyNotSent(f"{held} {PUT_YOUR_OWN}:\n{set_key(key.origin)}")
    return KeyNotSent(f"{held} {PUT_YOUR_OWN}.")


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


def _merge_extra(body: dict[str, Any], extra: Mapping[str, Any]) -> None:
    """Put the user's own members into a body.

    The conversation stays last: what comes before its newest message repeats.
    """
    conversation = [*body][-1]
    merge_into(body, extra)
    body[conversation] = body.pop(conversation)
