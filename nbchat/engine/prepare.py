"""What will be sent, settled before anything is: route, address, key, parameters.

Pure but for reading the settings. What a model cannot take is left out here, with
a notice, so that a wire format only has to place what is left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit
from uuid import uuid4

from nbchat.catalog.catalog import Catalog, Route
from nbchat.catalog.lookup_errors import ORDER
from nbchat.errors import BadSettings, UnknownModel
from nbchat.hosts import connectable, host_of, is_loopback
from nbchat.keys import Key
from nbchat.messages import Message, UnknownPart
from nbchat.options import Options, as_messages
from nbchat.settings import Setting, Settings, Timeouts
from nbchat.wire.contract import Dialect, HttpRequest, ModelRequest, load_dialect

AUTH = {
    "bearer": ("authorization", "Bearer "),
    "x-api-key": ("x-api-key", ""),
    "api-key": ("api-key", ""),
    "x-goog-api-key": ("x-goog-api-key", ""),
}
ENDINGS = (
    "/chat/completions",
    "/v1/messages",
    "/responses",
    "/api/chat",
)  # the formats' own paths, often pasted too
_ADDRESS = re.compile(
    r"(https?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(/(?:(?![?#\\])[!-~])*)?",
    re.A | re.I,
)


@dataclass(slots=True, frozen=True)
class PreparedRequest:
    """A request, ready but for its key."""

    route: Route
    dialect: Dialect
    call: HttpRequest
    key: Key
    base_url: Setting
    timeouts: Timeouts
    notices: tuple[str, ...]
    id: str = field(
        default_factory=lambda: f"nbchat-{uuid4()}"
    )  # the same for every try, so that none counts twice

    def headers(self) -> dict[str, str]:
        """The headers to send, the key among them."""
        headers = {
            "content-type": "application/json",
            "accept": "*/*",
            "accept-encoding": "identity",
            "user-agent": "nbchat",
            "idempotency-key": self.id,
            **self.route.provider.headers,
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
    given = as_messages(messages)
    route = _route(settings.catalog, model, given[-1].text, options.wire)
    if route.provider.retired:
        raise UnknownModel(route.provider.retired)
    spoken = load_dialect(route.wire)
    base_url = _checked_address(settings.base_url(route, options.base_url))
    key = settings.key_for(route, base_url, options.api_key)
    if not key.secret.sendable:
        raise BadSettings(
            f"the key in {key.origin} has spaces or odd characters in it. Copy it again, without line ends."
        )
    ask, notices = _ask(settings, route, base_url.value, given, options)
    call = spoken.render(ask)
    timeouts = settings.timeouts if options.timeout is None else Timeouts.of(options.timeout)
    return PreparedRequest(route, spoken, call, key, base_url, timeouts, (*notices, *call.notices))


def _route(catalog: Catalog, model: str, question: str, wire: str | None) -> Route:
    try:
        return catalog.find(model, wire)
    except UnknownModel:
        if any(question in names for names in (catalog.models, catalog.aliases)):
            raise UnknownModel(
                f"{model!r} is not the name of a model, but {question!r} is. {ORDER}"
            ) from None
        raise


def _checked_address(base_url: Setting) -> Setting:
    """The base URL, if a request can be made from it. What is shown of a wrong one holds no password and no query."""
    origin, url = base_url.origin, connectable(base_url.value)
    for ending in ENDINGS:
        url = url.removesuffix(ending)
    match = _ADDRESS.fullmatch(url)
    host = host_of(url)
    if not match or not host or not _port(url):
        shown = re.sub(
            r"//[^/@]*@|[?#].*", lambda m: "//…@" if m[0][0] == "/" else m[0][0] + "…", url
        )
        raise BadSettings(
            f"{origin} should be an address such as https://api.example.com/v1, not {shown[:100]!r}.\n"
            "Write scheme, host and path alone: no spaces, no user or key, no ? or # part."
        )
    if match[1].lower() == "http" and not is_loopback(host):
        raise BadSettings(
            f"{origin} is {url}: plain http would send the question and the key readable for all.\n"
            "Use https; http is for this machine alone (localhost, 127.0.0.1, ::1)."
        )
    return replace(base_url, value=url)


def _port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _ask(
    settings: Settings, route: Route, base_url: str, given: Sequence[Message], options: Options
) -> tuple[ModelRequest, list[str]]:
    model, notices = route.model, []
    system = "\n\n".join(
        filter(None, (options.system, *(m.text for m in given if m.role == "system")))
    )
    temperature = options.temperature
    if temperature is not None and "temperature" in model.refuses:
        temperature = None
        notices.append(f"{model.id} has a fixed temperature; it was left out.")
    quirks = settings.catalog.quirks(model, route.wire)
    if temperature is not None and quirks.temperature_range:
        low, high = quirks.temperature_range
        if not low <= temperature <= high:
            notices.append(
                f"{route.provider.type} takes a temperature from {low:g} to {high:g}; the nearest was sent."
            )
            temperature = min(max(temperature, low), high)
    thinking, notice = settings.catalog.thinking_fields(model, options.thinking, route.wire)
    if notice:
        notices.append(notice)
    ask = ModelRequest(
        model=model.sent_id,
        base_url=base_url,
        messages=tuple(_own(m, route) for m in given if m.role != "system"),
        system=system,
        temperature=temperature,
        max_tokens=options.max_tokens,
        max_output=model.max_output,
        thinking=thinking,
        tools=options.tools,
        schema=options.schema,
        quirks=quirks,
        cache_key=options.cache_key,
        path=settings.filled(route.provider.path, route.provider).replace("{model}", model.sent_id),
    )
    return ask, notices


def _own(message: Message, route: Route) -> Message:
    """The message without what another provider wants back, and without the order that this was for."""
    states = [part.state for part in message.answer_parts if not isinstance(part, UnknownPart)]
    owners = {(state.provider, state.wire) for state in states if state}
    if owners <= {(route.provider.type, route.wire)}:
        return message
    return replace(message, answer_parts=())
