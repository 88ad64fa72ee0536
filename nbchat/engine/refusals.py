"""What a provider's refusal means: its status, code and words become one of our errors.

Mapped here and nowhere else (facts: the providers' error references, collected per
class below). The provider's own sentence is kept, shortened and redacted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit

from nbchat.catalog.catalog import Route
from nbchat.engine.prepare import PreparedRequest
from nbchat.engine.redact import redact
from nbchat.engine.retry import LONGEST_WAIT, retry_after, spoken
from nbchat.errors import (
    BadAnswer,
    ContextTooLong,
    Filtered,
    KeyRefused,
    ModelNotFound,
    NoCredit,
    NotAllowed,
    RateLimited,
    RequestRefused,
    RetiredModel,
    ServiceDown,
    ServiceError,
)
from nbchat.keys import Secret
from nbchat.settings import Settings
from nbchat.wire.problem import ProviderProblem
from nbchat.wording import did_you_mean, safe_excerpt

REQUEST_IDS = ("x-request-id", "request-id", "x-amzn-requestid")

# Codes and words by class, in the order they are tried. Codes are compared whole, words inside the sentence.
_MONEY = (
    {"insufficient_quota", "exceeded_current_quota_error", "1113", "accountoverdueerror", "arrearage", "1008",
     "billing_error", "insufficient_balance", "billing_not_active"},
    ("insufficient balance", "in arrears", "exceeded your current quota", "insufficient credit",
     "credit balance is too low"),
)  # fmt: skip
_KEY = (
    {"invalid_authentication_error", "incorrect_api_key_error", "invalid_api_key", "authentication_error",
     "1000", "1001", "1002", "1003", "1004", "invalid_iam_token"},
    ("api key not valid", "invalid api key", "incorrect api key"),
)  # fmt: skip
_PERMISSION = (
    {"permission_error", "permission_denied", "1220", "1311", "accessdeniedexception"},
    (),
)
_CONTEXT = (
    {"context_length_exceeded", "tokens_too_long", "characters_too_long", "1261", "exceed_context_size_error",
     "model_context_window_exceeded", "string_above_max_length", "1039"},
    ("context length", "context window", "prompt is too long", "exceeded model token limit", "maximum context",
     "context size", "input is too long", "too many tokens", "exceeds the maximum number of tokens"),
)  # fmt: skip
_MODEL = (
    {"model_not_found", "not_found_error", "resource_not_found_error", "1211", "1222", "invalid_model", "modelnotopen",
     "deploymentnotfound", "not_found", "resourcenotfoundexception", "invalid_model_error"},
    ("model not found", "model does not exist", "no such model", "unknown model", "not a valid model"),
)  # fmt: skip
_FILTER = (
    {
        "content_filter",
        "1301",
        "unsafe_request",
        "data_inspection_failed",
        "content_policy_violation",
        "sensitive",
    },
    ("high risk", "content management policy", "content filter", "moderation"),
)
_BUSY = (
    {"overloaded_error", "engine_overloaded_error", "1305", "1312", "unavailable", "server_overloaded",
     "serviceunavailableexception", "modelnotreadyexception", "unavailable_error", "overloaded"},
    ("overloaded",),
)  # fmt: skip
_RATE = (
    {"rate_limit_error", "rate_limit_exceeded", "rate_limit_reached_error", "1302", "1303", "1304", "1308", "1310",
     "resource_exhausted", "throttlingexception", "too_many_requests"},
    ("rate limit",),
)  # fmt: skip

# What happened, what the provider says, what to do.
SENTENCES: dict[type[ServiceError], str] = {
    KeyRefused: "{name} refuses the key from {key}{status}.{said}\nCheck that the key belongs to {address}.",
    NotAllowed: "{name} does not allow this with the key from {key}{status}.{said}\n"
    "Check what this key may do, or choose another model.",
    NoCredit: "the {name} account of {key} has no credit or quota left{status}.{said}\n"
    "Look at its billing page and top it up, or choose another model.",
    RateLimited: "{name} limits the rate of requests{status}.{wait}{said}\n"
    "Nothing was added to the conversation; ask again later.",
    ModelNotFound: "{name} has no model '{model}'{status}.{said}{near}\nIts models: %chat models {name}",
    ContextTooLong: "the conversation is too long for {model}{status}.{said}\n"
    "Shorten the question, or what goes before it: %chat undo, %chat reset, %%chat --fresh.",
    Filtered: "the content filter of {name} refuses the question{status}.{said}\n"
    "It was not added to the conversation; word it differently.",
    ServiceDown: "{name} cannot answer now{status}.{wait}{said}\nAsk again in a while, or choose another model.",
    RequestRefused: "{name} refuses the request{status}.{said}\n"
    "Nothing was added to the conversation; change the question or its options and ask again.",
}


@dataclass(slots=True, frozen=True)
class ErrorContext:
    """What a refusal's message needs to know of the request."""

    route: Route
    key_origin: str
    base_url: str
    keys: tuple[Secret, ...]
    near: Callable[[], str] = str  # models with a name like the one asked for, as a question
    elsewhere: Callable[[], Iterable[str]] = (
        tuple  # the names under which others serve a retired model
    )

    @classmethod
    def by(cls, settings: Settings, planned: PreparedRequest) -> ErrorContext:
        route, catalog = planned.route, settings.catalog

        def alike() -> str:
            names = [m.sent_id for m in catalog.models.values() if m.type == route.provider.type]
            return did_you_mean(
                route.model.sent_id, [name for name in names if name != route.model.sent_id]
            )

        keys = (planned.key.secret, *settings.secrets())
        url = planned.base_url.value
        return cls(
            route, planned.key.origin, url, keys, alike, lambda: catalog.elsewhere(route.model)
        )

    def masked(self, text: str) -> str:
        """A text that came from outside, without any key."""
        return redact(text, (key.reveal() for key in self.keys))

    def clean(self, text: str) -> str:
        """A provider's words, made safe and short enough to show."""
        return safe_excerpt(self.masked(text))


