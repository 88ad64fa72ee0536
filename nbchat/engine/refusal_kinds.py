"""Which kind of refusal it is, by the codes and words of the providers' error references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from nbchat.errors import (
    ContextTooLong,
    Filtered,
    KeyRefused,
    ModelNotFound,
    NoCredit,
    NotAllowed,
    RateLimited,
    RequestRefused,
    ServiceDown,
    ServiceError,
)
from nbchat.wire.problem import ProviderProblem


class Signs(NamedTuple):
    """What tells a kind: codes, compared as they are, and words inside the provider's sentence."""

    codes: str  # with spaces between
    words: tuple[str, ...] = ()

    def fit(self, problem: ProviderProblem) -> bool:
        codes = self.codes.split()
        if problem.code.lower() in codes or problem.kind.lower() in codes:
            return True
        message = problem.message.lower()
        return any(words in message for words in self.words)


# Several may fit one refusal: the order is that in which they are tried.
SIGNS: Mapping[type[ServiceError], Signs] = {
    NoCredit: Signs(
        "insufficient_quota exceeded_current_quota_error 1113 accountoverdueerror arrearage 1008"
        " billing_error insufficient_balance billing_not_active",
        (
            "insufficient balance",
            "in arrears",
            "exceeded your current quota",
            "insufficient credit",
            "credit balance is too low",
        ),
    ),
    ServiceDown: Signs(
        "overloaded_error engine_overloaded_error 1305 1312 unavailable server_overloaded"
        " serviceunavailableexception modelnotreadyexception unavailable_error overloaded",
        ("overloaded",),
    ),
    ContextTooLong: Signs(
        "context_length_exceeded tokens_too_long characters_too_long 1261"
        " exceed_context_size_error model_context_window_exceeded string_above_max_length 1039",
        (
            "context length",
            "context window",
            "prompt is too long",
            "exceeded model token limit",
            "maximum context",
            "context size",
            "input is too long",
            "too many tokens",
            "exceeds the maximum number of tokens",
        ),
    ),
    Filtered: Signs(
        "content_filter 1301 unsafe_request data_inspection_failed content_policy_violation"
        " sensitive",
        ("high risk", "content management policy", "content filter", "moderation"),
    ),
    RateLimited: Signs(
        "rate_limit_error rate_limit_exceeded rate_limit_reached_error 1302 1303 1304 1308 1310"
        " resource_exhausted throttlingexception too_many_requests",
        ("rate limit",),
    ),
    KeyRefused: Signs(
        "invalid_authentication_error incorrect_api_key_error invalid_api_key"
        " authentication_error 1000 1001 1002 1003 1004 invalid_iam_token",
        ("api key not valid", "invalid api key", "incorrect api key"),
    ),
    NotAllowed: Signs("permission_error permission_denied 1220 1311 accessdeniedexception"),
    ModelNotFound: Signs(
        "model_not_found not_found_error resource_not_found_error 1211 1222 invalid_model"
        " modelnotopen deploymentnotfound not_found resourcenotfoundexception invalid_model_error",
        (
            "model not found",
            "model does not exist",
            "no such model",
            "unknown model",
            "not a valid model",
        ),
    ),
}
STATUSES: Mapping[type[ServiceError], tuple[int, ...]] = {  # that tell a kind as surely
    NoCredit: (402,),
    ServiceDown: (408, 503, 529),
    ContextTooLong: (413,),
    RateLimited: (429,),
    KeyRefused: (401,),
    NotAllowed: (403, 451),
}


def kind_of(problem: ProviderProblem, status: int) -> type[ServiceError]:
    """The kind of error that a provider's refusal is."""
    for kind, signs in SIGNS.items():
        if status in STATUSES.get(kind, ()) or signs.fit(problem):
            return kind
    if status >= 500:
        return ServiceDown
    if status in (404, 410):
        return ModelNotFound
    return RequestRefused


def is_explained(problem: ProviderProblem, kind: type[ServiceError]) -> bool:
    """Whether the provider's own code or words tell that kind, and not the status alone."""
    return kind in SIGNS and SIGNS[kind].fit(problem)
