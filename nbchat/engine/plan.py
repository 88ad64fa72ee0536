"""What will be sent, settled before anything is: route, address, key, parameters.

Pure but for reading the settings. What a model cannot take is left out here, with
a notice, so that a wire format only has to place what is left.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from nbchat.catalog import Route, near
from nbchat.errors import BadSettings, UnknownModel
from nbchat.hosts import host_of, is_loopback, reachable
from nbchat.keys import Key, Secret, seal
from nbchat.messages import Message, Thinking, Tool
from nbchat.settings import Setting, Settings, Timeouts
from nbchat.wire import Ask, Call, Dialect, dialect

AUTH = {
    "bearer": ("authorization", "Bearer "),
    "x-api-key": ("x-api-key", ""),
    "api-key": ("api-key", ""),
    "x-goog-api-key": ("x-goog-api-key", ""),
}
ENDINGS = ("/chat/completions", "/v1/messages", "/responses", "/api/chat")  # the formats' own paths, often pasted too
_ADDRESS = re.compile(
    r"(https?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(/(?:(?![?#\\])[!-~])*)?", re.A | re.I
)


@dataclass(slots=True, frozen=True)
class Options:
    """What a caller may ask for besides the messages; None leaves it to the provider."""

    system: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    thinking: Thinking = None
    tools: Sequence[Tool | Mapping[str, Any]] | None = None
    schema: Any = None  # a JSON schema, or a pydantic model
    base_url: str | None = None
    wire: str | None = None
    api_key: Secret | None = None
    timeout: float | None = None
    cache_key: str = ""  # the same for every request of one conversation

    @classmethod
    def of(cls, given: dict[str, Any]) -> Options:
        """These options by name; a key among them is sealed. Raises BadSettings for a name that is none."""
        seal(given)
        for name in given:
            if name not in cls.__slots__:
                known = [option for option in cls.__slots__ if option != "cache_key"]
                raise BadSettings(f"there is no option {name!r}.{near(name, known)}\nOptions: {', '.join(known)}.")
        return cls(**given)


@dataclass(slots=True, frozen=True)
class Plan:
    """A request, ready but for its key."""

    route: Route
    dialect: Dialect
    call: Call
    key: Key
    base_url: Setting
    timeouts: Timeouts
    notices: tuple[str, ...]
    id: str = field(default_factory=lambda: f"nbchat-{uuid4()}")  # the same for every try, so that none counts twice

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


def plan(settings: Settings, model: str, messages: str | Sequence[Message], options: Options) -> Plan:
    """Settle everything about a request. Raises SetupError kinds; nothing has been sent then."""
    route = settings.catalog.find(model, options.wire)
    if route.provider.retired:
        raise UnknownModel(route.provider.retired)
    spoken = dialect(route.wire)
    base_url = _checked_address(settings.base_url(route, options.base_url))
    key = settings.key_for(route, base_url, options.api_key)
    if not key.secret.sendable:
        raise BadSettings(
            f"the key in {key.origin} has spaces or odd characters in it. Copy it again, without line ends."
        )
    ask, notices = _ask(settings, route, base_url.value, messages, options)
    call = spoken.render(ask)
    timeout = _number("timeout", options.timeout, 0.001, 1_000_000)
    timeouts = settings.timeouts if timeout is None else Timeouts.of(timeout)
    return Plan(route, spoken, call, key, base_url, timeouts, (*notices, *call.notices))


def _checked_address(base_url: Setting) -> Setting:
    """The base URL, if a request can be made from it. What is shown of a wrong one holds no password and no query."""
    origin, url = base_url.origin, reachable(base_url.value)
    for ending in ENDINGS:
        url = url.removesuffix(ending)
    match = _ADDRESS.fullmatch(url)
    host = host_of(url)
    if not match or not host or not _port(url):
        shown = re.sub(r"//[^/@]*@|[?#].*", lambda m: "//…@" if m[0][0] == "/" else m[0][0] + "…", url)
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
    settings: Settings, route: Route, base_url: str, messages: str | Sequence[Message], options: Options
) -> tuple[Ask, list[str]]:
    model, notices = route.model, []
    system, turns = _messages(messages, options.system)
    temperature = _number("temperature", options.temperature, 0, 2)
    max_tokens = _number("max_tokens", options.max_tokens, 1, 10_000_000)
    if temperature is not None and "temperature" in model.refuses:
        temperature = None
        notices.append(f"{model.id} has a fixed temperature; it was left out.")
    quirks = settings.catalog.quirks(model, route.wire)
    if temperature is not None and quirks.temperature_range:
        low, high = quirks.temperature_range
        if not low <= temperature <= high:
            notices.append(f"{route.provider.type} takes a temperature from {low:g} to {high:g}; the nearest was sent.")
            temperature = min(max(temperature, low), high)
    thinking, notice = settings.catalog.thinking_fields(model, options.thinking, route.wire)
    if notice:
        notices.append(notice)
    ask = Ask(
        model=model.sent_id,
        base_url=base_url,
        messages=tuple(_own(m, route) for m in turns),
        system=system,
        temperature=temperature,
        max_tokens=None if max_tokens is None else int(max_tokens),
        max_output=model.max_output,
        thinking=thinking,
        tools=tuple(map(_tool, options.tools or ())),
        schema=_schema(options.schema),
        quirks=quirks,
        cache_key=options.cache_key,
        path=settings.filled(route.provider.path, route.provider).replace("{model}", model.sent_id),
    )
    return ask, notices


def _messages(messages: str | Sequence[Message], system: str | None) -> tuple[str, list[Message]]:
    if isinstance(messages, str):
        messages = [Message("user", messages)]
    for message in messages:
        if not isinstance(message, Message):
            raise BadSettings(
                f"messages is a str or a list of nbchat.Message(role, content), not of {type(message).__name__}.\n"
                "Dicts of role and content become messages so: [nbchat.Message(**m) for m in messages]"
            )
        if message.role not in ("system", "user", "assistant", "tool"):
            raise BadSettings(f"a message's role is system, user, assistant or tool, not {message.role!r}.")
    said = [text for text in (system, *(m.text for m in messages if m.role == "system")) if text]
    turns = [m for m in messages if m.role != "system"]
    if not turns or not any(m.parts or m.tool_calls or m.role == "tool" for m in turns):
        raise BadSettings("there is no question: messages is empty. Pass a text, or at least one user message.")
    return "\n\n".join(said), turns


def _own(message: Message, route: Route) -> Message:
    """The message without what another provider wanted kept."""
    kept = message.kept
    if kept is None or (kept.provider == route.provider.type and kept.wire == route.wire):
        return message
    return replace(message, kept=None)


def _number(name: str, value: Any, low: float, high: float) -> float | None:
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not low <= value <= high
    ):
        raise BadSettings(f"{name} should be a number from {low:,} to {high:,}, not {value!r}.")
    return value


def _tool(tool: Tool | Mapping[str, Any]) -> Tool:
    try:
        return Tool.of(tool)
    except (KeyError, TypeError, AttributeError):
        raise BadSettings(
            "a tool is nbchat.Tool(name, description, parameters), or a dict with those members."
        ) from None


def _schema(schema: Any) -> Mapping[str, Any] | None:
    if schema is None or isinstance(schema, Mapping):
        return schema
    if hasattr(schema, "model_json_schema"):
        made: Mapping[str, Any] = schema.model_json_schema()
        return made
    raise BadSettings(f"schema is a JSON schema (a dict) or a pydantic model, not {type(schema).__name__}.")