def error_for(
    problem: ProviderProblem,
    status: int,
    headers: Mapping[str, str],
    asked: ErrorContext,
    answered: str = "",
) -> ServiceError:
    """The error for what the provider said; `answered` is a sentence where it said nothing, but sent something."""
    status = problem.status or status
    kind = _class(problem, status)
    wait = retry_after(headers)
    wait = problem.retry_after if wait is None else wait
    request_id = next((asked.clean(headers[name]) for name in REQUEST_IDS if name in headers), None)
    error = kind(
        _sentence(kind, problem, status, asked, wait, request_id, answered),
        status=status,
        retry_after=wait,
        request_id=request_id,
        provider=asked.route.provider.type,
        model=asked.route.model.id,
    )
    error.retryable = error.retryable or status in (408, 409)
    return _retired(error, problem, asked) if kind is ModelNotFound else error


def _class(problem: ProviderProblem, status: int) -> type[ServiceError]:
    def says(table: tuple[Iterable[str], Iterable[str]]) -> bool:
        codes, words = table
        names = {problem.code.lower(), problem.kind.lower()}
        return bool(names & set(codes)) or any(word in problem.message.lower() for word in words)

    if status == 402 or says(_MONEY):
        return NoCredit
    if says(_BUSY) or status in (503, 529):
        return ServiceDown
    if says(_CONTEXT):
        return ContextTooLong
    if says(_FILTER):
        return Filtered
    if status == 429 or says(_RATE):
        return RateLimited
    if status == 401 or says(_KEY):
        return KeyRefused
    if status == 403 or says(_PERMISSION):
        return NotAllowed
    if says(_MODEL):
        return ModelNotFound
    return (
        ServiceDown if status >= 500 else ModelNotFound if status in (404, 410) else RequestRefused
    )


def _sentence(
    kind: type[ServiceError],
    problem: ProviderProblem,
    status: int,
    asked: ErrorContext,
    wait: float | None,
    request_id: str | None,
    answered: str,
) -> str:
    name = asked.route.provider.type
    said = answered or _said(name, asked.clean(problem.message))
    text = SENTENCES[kind].format(
        name=name,
        model=asked.route.model.sent_id,
        near=asked.near() if kind is ModelNotFound else "",
        key=asked.key_origin,
        address=asked.base_url,
        status=f" ({status})" if status >= 400 else "",
        said=said,
        wait=_wait(wait),
    )
    return f"{text} (request {request_id})" if request_id and kind is ServiceDown else text


def _said(name: str, words: str) -> str:
    return f" {name} says: {words}{'' if words[-1] in '.!?…' else '.'}" if words else ""


def _wait(seconds: float | None) -> str:
    if not seconds:
        return ""
    asks = f" It asks to wait {spoken(seconds)}"
    return f"{asks}, which is too long to wait for here." if seconds > LONGEST_WAIT else f"{asks}."


def _retired(error: ServiceError, problem: ProviderProblem, asked: ErrorContext) -> ServiceError:
    model = asked.route.model
    if model.status != "retired":
        return error
    since = f" on {model.retired_on}" if model.retired_on else ""
    ways = [f"Its replacement: %%chat {model.replacement}."] if model.replacement else []
    if others := ", ".join(asked.elsewhere()):
        ways.append(f"Still served as {others}.")
    said = asked.clean(problem.message)
    text = f"{model.id} was retired by {asked.route.provider.name}{since} ({error.status}: {said})."
    return RetiredModel(
        "\n".join(filter(None, (text, " ".join(ways)))),
        status=error.status,
        request_id=error.request_id,
        provider=error.provider,
        model=error.model,
    )


def not_an_api_error(
    body: bytes, status: int, asked: ErrorContext, headers: Mapping[str, str] = MappingProxyType({})
) -> ServiceError | BadAnswer:
    """For a body that is no JSON: an HTML page, or any other text."""
    text = body.decode("utf-8", "replace").strip()
    page = text[:1] == "<"
    if page:
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.I | re.S)
        words = (
            f"an HTML page, {asked.clean(html.unescape(title[1]))!r}" if title else "an HTML page"
        )
    else:
        words = f"{asked.clean(text)!r}" if text else "nothing"
    if status < 400 or (page and status == 404):
        return BadAnswer(
            f"{asked.base_url} is not the API of {asked.route.provider.type}: it answered with {words} ({status}).\n"
            "Check the base URL, and whether this network asks for a login first."
        )
    return error_for(
        ProviderProblem(""), status, headers, asked, f" It answered with {words}, which is no JSON."
    )


def redirect_error(location: str, asked: ErrorContext) -> BadAnswer:
    """For a redirect: it would carry the question, and with some clients the key, to another place."""
    try:
        parts = urlsplit(urljoin(asked.base_url + "/", location))
        target = (
            f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if location else ""
        )
    except ValueError:
        target = location
    where = f"redirects to {asked.clean(target)}" if target else "redirects without saying where to"
    return BadAnswer(
        f"{asked.base_url} {where}, which is not followed: it would carry the question there.\n"
        "If that is the right place, set it as the base URL; otherwise check the base URL."
    )
