"""What the vendors themselves send: bodies of their error references, recordings and reports."""

from __future__ import annotations

from typing import Any

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
)

from .case import RETRIED, Case, openai_error

GOOGLE = "type.googleapis.com/google.rpc"
QUOTA_WORDS = "You exceeded your current quota, please check your plan and billing details."


def exhausted(quota: str, delay: str, message: str = QUOTA_WORDS) -> Any:
    """Gemini's 429."""
    details = [
        {"@type": f"{GOOGLE}.QuotaFailure", "violations": [{"quotaId": quota}]},
        {"@type": f"{GOOGLE}.RetryInfo", "retryDelay": delay},
    ]
    status = "RESOURCE_EXHAUSTED"
    return {"error": {"code": 429, "status": status, "message": message, "details": details}}


def google(code: int, status: str, message: str, reason: str = "") -> Any:
    details = [{"@type": f"{GOOGLE}.ErrorInfo", "reason": reason}] if reason else []
    return {"error": {"code": code, "message": message, "status": status, "details": details}}


def claude(kind: str, message: str) -> Any:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "r"}


def coded(code: str, message: str) -> Any:
    return {"error": {"code": code, "message": message}}


NO_MONEY = ("no credit or quota",)
LIMITED = ("limits the rate of requests",)
DAILY = ("daily limit",)
PER_MINUTE = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"
PER_DAY = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"

