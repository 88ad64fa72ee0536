"""What the other vendors send, of Europe and of China: numbers, and codes of many words."""

from __future__ import annotations

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
from .vendors import DAILY, NO_MONEY, QUOTA_WORDS, coded

OTHERS = [
    Case(
        "cohere",
        400,
        {"error_type": "TOO_MANY_TOKENS", "message": "too many tokens: over."},
        ContextTooLong,
    ),
    Case(
        *(
            "cohere",
            429,
            {"message": "You are using a Trial key, limited to 1000 API calls / month."},
        ),
        *(RateLimited, 1, ("monthly limit",)),
    ),
    Case(
        "mistral",
        400,
        {"object": "error", "message": "Invalid model: m", "type": "invalid_model", "code": "1500"},
        ModelNotFound,
    ),
    Case("mistral", 401, {"message": "Unauthorized", "request_id": "r"}, KeyRefused),
    Case("mistral", 429, {"message": "Requests rate limit exceeded"}, RateLimited, RETRIED),
    Case(
        *("groq", 413),
        openai_error(
            "Request too large for m on tokens per minute (TPM): Limit 6000, Requested 9000.",
            "rate_limit_exceeded",
            "tokens",
        ),
        ContextTooLong,
    ),
    Case(
        *("groq", 429),
        openai_error(
            "Rate limit reached for m on tokens per day (TPD): Limit 100000, Used 99999, "
            "Requested 500. Please try again in 7m12.5s.",
            "rate_limit_exceeded",
            "tokens",
        ),
        *(RateLimited, 1, DAILY),
    ),
    Case(
        "groq",
        400,
        openai_error("m has been decommissioned.", "model_decommissioned"),
        ModelNotFound,
    ),
    Case(
        *("groq", 400, openai_error("`max_tokens` must be less than or equal to `8192`")),
        *(RequestRefused, 1, ("max_tokens is too large", "8192")),
    ),
    Case("deepseek", 402, openai_error("Insufficient Balance", "invalid_request_error"), NoCredit),
    Case(
        *(
            "deepseek",
            400,
            openai_error("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"),
        ),
        *(RequestRefused, 1, ("max_tokens is too large", "8192")),
    ),
    Case("kimi", 429, openai_error("Suspended.", None, "exceeded_current_quota_error"), NoCredit),
    Case("kimi", 429, openai_error("Full.", None, "engine_overloaded_error"), ServiceDown, RETRIED),
    Case("kimi", 429, openai_error("max RPM: 3", None, "rate_limit_reached_error"), RateLimited, 3),
    Case("kimi", 403, openai_error("Your account balance is insufficient."), NoCredit),
    Case("glm", 429, coded("1113", "您的账户已欠费"), NoCredit, 1, NO_MONEY),
    Case("glm", 429, coded("1302", "您当前使用该API的并发数过高"), RateLimited, RETRIED),
    Case("glm", 429, coded("1304", "该API已达今日调用次数限额"), RateLimited, 1, DAILY),
    Case("glm", 400, coded("1211", "模型不存在"), ModelNotFound),
    Case("glm", 400, coded("1301", "系统检测到输入可能包含不安全或敏感内容"), Filtered),
    Case("glm", 401, coded("1002", "Authorization Token非法"), KeyRefused),
    Case("glm", 429, coded("1305", "该API已触发流量限制"), ServiceDown, RETRIED),
    Case(
        "qwen",
        429,
        openai_error(QUOTA_WORDS, "insufficient_quota", "insufficient_quota"),
        RateLimited,
        3,
    ),
    Case("qwen", 429, {"code": "Throttling.RateQuota", "message": "Slower."}, RateLimited, RETRIED),
    Case("qwen", 400, openai_error("Access denied.", "Arrearage", "Arrearage"), NoCredit),
    Case("qwen", 400, openai_error("Inappropriate.", "data_inspection_failed"), Filtered),
    Case("qwen", 403, openai_error("Free.", "AllocationQuota.FreeTierOnly"), NoCredit),
    Case(
        *(
            "qwen",
            400,
            openai_error("Range of max_tokens should be [1, 8192]", "invalid_parameter_error"),
        ),
        *(RequestRefused, 1, ("8192",)),
    ),
    Case(
        "ernie",
        200,
        {"error_code": 17, "error_msg": "daily request limit reached"},
        RateLimited,
        1,
        DAILY,
    ),
    Case("ernie", 200, {"error_code": 18, "error_msg": "qps limit reached"}, RateLimited, RETRIED),
    Case("ernie", 200, {"error_code": 110, "error_msg": "Access token invalid"}, KeyRefused),
    Case("ernie", 400, openai_error("Too long.", "tokens_too_long"), ContextTooLong),
    Case(
        "hunyuan",
        200,
        {"Response": {"Error": {"Code": "AuthFailure.X", "Message": "no"}}},
        KeyRefused,
    ),
    Case(
        "hunyuan",
        200,
        {"Response": {"Error": {"Code": "RequestLimitExceeded", "Message": "no"}}},
        *(RateLimited, RETRIED),
    ),
    Case("doubao", 403, openai_error("Overdue.", "AccountOverdueError", "Forbidden"), NoCredit),
    Case(
        "doubao", 404, openai_error("Not there.", "InvalidEndpointOrModel.NotFound"), ModelNotFound
    ),
    Case("doubao", 404, openai_error("Activate it.", "ModelNotOpen", "NotFound"), ModelNotFound),
    Case("doubao", 429, openai_error("Used.", "QuotaExceeded", "TooManyRequests"), NoCredit),
    Case(
        *("doubao", 429, openai_error("Slow.", "RateLimitExceeded.EndpointRPMExceeded")),
        *(RateLimited, RETRIED),
    ),
    Case("doubao", 429, openai_error("Full.", "ServerOverloaded"), ServiceDown, RETRIED),
    Case("doubao", 400, openai_error("No.", "InputTextSensitiveContentDetected"), Filtered),
    Case("minimax", 200, {"base_resp": {"status_code": 1008, "status_msg": "no"}}, NoCredit),
    Case("minimax", 200, {"base_resp": {"status_code": 1002, "status_msg": "no"}}, RateLimited, 3),
    Case("minimax", 200, {"base_resp": {"status_code": 1004, "status_msg": "no"}}, KeyRefused),
    Case("minimax", 200, {"base_resp": {"status_code": 2013, "status_msg": "no"}}, RequestRefused),
    Case("openai", 200, {"base_resp": {"status_code": 1002, "status_msg": "no"}}, RateLimited, 3),
    Case("spark", 200, {"code": 10013, "message": "no", "sid": "s"}, Filtered),
    Case("spark", 200, {"code": 11201, "message": "no", "sid": "s"}, RateLimited, 1, DAILY),
    Case("spark", 200, {"code": 11202, "message": "no", "sid": "s"}, RateLimited, RETRIED),
    Case("spark", 200, {"code": 10907, "message": "no", "sid": "s"}, ContextTooLong),
    Case(
        *("xai", 403),
        {"code": "The caller does not have permission", "error": "You don't have any credits yet."},
        NoCredit,
    ),
    Case(
        "xai", 400, {"code": "invalid-argument", "error": "Incorrect API key provided."}, KeyRefused
    ),
    Case("perplexity", 401, openai_error("Invalid.", None, "invalid_api_key"), KeyRefused),
    Case("siliconflow", 403, {"code": 30001, "message": "no", "data": None}, NoCredit),
    Case("siliconflow", 400, {"code": 20012, "message": "no", "data": None}, ModelNotFound),
    Case("siliconflow", 503, {"code": 50505, "message": "no", "data": None}, ServiceDown, RETRIED),
    Case("stepfun", 402, openai_error("Recharge."), NoCredit),
    Case("qwen", 400, openai_error("Model not exist.", "model_not_found"), ModelNotFound),
    Case("qwen", 401, openai_error("Incorrect API key provided.", "invalid_api_key"), KeyRefused),
    Case(
        "qwen",
        429,
        openai_error("Requests rate limit exceeded", "limit_requests", "limit_requests"),
        RateLimited,
        3,
    ),
    Case(
        "qwen",
        400,
        openai_error("Range of input length should be [1, 30720]", "invalid_parameter_error"),
        ContextTooLong,
    ),
    Case(
        "qwen",
        429,
        {
            "code": "Throttling.AllocationQuota",
            "message": "Allocated quota exceeded, please increase your quota limit.",
        },
        RateLimited,
        3,
    ),
    Case(
        "qwen", 403, {"code": "Model.AccessDenied", "message": "Model access denied."}, NotAllowed
    ),
    Case("ernie", 401, openai_error("no", "invalid_iam_token"), KeyRefused),
    Case(
        "ernie",
        429,
        openai_error(
            "Rate limit reached for TPM", "tpm_rate_limit_exceeded", "rate_limit_exceeded"
        ),
        RateLimited,
        3,
    ),
    Case("ernie", 400, openai_error("x", "invalid_model"), ModelNotFound),
    Case("hunyuan", 402, openai_error("The model is not enabled in the console."), NotAllowed),
    Case("doubao", 401, openai_error("no", "AuthenticationError", "Unauthorized"), KeyRefused),
    Case(
        "doubao", 429, openai_error("no", "RequestBurstTooFast", "TooManyRequests"), RateLimited, 3
    ),
    Case(
        "minimax",
        429,
        {
            "type": "error",
            "error": {
                "type": "insufficient_balance_error",
                "message": "insufficient balance (1008)",
                "http_code": "429",
            },
        },
        NoCredit,
    ),
    Case(
        "minimax",
        400,
        {
            "type": "error",
            "error": {
                "type": "bad_request_error",
                "message": "invalid params (2013)",
                "http_code": "400",
            },
        },
        RequestRefused,
    ),
    Case(
        "xai",
        429,
        {"code": "Some resource has been exhausted", "error": "Too many requests for team"},
        RateLimited,
        3,
    ),
    Case(
        "xai",
        404,
        {
            "code": "Some requested entity was not found",
            "error": "The model m-9 does not exist or your team does not have access",
        },
        ModelNotFound,
    ),
]
