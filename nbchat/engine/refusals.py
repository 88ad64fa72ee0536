"""What a provider's refusal means: its status, code and words become one of our errors.

Which of them it is stands in `refusal_kinds`, which limit was reached in `refusal_limits`, and
what is said of it in `refusal_words`. The provider's own sentence is kept, shortened and
redacted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from types import MappingProxyType

from nbchat.engine.error_bodies import as_utf8, problem_of
from nbchat.engine.error_context import ErrorContext
from nbchat.engine.redirects import redirect_error
from nbchat.engine.refusal_kinds import Verdict, judge
from nbchat.engine.refusal_limits import answer_limit_of, oversize_of, period_of
from nbchat.engine.refusal_sentences import (
    in_brackets,
    nothing_there,
    wait_sentence,
    words_for,
)
from nbchat.engine.refusal_signs import NO_MEMORY, is_about_a_model
from nbchat.engine.refusal_words import ASK_LATER, STATUS_WORDS
from nbchat.engine.retry import asked_wait, should_retry
from nbchat.engine.tolerant_json import SHAPE_ERRORS, value_of
from nbchat.errors import (
    BadAnswer,
    ContextTooLong,
    ModelNotFound,
    NbchatError,
    NotAllowed,
    ProxyFailed,
    RateLimited,
    RequestRefused,
    RetiredModel,
    ServiceDown,
    ServiceError,
)
from nbchat.network.client import Response
from nbchat.wire.problem import ProviderProblem
from nbchat.wording import OR_ANOTHER_MODEL

__all__ = ["ErrorContext", "error_for", "not_an_api_error", "read_refusal", "redirect_error"]

TRIED_AGAIN = (408, 409, 425)
REQUEST_IDS = ("x-request-id", "request-id", "x-amzn-requestid")
# AWS names the exception there, with a colon and an address behind it.
ERROR_TYPES = ("x-amzn-errortype", "x-ms-error-code")
LONGEST_TEXT = 2000  # characters of a body without a shape that are looked at for what it says
TELL_WAIT = (RateLimited, ServiceDown)
MAY_MEAN_MAX_TOKENS = (RequestRefused, ContextTooLong, NotAllowed)


async def read_refusal(response: Response, context: ErrorContext) -> NbchatError:
    """The error for an answer whose status is none of success."""
    if 300 <= response.status < 400:
        return redirect_error(response.headers.get("location", ""), context)
    if response.status == 407:
        return _proxy_error(context)
    body = await response.read_error_body(context.longest_body)
    body = as_utf8(body, response.headers.get("content-type", ""))
    problem = problem_of(body)
    if problem is None:
        return not_an_api_error(body, response.status, context, response.headers)
    return error_for(problem, response.status, response.headers, context)


def error_for(
    problem: ProviderProblem,
    status: int,
    headers: Mapping[str, str],
    context: ErrorContext,
    words: str = "",
) -> ServiceError | BadAnswer:
    """The error for what the provider said; `words` stand in where it said nothing of use."""
    status = problem.status or status
    for name in ERROR_TYPES:
        problem.reasons += (headers.get(name, "").partition(":")[0],)
    seconds = asked_wait(headers, problem)
    provider, model = context.route.provider, context.route.model
    verdict = judge(problem, status, provider.type, model.sent_id, seconds)
    if verdict.is_nothing_there:
        return BadAnswer(nothing_there(status, words or _quote(problem, context), context))
    limit = None
    if verdict.kind in MAY_MEAN_MAX_TOKENS:
        limit = answer_limit_of(problem)
        if limit:
            verdict = Verdict(RequestRefused, is_told=True)
    kind = verdict.kind
    request_id = _request_id(headers, context)
    period = period_of(problem, provider.type) if kind is RateLimited else None
    oversize = oversize_of(problem.message) if kind is RateLimited else None
    ours = words_for(verdict, status, context, period, oversize, limit)
    to_do = ours.to_do
    if request_id and kind is ServiceDown:
        to_do = to_do.replace(ASK_LATER, f"{ASK_LATER} (request {request_id})")
    happened = ours.sentence(provider.name, in_brackets(status))
    tells_wait = (kind in TELL_WAIT and not oversize) or ours is STATUS_WORDS.get(status)
    wait = wait_sentence(seconds) if tells_wait else ""
    message = f"{happened}.{wait}{words or _quote(problem, context)}\n{to_do}"
    error = kind(
        message,
        status=status,
        retry_after=seconds,
        request_id=request_id,
        provider=provider.type,
        model=model.id,
    )
    error.retryable = error.retryable or status in TRIED_AGAIN
    error.field = problem.param
    if oversize or NO_MEMORY.search(problem.message):
        error.retryable = False
    if period and (period.is_certain or seconds is None):
        error.retryable = False
    error.retryable = should_retry(headers, error.retryable)
    error.other_model_helps = ours.other_model_helps
    if kind is ModelNotFound and model.status == "retired":
        return _retired_error(error, problem, context)
    return error


def _request_id(headers: Mapping[str, str], context: ErrorContext) -> str | None:
    for name in REQUEST_IDS:
        if name in headers:
            return context.clean(headers[name])
    return None


def _quote(problem: ProviderProblem, context: ErrorContext) -> str:
    words = context.clean(problem.message)
    if not words:
        return ""
    if words[-1] not in ".!?…":
        words += "."
    return f" It says: {words}"


def _retired_error(
    error: ServiceError, problem: ProviderProblem, context: ErrorContext
) -> RetiredModel:
    model, provider = context.route.model, context.route.provider
    reason = f"{error.status}: {context.clean(problem.message)}"
    happened = f"{model.id} was retired by {provider.name} ({reason})."
    if model.retired_on:
        happened = f"{model.id} was retired by {provider.name} on {model.retired_on} ({reason})."
    others = ", ".join(context.other_names())
    still = f"Still served as {others}. " if others else ""
    to_do = "Choose another model:\n%chat models"
    replacement = context.replacement()
    if replacement:
        to_do = f"Its replacement:\n%%chat {replacement}"
    return RetiredModel(
        f"{happened}\n{still}{to_do}",
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
    words = _page_in_words(text, context) if is_page else repr(context.clean(text))
    if status < 400 or (is_page and status == 404):
        provider = context.route.provider.name
        happened = (
            f"{context.base_url} is not the API of {provider}: it answered with {words} ({status})."
        )
        if not text:
            happened = (
                f"{context.base_url} is not the API of {provider}: "
                f"it answered with nothing ({status})."
            )
        return BadAnswer(
            f"{happened}\n"
            "Check the base URL, and whether this network asks for a login first, "
            f"{OR_ANOTHER_MODEL}"
        )
    is_json = _is_json(text)
    answered = f" It answered with {words}, which is no JSON."
    if is_json:
        answered = f" It answered with {words}, which gives no reason."
    if not text:
        answered = " It answered with nothing."
    said = "" if is_page or is_json else text[:LONGEST_TEXT]
    if status == 404 and not is_about_a_model(said, context.route.model.sent_id):
        said = ""
    return error_for(ProviderProblem(said), status, headers, context, answered)


def _is_json(text: str) -> bool:
    try:
        value_of(text.encode())
    except SHAPE_ERRORS:
        return False
    return True


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
