"""What a provider's refusal means: its status, code and words become one of our errors.

Which of them it is stands in `refusal_kinds`, what is said of it in `refusal_words`. The
provider's own sentence is kept, shortened and redacted.
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
from nbchat.engine.refusal_kinds import is_explained, kind_of
from nbchat.engine.refusal_words import ASK_LATER, SENTENCES, STATUS_WORDS
from nbchat.engine.retry import LONGEST_WAIT, in_words, retry_after
from nbchat.engine.tolerant_json import SHAPE_ERRORS, value_of
from nbchat.errors import (
    BadAnswer,
    KeyRefused,
    ModelNotFound,
    NbchatError,
    ProxyFailed,
    RetiredModel,
    ServiceDown,
    ServiceError,
)
from nbchat.key_policy import NO_KEY
from nbchat.keys import Secret
from nbchat.network.client import Response
from nbchat.settings import Settings
from nbchat.settings_values import USUAL_LIMITS
from nbchat.wire.problem import ProviderProblem, problem_in
from nbchat.wording import OR_ANOTHER_MODEL, did_you_mean, safe_excerpt, set_key

TRIED_AGAIN = (408, 409, 425)
REQUEST_IDS = ("x-request-id", "request-id", "x-amzn-requestid")


@dataclass(slots=True, frozen=True)
class ErrorContext:
    """What a refusal's message needs to know of the request."""

    route: Route
    key_origin: str
    base_url: str
    keys: tuple[Secret, ...]
    similar_models: Callable[[], str] = str  # as a question: did you mean …?
    other_names: Callable[[], Iterable[str]] = tuple  # under which others serve a retired model
    replacement: Callable[[], str | None] = str  # the name to ask in place of a retired model
    longest_body: int = USUAL_LIMITS.error_body  # bytes of a refusal that are read

    @classmethod
    def of(cls, settings: Settings, request: PreparedRequest) -> ErrorContext:
        route, catalog = request.route, settings.catalog

        def similar_models() -> str:
            models = [m for m in catalog.models.values() if m.type == route.provider.type]
            names = [m.sent_id for m in models if m.sent_id != route.model.sent_id]
            return did_you_mean(route.model.sent_id, names)

        return cls(
            route,
            request.key.origin,
            request.base_url.value,
            (request.key.secret, *request.row_headers.values(), *settings.secrets()),
            similar_models,
            lambda: catalog.elsewhere(route.model),
            lambda: catalog.name_of(route.model.type, route.model.replacement or ""),
            request.limits.error_body,
        )

    def mask(self, text: str) -> str:
        """A text that came from outside, without any key."""
        return redact(text, (key.reveal() for key in self.keys))

    def clean(self, text: str) -> str:
        """A provider's words, made safe and short enough to show."""
        return safe_excerpt(self.mask(text))


async def read_refusal(response: Response, context: ErrorContext) -> NbchatError:
    """The error for an answer whose status is none of success."""
    if 300 <= response.status < 400:
        return redirect_error(response.headers.get("location", ""), context)
    if response.status == 407:
        return _proxy_error(context)
    body = await response.read_error_body(context.longest_body)
    try:
        problem = problem_in(value_of(body))
    except SHAPE_ERRORS:
        problem = None
    if problem is None:
        return not_an_api_error(body, response.status, context, response.headers)
    return error_for(problem, response.status, response.headers, context)


def error_for(
    problem: ProviderProblem,
    status: int,
    headers: Mapping[str, str],
    context: ErrorContext,
    words: str = "",
) -> ServiceError:
    """The error for what the provider said; `words` stand in where it said nothing of use."""
    status = problem.status or status
    kind = kind_of(problem, status)
    seconds = retry_after(headers)
    if seconds is None:
        seconds = problem.retry_after
    request_id = _request_id(headers, context)
    sentence, other_model_helps = _sentence(problem, kind, status, context)
    if request_id and kind is ServiceDown:
        sentence = sentence.replace(ASK_LATER, f"{ASK_LATER} (request {{request_id}})")
    message = sentence.format(
        name=context.route.provider.name,
        type=context.route.provider.type,
        model=context.route.model.sent_id,
        near=_similar_models(context) if kind is ModelNotFound else "",
        key=_after("from", context),
        with_key=_after("with the key from", context).strip() or "without a key",
        of_key=_after("of the key from", context),
        another_key=_another_key(context),
        status=f" ({status})" if status >= 400 else "",
        said=words or _quote(problem, context),
        wait=_wait_sentence(seconds),
        request_id=request_id,
    )
    error = kind(
        message,
        status=status,
        retry_after=seconds,
        request_id=request_id,
        provider=context.route.provider.type,
        model=context.route.model.id,
    )
    error.retryable = error.retryable or status in TRIED_AGAIN
    error.other_model_helps = other_model_helps
    if kind is ModelNotFound and context.route.model.status == "retired":
        return _retired_error(error, problem, context)
    return error


def _sentence(
    problem: ProviderProblem, kind: type[ServiceError], status: int, context: ErrorContext
) -> tuple[str, bool]:
    """What is said of a refusal, with names to fill in, and whether another model helps."""
    words = STATUS_WORDS.get(status)
    if words and not is_explained(problem, kind):
        status_behind = "" if "{status}" in words.happened else "{status}"
        happened = f"{{name}} {words.happened}{status_behind}."
        return f"{happened}{{wait}}{{said}}\n{words.to_do}", words.other_model_helps
    if kind is KeyRefused and context.key_origin == NO_KEY:
        return "{name} wants a key, and none is set{status}.{said}\n{another_key}", True
    return SENTENCES[kind], kind.other_model_helps


