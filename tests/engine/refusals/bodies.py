"""Bodies that are no JSON of UTF-8, more of what local servers say, and addresses of nothing."""

from __future__ import annotations

from nbchat.errors import (
    BadAnswer,
    ContextTooLong,
    KeyRefused,
    ModelNotFound,
    NoCredit,
    RateLimited,
    RequestRefused,
    ServiceDown,
)

from .case import Case, openai_error
from .gateways import NOTHING_THERE

BODIES = [
    Case("openai", 404, b"model not found", ModelNotFound),
    Case("openai", 400, openai_error("The content filter node has no input"), RequestRefused),
    Case("openai", 401, b'{"error":{"message":"no"}}\n{"x":1}\n', KeyRefused, 1, ("It says: no.",)),
    Case("llamacpp", 500, openai_error("While executing X at line 1, column 9"), RequestRefused),
    Case("llamacpp", 500, openai_error("json_schema is invalid: unrecognized"), RequestRefused),
    Case("openai", 500, "<title>系统错误</title>".encode("gbk"), ServiceDown, 3, ("系统错误",)),
    Case(
        *("openai", 400, '{"error":{"message":"請求錯誤"}}'.encode("big5"), RequestRefused),
        *(1, ("請求錯誤",)),
        headers={"content-type": "application/json;charset=Big5"},
    ),
    Case(
        *("openai", 400),
        b'data: {"error":{"message":"This model\'s maximum context length is 8192 tokens"}}\n\n'
        b"data: [DONE]\n\n",
        *(ContextTooLong, 1, ("8192 tokens",), ("no JSON",)),
    ),
    Case(
        "openai", 429, b'event: error\ndata: {"error":{"code":"insufficient_quota"}}\n\n', NoCredit
    ),
    Case(
        "openai",
        400,
        b'error: {"code":400,"message":"no room","type":"x"}\n\n',
        RequestRefused,
        1,
        ("no room",),
    ),
    Case(
        "openai",
        400,
        b"event: error\ndata: no room at all\n\n",
        RequestRefused,
        1,
        ("no room at all",),
    ),
    Case(
        "openai", 402, '{"error":{"message":"余额不足"}}'.encode("gbk"), NoCredit, 1, ("余额不足",)
    ),
    Case(
        "openai",
        400,
        '{"error":{"message":"模型不存在"}}'.encode("gb18030"),
        ModelNotFound,
        1,
        ("模型不存在",),
    ),
    Case(
        *(
            "openai",
            400,
            '{"error":{"message":"参数错误"}}'.encode("utf-16"),
            RequestRefused,
            1,
            ("参数错误",),
        ),
    ),
    Case(
        *("openai", 400, '{"error":{"message":"パラメータ"}}'.encode("shift_jis"), RequestRefused),
        *(1, ("パラメータ",)),
        headers={"content-type": "application/json; charset=Shift_JIS"},
    ),
    Case(
        "openai",
        400,
        '{"error":{"message":"clé refusée"}}'.encode("latin-1"),
        RequestRefused,
        1,
        ("refusée",),
    ),
    Case(
        "llamacpp",
        500,
        {
            "error": {
                "code": 500,
                "message": "audio input is not supported - hint: mmproj",
                "type": "server_error",
            }
        },
        RequestRefused,
    ),
    Case(
        "llamacpp",
        500,
        {
            "error": {
                "code": 500,
                "message": "Value is not callable: null at row 20, column 4",
                "type": "server_error",
            }
        },
        RequestRefused,
    ),
    Case(
        "llamacpp",
        500,
        {
            "error": {
                "code": 500,
                "message": "Only user and assistant roles are supported!",
                "type": "server_error",
            }
        },
        RequestRefused,
    ),
    Case(
        "llamacpp",
        500,
        {
            "error": {
                "code": 500,
                "message": "No user query found in messages.",
                "type": "server_error",
            }
        },
        RequestRefused,
    ),
    Case(
        "llamacpp",
        500,
        {
            "error": {
                "code": 500,
                "message": "the request exceeds the available context size. try "
                "increasing the context size or enable context shift",
                "type": "server_error",
            }
        },
        ContextTooLong,
    ),
    Case("ollama", 400, {"error": '"m" does not support thinking'}, RequestRefused),
    Case(
        "ollama",
        500,
        {"error": "an error was encountered while running the model: unexpected EOF"},
        ServiceDown,
        3,
    ),
    Case(
        "ollama",
        500,
        {"error": "llama runner process has terminated: cudaMalloc failed: out of memory"},
        ServiceDown,
        1,
    ),
    Case(
        "lmstudio",
        404,
        {
            "error": {
                "message": "No models loaded. Please load a model in the developer page "
                "or use the `lms load` command.",
                "type": "invalid_request_error",
                "param": "model",
                "code": "model_not_found",
            }
        },
        ModelNotFound,
    ),
    Case(
        "lmstudio",
        400,
        {
            "error": "Trying to keep the first 9000 tokens when context the "
            "overflows. However, the model is loaded with context length "
            "of only 4096 tokens"
        },
        ContextTooLong,
    ),
    Case(
        "lmstudio",
        400,
        {"error": "Model does not support images. Please use a model that does."},
        RequestRefused,
    ),
    Case("openai", 404, openai_error("Not Found"), BadAnswer, 1, NOTHING_THERE),
    Case(
        "openai",
        404,
        openai_error("Invalid URL (POST /chat/completions)"),
        BadAnswer,
        1,
        NOTHING_THERE,
    ),
    Case(
        "openai",
        404,
        {
            "message": "Route POST:/chat/completions not found",
            "error": "Not Found",
            "statusCode": 404,
        },
        BadAnswer,
        1,
        NOTHING_THERE,
    ),
    Case(
        "openai",
        404,
        {"error": {"code": "404", "message": "Resource not found"}},
        BadAnswer,
        1,
        NOTHING_THERE,
    ),
    Case("openai", 404, b"default backend - 404", BadAnswer, 1, NOTHING_THERE),
    Case(
        "openai",
        404,
        {"timestamp": "x", "status": 404, "error": "Not Found", "path": "/chat/completions"},
        BadAnswer,
        1,
        NOTHING_THERE,
    ),
    Case("openai", 429, {"error": "upstream: slow down", "retry_after_ms": 10}, RateLimited, 3),
    Case(
        "openai",
        429,
        {
            "error": {"message": "Key over", "type": "tokens", "code": "rate_limit_exceeded"},
            "retry_after": 0.01,
        },
        RateLimited,
        3,
    ),
    Case("openai", 400, b'{"error":{"message":"model is over', RequestRefused),
    Case(
        "openai",
        400,
        b'\n\n{"error":{"message":"first"}}{"error":{"message":"second"}}',
        RequestRefused,
        1,
        ("first",),
    ),
    Case(
        "openai",
        400,
        [{"error": {"code": 400, "message": "in a list"}}],
        RequestRefused,
        1,
        ("in a list",),
    ),
    Case(
        "openai",
        200,
        openai_error("This request was over the context window", "context_length_exceeded"),
        ContextTooLong,
    ),
    Case("openai", 200, openai_error("server busy", None, "server_error"), ServiceDown, 3),
]
