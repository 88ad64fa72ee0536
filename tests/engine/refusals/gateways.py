"""What gateways, hosts of many models and servers of one's own send."""

from __future__ import annotations

import json
from typing import Any

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
    ServiceDown,
)

from .case import RETRIED, Case, openai_error
from .vendors import DAILY, LIMITED, NO_MONEY, PER_DAY, PER_MINUTE, exhausted


def raw(code: int, inner: Any) -> Any:
    """What OpenRouter says when the provider behind it has refused."""
    metadata = {"raw": inner if isinstance(inner, str) else json.dumps(inner), "provider_name": "P"}
    return {"error": {"message": "Provider returned error", "code": code, "metadata": metadata}}


NOTHING_THERE = (
    "there is nothing at POST /chat/completions on that server; does the base URL end in /v1?",
)
FREE = "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free requests."

GATEWAYS = [
    # OpenRouter
    Case(
        "openrouter",
        429,
        raw(429, "m is temporarily rate-limited upstream."),
        RateLimited,
        3,
        ("upstream",),
    ),
    Case(
        "openrouter",
        429,
        raw(429, exhausted(PER_MINUTE, "0.01s")),
        RateLimited,
        3,
        LIMITED,
        NO_MONEY,
    ),
    Case("openrouter", 429, raw(429, exhausted(PER_DAY, "0.01s")), RateLimited, 1, DAILY),
    Case("openrouter", 429, openai_error(FREE), RateLimited, 1, DAILY, NO_MONEY),
    Case(
        "openrouter", 400, raw(400, openai_error("No.", "context_length_exceeded")), ContextTooLong
    ),
    Case("openrouter", 402, openai_error("Insufficient credits."), NoCredit),
    Case(
        *("openrouter", 403),
        {
            "error": {
                "code": 403,
                "message": "No.",
                "metadata": {"reasons": ["x"], "flagged_input": "y"},
            }
        },
        Filtered,
    ),
    Case(
        "openrouter",
        404,
        {"error": {"message": "No endpoints found for a/b.", "code": 404}},
        ModelNotFound,
    ),
    Case(
        *("openrouter", 404),
        {"error": {"message": "No endpoints found that support tool use.", "code": 404}},
        RequestRefused,
    ),
    Case(
        *("openrouter", 404),
        {"error": {"message": "No endpoints found matching your data policy.", "code": 404}},
        NotAllowed,
    ),
    Case(
        *("openrouter", 404),
        {"error": {"message": "No endpoints found that support image input", "code": 404}},
        *(RequestRefused, 1, ("support image input",)),
    ),
    Case(
        *("openrouter", 404),
        {"error": {"message": "No endpoints found that support tool use. Visit x", "code": 404}},
        RequestRefused,
    ),
    Case("openrouter", 502, raw(502, "Upstream failed."), ServiceDown, RETRIED),
    # LiteLLM
    Case(
        *(
            "openai",
            400,
            openai_error("Invalid model name passed in model=nope. Call `/v1/models`.", "400"),
        ),
        *(ModelNotFound, 1, ("has no model 'm'",)),
    ),
    Case(
        *("openai", 400),
        openai_error("litellm.ContextWindowExceededError: OpenAIException - too much", "400"),
        ContextTooLong,
    ),
    Case(
        *("openai", 400),
        openai_error(
            "litellm.BadRequestError: OpenAIException - Error code: 400 - {'error': {'message': "
            "'no', 'type': 'x', 'code': 'content_policy_violation'}}"
        ),
        Filtered,
    ),
    Case(
        *("openai", 429),
        openai_error(
            f"litellm.RateLimitError: geminiException - {json.dumps(exhausted(PER_DAY, '3s'))}"
        ),
        *(RateLimited, 1, DAILY, NO_MONEY),
    ),
    Case("openai", 400, openai_error("Over.", "400", "budget_exceeded"), NoCredit),
    Case("openai", 401, openai_error("No.", "401", "key_model_access_denied"), NotAllowed),
    # One API, New API
    Case(
        "openai",
        503,
        openai_error("No available channel.", "model_not_found", "new_api_error"),
        ModelNotFound,
    ),
    Case("openai", 403, openai_error("用户额度不足", "insufficient_user_quota"), NoCredit),
    Case("openai", 401, {"code": 401, "msg": "令牌无效"}, KeyRefused),
    Case("openai", 200, {"code": 401, "msg": "令牌无效"}, KeyRefused),
    # Hosts
    Case("openai", 403, {"code": 403, "reason": "NOT_ENOUGH_BALANCE", "message": "no"}, NoCredit),
    Case("together", 429, openai_error("Slower.", None, "credit_limit"), NoCredit),
    Case("together", 503, openai_error("Full.", None, "overloaded_error"), ServiceDown, RETRIED),
    Case(
        *("together", 422),
        openai_error(
            "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 30 "
            "`inputs` tokens and 20000 `max_new_tokens`"
        ),
        *(RequestRefused, 1, ("max_tokens is too large", "8163")),
    ),
    Case("fireworks", 412, openai_error("Account suspended.", "ACCOUNT_SUSPENDED"), NotAllowed),
    Case(
        *(
            "cerebras",
            429,
            {"message": "Tokens per day limit exceeded", "code": "token_quota_exceeded"},
        ),
        *(RateLimited, 1, DAILY),
    ),
    Case(
        "huggingface", 402, {"error": "You have exceeded your monthly included credits."}, NoCredit
    ),
    Case(
        "huggingface",
        503,
        {"error": "m is currently loading", "estimated_time": 0.01},
        ServiceDown,
        3,
    ),
    Case(
        "openai",
        429,
        {"success": False, "errors": [{"code": 3036, "message": "no"}]},
        RateLimited,
        1,
        DAILY,
    ),
    Case(
        "openai", 401, {"success": False, "errors": [{"code": 10000, "message": "no"}]}, KeyRefused
    ),
    Case(
        "nvidia",
        404,
        {"status": 404, "title": "Not Found", "detail": "Function 'x' not found"},
        BadAnswer,
    ),
    # Whatever stands before a server
    Case(
        "openai",
        422,
        {"detail": [{"loc": ["header", "authorization"], "msg": "Field required"}]},
        KeyRefused,
    ),
    Case("openai", 429, b"slow down", RateLimited, RETRIED),
    Case(
        "openai", 429, openai_error("Slower."), RateLimited, 1, headers={"x-should-retry": "false"}
    ),
    Case(
        "openai", 400, openai_error("Later."), RequestRefused, 3, headers={"x-should-retry": "true"}
    ),
    Case(
        "openai",
        429,
        openai_error("Over.", "insufficient_quota"),
        RateLimited,
        3,
        headers={"retry-after": "0"},
    ),
    Case("openai", 404, {"detail": "Not Found"}, BadAnswer, 1, NOTHING_THERE, ("no model",)),
    Case("openai", 404, b"404 page not found\n", BadAnswer, 1, NOTHING_THERE, ("no model",)),
    Case("openai", 404, b"", BadAnswer, 1, NOTHING_THERE, ("no model",)),
    Case("openai", 404, b"{}", BadAnswer, 1, NOTHING_THERE, ("no model",)),
    Case(
        "openai",
        404,
        {"message": "no Route matched with those values"},
        BadAnswer,
        1,
        NOTHING_THERE,
    ),
    Case("openai", 404, {"error": "Cannot POST /models/chat"}, BadAnswer, 1, NOTHING_THERE),
    Case(
        "openai",
        404,
        openai_error("Unknown request URL: POST /x.", "unknown_url"),
        BadAnswer,
        1,
        NOTHING_THERE,
    ),
    Case(
        "lmstudio",
        200,
        {"error": "Unexpected endpoint or method. (POST /x)"},
        BadAnswer,
        1,
        NOTHING_THERE,
    ),
]
