"""Requests that are refused with words of money, keys, models and filters, none of which is meant.

And refusals of a filter, a gateway or an account that say it in words of their own.
"""

from __future__ import annotations

from typing import Any

from nbchat.errors import (
    BadAnswer,
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
from .gateways import NOTHING_THERE, raw
from .lengths import at_least
from .vendors import DAILY, NO_MONEY, coded, exhausted, google

STREAM = {"content-type": "text/event-stream"}
NO_MODEL = ("has no model", "there is nothing")


def cloudflare(code: int, message: str) -> Any:
    return {"success": False, "error": [{"code": code, "message": message}], "result": []}


def tencent(code: str, message: str) -> Any:
    return {"Response": {"Error": {"Code": code, "Message": message}}}


NAMES_OF_THINGS = (
    "Invalid value for 'tools[0].function.name': 'quota_check' does not match the pattern",
    "The tool 'invalid model detector' is declared twice",
    "Invalid schema for function 'model_not_found': None is not of type 'string'",
    "Invalid 'response_format': property 'invalid api key' has no type",
    "Extra inputs are not permitted: 'exceeded your current quota'",
    "The value 'content filter policy' is none of 'a', 'b'",
    "service_tier 'flex' is temporarily unavailable; overloaded",
    "Your organization's policy requires store=false",
    "tool_call_id 'call_9' not found in 'tool_calls' of the previous message",
    "Model does not support the 'developer' role",
)

LOOK_ALIKES = [
    *(
        Case(provider, status, openai_error(message), RequestRefused)
        for provider, status in (("openai", 400), ("openrouter", 422))
        for message in NAMES_OF_THINGS
    ),
    *(
        Case("openai", 200, f"data: {body}\n\n".encode(), RequestRefused, headers=STREAM)
        for body in (
            '{"error":{"message":"operator + is overloaded","type":"invalid_request_error"}}',
            '{"error":{"message":"no rate limit, no credits","type":"BadRequestError"}}',
        )
    ),
    # Mistral's number is Zhipu's, too, for something else.
    *(
        Case(provider, 429, {"message": "Rate limit exceeded", **more}, RateLimited, RETRIED)
        for provider in ("mistral", "openai")
        for more in ({"type": "rate_limited", "code": "1300"},)
    ),
    # A model that is there, but not for this.
    *(
        Case("openrouter", 404, {"error": {"message": said, "code": 404}}, RequestRefused, 1)
        for said in (
            "No endpoints found that support tool use. Try disabling 'question'.",
            "No endpoints found that support image input",
            "This is not a chat model and thus not supported in the v1/chat/completions endpoint.",
            "This model is only supported in v1/responses and not in v1/chat/completions.",
        )
    ),
    Case(
        *("openrouter", 404, coded("404", "No endpoints found matching your data policy.")),
        *(NotAllowed, 1, (), NO_MODEL),
    ),
    # Guardrails of gateways
    Case("openai", 446, openai_error("The guardrail checks failed.", None, "hooks"), Filtered),
    Case("openai", 446, {"code": "9", "message": {"actionReason": "A violation."}}, Filtered, 1),
    Case("openai", 424, cloudflare(2016, "Prompt blocked due to security"), Filtered),
    Case("openai", 400, openai_error("{'error': 'Violated guardrail policy'}"), Filtered),
    Case("xai", 403, {"code": "no permission", "error": "It violates usage guidelines."}, Filtered),
    Case("stepfun", 451, openai_error("Blocked.", None, "censorship_blocked"), Filtered),
    Case("deepseek", 400, openai_error("Content Exists Risk"), Filtered),
    Case("hunyuan", 200, tencent("OperationDenied.TextIllegalDetected", "no"), Filtered),
    # Money, keys, accounts
    Case("openai", 412, {"message": "Usage limit exceeded for the virtual key."}, NoCredit),
    Case("fireworks", 412, openai_error("Account x is suspended."), NotAllowed),
    Case("groq", 400, openai_error("Restricted.", "organization_restricted"), NotAllowed),
    Case(
        *("openai", 401, {"error_code": "X.81005", "error_msg": "The free quota has been used up"}),
        NoCredit,
    ),
    Case("openai", 403, openai_error("该令牌额度已用尽"), NoCredit),
    Case("qwen", 429, coded("Throttling.AllocationQuota", "Free quota exceeded."), NoCredit),
    Case("hunyuan", 200, tencent("FailedOperation.ResourcePackExhausted", "no"), NoCredit),
    Case("hunyuan", 200, tencent("FailedOperation.ServiceNotActivated", "no"), NotAllowed),
    Case("gemini", 429, google(429, "RESOURCE_EXHAUSTED", "credits are depleted."), NoCredit),
    Case(
        *("gemini", 429, google(429, "RESOURCE_EXHAUSTED", "It exceeded its monthly spending cap")),
        *(NoCredit, 1, NO_MONEY),
    ),
    Case(
        *("gemini", 429),
        exhausted("PerMinutePerModel", "0.01s", "requests, limit: 0, model: m\ntokens, limit: 0"),
        *(NoCredit, 1, NO_MONEY),
    ),
    *(
        Case("bedrock", 403, {"__type": "AccessDeniedException", "message": said}, KeyRefused)
        for said in ("Bearer Token has expired", "Authentication failed: is your API Key valid?")
    ),
    # Rates and what is busy
    Case("hunyuan", 200, tencent("X.EngineServerLimitExceeded", "no"), RateLimited, RETRIED),
    Case(
        *("azure", 403, {"message": "Out of call volume quota. It is replenished in 01:02:33."}),
        *(RateLimited, 1, ("63 min",)),
    ),
    Case("openai", 429, {"detail": "Rate limit exceeded: 100 per 1 day"}, RateLimited, 1, DAILY),
    Case("openai", 408, openai_error("It timed out."), ServiceDown, RETRIED, ("took too long",)),
    Case("openai", 503, openai_error("分组 default 下对于模型 m 无可用渠道"), ModelNotFound),
    # What is not there, in words without any model
    Case("openai", 400, cloudflare(7003, "Could not route to /client/v4/x"), BadAnswer, 1),
    Case("openai", 404, {"error": "The object cannot be located"}, BadAnswer, 1, NOTHING_THERE),
    Case(
        *("openai", 404, {"fault": {"faultstring": "Unable to identify proxy for host"}}),
        *(BadAnswer, 1, ("Unable to identify proxy",), ("gives no reason",)),
    ),
    # Shapes
    *(
        Case("openai", 400, body, RequestRefused, 1, ("It says: no room.",), ("no reason",))
        for body in (
            {"fault": {"faultstring": "no room", "detail": {"errorcode": "x"}}},
            {"success": False, "data": {"message": "no room"}},
            {"status": "error", "reason": "no room"},
            {"error": {"error": {"message": "no room"}}},
        )
    ),
    Case("openai", 400, {"errors": {"model": ["is required"]}}, RequestRefused, 1, ("model: is",)),
    Case("openai", 401, {"error": "invalid_token", "error_description": "no"}, KeyRefused, 1),
    Case("openai", 403, {"error": "insufficient_quota", "message": "no"}, NoCredit),
    Case(
        *("openrouter", 400, raw(400, {"error": {"message": at_least(8192, 4096, 4097)}})),
        *(RequestRefused, 1, ("max_tokens is too large", "4095")),
    ),
]