def _after(words: str, context: ErrorContext) -> str:
    """Where the key came from, after these words; nothing where there is none."""
    return "" if context.key_origin == NO_KEY else f" {words} {context.key_origin}"


def _request_id(headers: Mapping[str, str], context: ErrorContext) -> str | None:
    for name in REQUEST_IDS:
        if name in headers:
            return context.clean(headers[name])
    return None


def _quote(problem: ProviderProblem, context: ErrorContext) -> str:
    words = context.clean(problem.message)
    if not words:
        return ""
    end = "" if words[-1] in ".!?…" else "."
    return f" It says: {words}{end}"


def _similar_models(context: ErrorContext) -> str:
    similar = context.similar_models().strip()
    return f"{similar} " if similar else ""


def _another_key(context: ErrorContext) -> str:
    """What to check, and the line that sets another key where a variable held this one."""
    check = f"Check that it is a key for {context.base_url}"
    if context.key_origin == NO_KEY:
        variables = context.route.provider.env_keys
        line = set_key(variables[0]) if variables else "Give it as api_key=."
        return f"Set the one for {context.base_url}:\n{line}"
    if re.fullmatch("[A-Z][A-Z0-9_]*", context.key_origin):
        return f"{check}, or set another:\n{set_key(context.key_origin)}"
    return f"{check}."


def _wait_sentence(seconds: float | None) -> str:
    if not seconds:
        return ""
    asks = f" It asks to wait {in_words(seconds)}"
    return f"{asks}, which is too long to wait for here." if seconds > LONGEST_WAIT else f"{asks}."


def _retired_error(
    error: ServiceError, problem: ProviderProblem, context: ErrorContext
) -> RetiredModel:
    model, provider = context.route.model, context.route.provider
    since = f" on {model.retired_on}" if model.retired_on else ""
    reason = f"{error.status}: {context.clean(problem.message)}"
    lines = [f"{model.id} was retired by {provider.name}{since} ({reason})."]
    others = ", ".join(context.other_names())
    still = f"Still served as {others}." if others else ""
    replacement = context.replacement()
    if replacement:
        lines += [f"{still} Its replacement:".lstrip(), f"%%chat {replacement}"]
    else:
        lines += [f"{still} Choose another model:".lstrip(), "%chat models"]
    return RetiredModel(
        "\n".join(lines),
        status=error.status,
        request_id=error.request_id,
        provider=error.provider,
        model=error.model,
    )


def not_an_api_error(
    body: bytes,
    status: int,
    context: ErrorContext,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> ServiceError | BadAnswer:
    """For a body without a reason: an HTML page, any other text, or JSON of another kind."""
    text = body.decode("utf-8", "replace").strip()
    is_page = text[:1] == "<"
    words = _page_in_words(text, context) if is_page else _text_in_words(text, context)
    if status < 400 or (is_page and status == 404):
        provider = context.route.provider.name
        return BadAnswer(
            f"{context.base_url} is not the API of {provider}: "
            f"it answered with {words} ({status}).\n"
            "Check the base URL, and whether this network asks for a login first, "
            f"{OR_ANOTHER_MODEL}"
        )
    words = f" It answered with {words}{_is_no_problem(text)}."
    return error_for(ProviderProblem(""), status, headers, context, words)


def _is_no_problem(text: str) -> str:
    """Why no reason was found in it."""
    if not text:
        return ""
    try:
        value_of(text.encode())
    except SHAPE_ERRORS:
        return ", which is no JSON"
    return ", which gives no reason"


def _proxy_error(context: ErrorContext) -> ProxyFailed:
    provider = context.route.provider.name
    return ProxyFailed(
        f"a proxy before {context.base_url} wants a login (407) and does not let this request "
        f"through to {provider}.\n"
        "Put its user and password into HTTPS_PROXY, or name the host in NO_PROXY."
    )


def _page_in_words(html_text: str, context: ErrorContext) -> str:
    title = re.search(r"<title[^>]*>(.*?)</title>", html_text, re.I | re.S)
    if not title:
        return "an HTML page"
    return f"an HTML page, {context.clean(html.unescape(title[1]))!r}"


def _text_in_words(text: str, context: ErrorContext) -> str:
    return repr(context.clean(text)) if text else "nothing"


def redirect_error(location: str, context: ErrorContext) -> BadAnswer:
    """For a redirect: it would carry the question, and perhaps the key, to another place."""
    place = f"{context.route.provider.name} at {context.base_url}"
    target = _redirect_target(location, context)
    if not target:
        return BadAnswer(
            f"{place} redirects without saying where to.\nCheck the base URL, {OR_ANOTHER_MODEL}"
        )
    return BadAnswer(
        f"{place} redirects to {context.clean(target)}, which is not followed: "
        "it would carry the question there.\n"
        "If that is the right place, set it as the base URL; if not, check the base URL, "
        f"{OR_ANOTHER_MODEL}"
    )


def _redirect_target(location: str, context: ErrorContext) -> str:
    """The address without user, query and fragment; as it stands where it is none."""
    if not location:
        return ""
    try:
        parts = urlsplit(urljoin(context.base_url + "/", location))
    except ValueError:
        return location
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