LARGE = [
    # Google
    Case("gemini", 429, exhausted(PER_MINUTE, "0.01s"), RateLimited, RETRIED, LIMITED, NO_MONEY),
    Case("gemini", 429, exhausted(PER_DAY, "0.01s"), RateLimited, 1, DAILY, NO_MONEY),
    Case("gemini", 429, exhausted(PER_MINUTE, "90s"), RateLimited, 1, ("90 s", "too long")),
    Case("gemini", 429, [exhausted(PER_DAY, "9s")], RateLimited, 1, DAILY),
    Case(
        *("gemini", 429, google(429, "RESOURCE_EXHAUSTED", f"{QUOTA_WORDS} Please retry in 10ms.")),
        *(RateLimited, RETRIED, LIMITED, NO_MONEY),
    ),
    Case("gemini", 429, google(429, "RESOURCE_EXHAUSTED", QUOTA_WORDS), NoCredit, 1, NO_MONEY),
    Case(
        *("gemini", 400, google(400, "INVALID_ARGUMENT", "API key not valid.", "API_KEY_INVALID")),
        *(KeyRefused, 1, ("refuses the key",)),
    ),
    Case(
        *("gemini", 403, google(403, "PERMISSION_DENIED", "No.", "API_KEY_SERVICE_BLOCKED")),
        NotAllowed,
    ),
    Case("gemini", 503, google(503, "UNAVAILABLE", "The model is overloaded."), ServiceDown, 3),
    Case("gemini", 500, google(500, "INTERNAL", "An internal error."), ServiceDown, RETRIED),
    Case(
        *("gemini", 404, google(404, "NOT_FOUND", "models/m is not found for API version v1beta.")),
        *(ModelNotFound, 1, ("has no model 'm'",)),
    ),
    Case(
        *("gemini", 400),
        google(
            400,
            "INVALID_ARGUMENT",
            "Unable to submit request because it has a maxOutputTokens value of 20000 but the "
            "supported range is from 1 (inclusive) to 8193 (exclusive).",
        ),
        *(RequestRefused, 1, ("max_tokens is too large", "8192")),
    ),
    # OpenAI and Azure
    Case("openai", 429, openai_error(QUOTA_WORDS, "insufficient_quota"), NoCredit, 1, NO_MONEY),
    Case(
        *("openai", 429, openai_error("Your credits are used up.", "credit_balance_exhausted")),
        *(NoCredit, 1, NO_MONEY),
    ),
    Case("openai", 429, openai_error("Over.", "project_spend_limit_exceeded"), NoCredit),
    Case(
        *("openai", 429),
        openai_error(
            "Rate limit reached for m on requests per min (RPM): Limit 3, Used 3, Requested 1. "
            "Please try again in 10ms. You can increase your rate limit by adding a payment "
            "method at https://platform.openai.com/account/billing.",
            "rate_limit_exceeded",
            "requests",
        ),
        *(RateLimited, RETRIED, LIMITED, NO_MONEY),
    ),
    Case(
        *("openai", 429),
        openai_error(
            "Rate limit reached for m on requests per day (RPD): Limit 200, Used 200, "
            "Requested 1. Please try again in 7m12s.",
            "rate_limit_exceeded",
            "requests",
        ),
        *(RateLimited, 1, (*DAILY, "8 min")),
    ),
    Case(
        *("openai", 429),
        openai_error(
            "Request too large for m on tokens per min (TPM): Limit 30000, Requested 45000.",
            "rate_limit_exceeded",
            "tokens",
        ),
        *(RateLimited, 1, ("30,000", "45,000", "Shorten")),
    ),
    Case("openai", 401, openai_error("Incorrect API key provided.", "invalid_api_key"), KeyRefused),
    Case(
        "openai",
        404,
        openai_error("The model `m` does not exist.", "model_not_found"),
        ModelNotFound,
    ),
    Case(
        *("openai", 400, openai_error("operator '+' is overloaded"), RequestRefused),
        *(1, ("operator '+'",), ("cannot answer now",)),
    ),
    Case("openai", 400, openai_error("The name rate limit is taken"), RequestRefused),
    Case(
        "openai", 422, openai_error("insufficient balance is no valid enum value"), RequestRefused
    ),
    Case(
        "openai",
        400,
        openai_error("server busy: unknown field 'too many requests'"),
        RequestRefused,
    ),
    Case(
        "openai",
        400,
        openai_error("Your input exceeds it.", "context_length_exceeded"),
        ContextTooLong,
    ),
    Case(
        *("openai", 400),
        openai_error(
            "max_tokens is too large: 20000. This model supports at most 4096 completion tokens, "
            "whereas you provided 20000.",
            "invalid_value",
        ),
        *(RequestRefused, 1, ("max_tokens is too large", "4096"), ("too long",)),
    ),
    Case(
        *("openai", 400),
        openai_error(
            "This model's maximum context length is 8192 tokens. However, you requested 20030 "
            "tokens (30 in the messages, 20000 in the completion).",
            "context_length_exceeded",
        ),
        *(RequestRefused, 1, ("max_tokens is too large", "8162")),
    ),
    Case(
        "openai",
        503,
        openai_error("Overloaded.", "server_overloaded", "server_error"),
        ServiceDown,
        3,
    ),
    Case(
        *("azure", 400),
        {"error": {"code": "content_filter", "message": "Filtered.", "innererror": {"code": "X"}}},
        Filtered,
    ),
    Case(
        "azure",
        404,
        coded("DeploymentNotFound", "The API deployment does not exist."),
        ModelNotFound,
    ),
    Case(
        *(
            "azure",
            429,
            coded("429", "Requests have exceeded the call rate limit. Please retry after 61 s."),
        ),
        *(RateLimited, 1, ("61 s",)),
    ),
    Case("azure", 401, coded("401", "Access denied due to invalid subscription key."), KeyRefused),
    # Anthropic and Bedrock
    Case("anthropic", 429, claude("rate_limit_error", "Over the limit."), RateLimited, RETRIED),
    Case("anthropic", 529, claude("overloaded_error", "Overloaded"), ServiceDown, RETRIED),
    Case(
        *("anthropic", 400),
        claude(
            "invalid_request_error",
            "Your credit balance is too low to access the Anthropic API. Go to Plans & Billing.",
        ),
        *(NoCredit, 1, NO_MONEY),
    ),
    Case("anthropic", 401, claude("authentication_error", "invalid x-api-key"), KeyRefused),
    Case("anthropic", 403, claude("permission_error", "Not yours."), NotAllowed),
    Case("anthropic", 404, claude("not_found_error", "model: claude-9"), ModelNotFound),
    Case("anthropic", 413, claude("request_too_large", "Too large."), ContextTooLong),
    Case(
        *(
            "anthropic",
            400,
            claude("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
        ),
        ContextTooLong,
    ),
    Case(
        *("anthropic", 400),
        claude(
            "invalid_request_error",
            "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for m",
        ),
        *(RequestRefused, 1, ("max_tokens is too large", "8192")),
    ),
    Case(
        *("anthropic", 400),
        claude(
            "invalid_request_error",
            "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, "
            "decrease input length or `max_tokens` and try again",
        ),
        *(RequestRefused, 1, ("max_tokens is too large", "10000")),
    ),
    Case(
        *("bedrock", 429, {"message": "Too many tokens, please wait."}, RateLimited, RETRIED),
        headers={"x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/"},
    ),
    Case(
        *("bedrock", 400, {"message": "The provided model identifier is invalid."}, ModelNotFound),
        headers={"x-amzn-errortype": "ValidationException"},
    ),
    Case(
        *(
            "bedrock",
            400,
            {"message": "Malformed input request: #/x is overloaded."},
            RequestRefused,
        ),
        headers={"x-amzn-errortype": "ValidationException:http://internal.amazon.com/"},
    ),
    Case(
        *("bedrock", 403, {"message": "You don't have access to the model."}, NotAllowed),
        headers={"x-amzn-errortype": "AccessDeniedException"},
    ),
    Case(
        "bedrock", 429, {"__type": "a.b#ModelNotReadyException", "message": "Wait."}, ServiceDown, 3
    ),
]
