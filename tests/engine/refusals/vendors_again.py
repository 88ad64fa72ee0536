"""More of what vendors send, each of a kind that stands in the other tables."""

from __future__ import annotations

from nbchat.errors import (
    BadAnswer,
    ContextTooLong,
    KeyRefused,
    ModelNotFound,
    NotAllowed,
    RateLimited,
    RequestRefused,
    ServiceDown,
)

from .case import Case, openai_error
from .vendors import claude, coded, exhausted, google

VENDORS_AGAIN = [
    Case(
        "gemini",
        429,
        google(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
        RateLimited,
        3,
    ),
    Case(
        "gemini",
        429,
        exhausted("GenerateContentInputTokensPerModelPerMinute-FreeTier", "0.01s"),
        RateLimited,
        3,
    ),
    Case(
        "gemini",
        400,
        google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
        RequestRefused,
    ),
    Case(
        "gemini",
        400,
        google(
            400,
            "INVALID_ARGUMENT",
            "The input token count (2000000) exceeds the maximum number of "
            "tokens allowed (1048576).",
        ),
        ContextTooLong,
    ),
    Case(
        "gemini",
        403,
        google(
            403,
            "PERMISSION_DENIED",
            "Method doesn't allow unregistered callers. Please use API Key",
        ),
        NotAllowed,
    ),
    Case(
        "openai",
        400,
        openai_error("The 'payment' tool is busy with 'credits' and rate limits"),
        RequestRefused,
    ),
    Case(
        "openai",
        400,
        openai_error("Invalid value: 'moderation'. Supported values are: 'input_text'"),
        RequestRefused,
    ),
    Case(
        "openai",
        400,
        openai_error(
            "Invalid 'messages[1].content': string too long. Expected a "
            "string with maximum length 10485760, but got a string with "
            "length 20000000 instead.",
            "string_above_max_length",
        ),
        ContextTooLong,
    ),
    Case(
        "openai",
        400,
        openai_error(
            "Unsupported parameter: 'max_tokens' is not supported with "
            "this model. Use 'max_completion_tokens' instead.",
            "unsupported_parameter",
        ),
        RequestRefused,
        1,
        (),
        ("too large",),
    ),
    Case(
        "openai",
        400,
        openai_error(
            "Could not finish the message because max_tokens or model "
            "output limit was reached. Please try again with higher "
            "max_tokens."
        ),
        RequestRefused,
        1,
        (),
        ("too large",),
    ),
    Case(
        "openai",
        400,
        openai_error(
            "Invalid 'max_output_tokens': integer below minimum value. "
            "Expected a value >= 16, but got 1 instead.",
            "integer_below_min_value",
        ),
        RequestRefused,
        1,
        (),
        ("too large",),
    ),
    Case(
        "openai",
        403,
        openai_error(
            "Country, region, or territory not supported", "unsupported_country_region_territory"
        ),
        NotAllowed,
    ),
    Case("openai", 429, openai_error("Too many requests"), RateLimited, 3),
    Case(
        "openai",
        500,
        openai_error(
            "The server had an error while processing your request. Sorry about that!",
            None,
            "server_error",
        ),
        ServiceDown,
        3,
    ),
    Case("openai", 502, b"<html><title>502 Bad Gateway</title></html>", ServiceDown, 3),
    Case(
        "openai",
        401,
        openai_error("You must be a member of an organization to use the API"),
        KeyRefused,
    ),
    Case(
        "anthropic",
        429,
        claude(
            "rate_limit_error",
            "This request would exceed your account's rate limit. Please try again later.",
        ),
        RateLimited,
        3,
    ),
    Case("anthropic", 500, claude("api_error", "Internal server error"), ServiceDown, 3),
    Case("anthropic", 403, claude("forbidden", "Request not allowed"), NotAllowed),
    Case("anthropic", 404, claude("not_found_error", "Not Found"), BadAnswer),
    Case(
        "anthropic",
        400,
        claude("invalid_request_error", "messages.1: image exceeds 5 MB maximum: 6 MB > 5 MB"),
        RequestRefused,
    ),
    Case(
        "anthropic",
        400,
        claude(
            "invalid_request_error", "`max_tokens` must be greater than `thinking.budget_tokens`"
        ),
        RequestRefused,
        1,
        (),
        ("too large",),
    ),
    Case(
        "bedrock",
        400,
        {
            "message": "The maximum tokens you requested exceeds the model limit of "
            "4096. Try again with a maximum tokens value that is lower "
            "than 4096."
        },
        RequestRefused,
        1,
        ("4096", "max_tokens is too large"),
    ),
    Case("bedrock", 400, {"message": "Input is too long for requested model."}, ContextTooLong),
    Case(
        "bedrock",
        400,
        {"message": "Invocation of model ID x with on-demand throughput isn't supported."},
        RequestRefused,
    ),
    Case("bedrock", 503, {"message": "Too many connections"}, ServiceDown, 3),
    Case("bedrock", 424, {"message": "model failed"}, RequestRefused),
    Case(
        "mistral",
        422,
        {
            "object": "error",
            "message": {
                "detail": [{"loc": ["body", "temperature"], "msg": "Input should be less than 1.5"}]
            },
        },
        RequestRefused,
    ),
    Case(
        "mistral",
        429,
        {
            "object": "error",
            "message": "Service tier capacity exceeded for this model.",
            "type": "service_tier_capacity_exceeded",
            "code": "3505",
        },
        ServiceDown,
        3,
    ),
    Case(
        "mistral",
        400,
        {
            "object": "error",
            "message": "Prompt contains 65673 tokens and 0 draft tokens, too large "
            "for model with 32768 maximum context length",
            "type": "invalid_request_prompt",
            "code": "3051",
        },
        ContextTooLong,
    ),
    Case("cohere", 401, {"message": "invalid api token"}, KeyRefused),
    Case(
        "cohere",
        404,
        {"message": "model 'x' not found, make sure the correct model ID was used"},
        ModelNotFound,
    ),
    Case(
        "groq",
        400,
        openai_error(
            "Please reduce the length of the messages or completion.", "context_length_exceeded"
        ),
        ContextTooLong,
    ),
    Case("groq", 503, openai_error("Service unavailable", "service_unavailable"), ServiceDown, 3),
    Case(
        "groq",
        498,
        openai_error("Flex tier capacity exceeded", "capacity_exceeded"),
        ServiceDown,
        3,
    ),
    Case(
        "deepseek",
        401,
        openai_error("Authentication Fails", "invalid_request_error", "authentication_error"),
        KeyRefused,
    ),
    Case("deepseek", 503, openai_error("Server overloaded"), ServiceDown, 3),
    Case("deepseek", 400, openai_error("Model Not Exist", "invalid_request_error"), ModelNotFound),
    Case(
        "kimi",
        400,
        openai_error(
            "Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)"
        ),
        ContextTooLong,
    ),
    Case(
        "kimi",
        404,
        openai_error(
            "Not found the model kimi-x or Permission denied", None, "resource_not_found_error"
        ),
        ModelNotFound,
    ),
    Case(
        "kimi",
        429,
        openai_error(
            "Your account org-x<ak-y> request reached organization max "
            "RPM: 3, please try again after 1 seconds",
            None,
            "rate_limit_reached_error",
        ),
        RateLimited,
        3,
    ),
    Case("glm", 400, coded("1261", "Prompt 超长"), ContextTooLong),
    Case(
        "glm",
        429,
        coded("1308", "已达到 5 小时的使用上限。您的限额将在 2026-12-01 00:00:00 重置"),
        RateLimited,
        3,
    ),
    Case(
        "glm",
        400,
        coded("1214", "max_tokens 参数非法。取值范围[1,98304]"),
        RequestRefused,
        1,
        ("98304",),
    ),
]
