"""What servers of one's own send."""

from __future__ import annotations

from typing import Any

from nbchat.errors import (
    BadAnswer,
    ContextTooLong,
    KeyRefused,
    ModelNotFound,
    RequestRefused,
    ServiceDown,
)

from .case import RETRIED, Case, openai_error
from .gateways import NOTHING_THERE


def llamacpp(code: int, message: str, kind: str = "server_error") -> Any:
    return {"error": {"code": code, "message": message, "type": kind}}


IMAGE = "image input is not supported - hint: if this is unexpected, you may need to provide mmproj"
AT_ONCE = (1, ("refuses the request", "Nothing was added"), ("Ask again in a while",))
VLLM_MAX_TOKENS = (
    "'max_tokens' or 'max_completion_tokens' is too large: 20000. This model's maximum context "
    "length is 8192 tokens and your request has 30 input tokens (20000 > 8192 - 30)."
)

SERVERS = [
    # Servers of one's own
    Case(
        "llamacpp",
        404,
        llamacpp(404, "File Not Found", "not_found_error"),
        BadAnswer,
        1,
        NOTHING_THERE,
    ),
    Case("llamacpp", 500, llamacpp(500, IMAGE), RequestRefused, *AT_ONCE),
    Case("llamacpp", 500, llamacpp(500, "System role not supported"), RequestRefused, *AT_ONCE),
    Case(
        "llamacpp",
        500,
        llamacpp(500, "tools param requires --jinja flag"),
        RequestRefused,
        *AT_ONCE,
    ),
    Case(
        "llamacpp",
        500,
        llamacpp(500, "Cannot use both json_schema and grammar"),
        RequestRefused,
        *AT_ONCE,
    ),
    Case(
        "llamacpp", 500, llamacpp(500, "Cannot determine type of 'item'"), RequestRefused, *AT_ONCE
    ),
    Case(
        *(
            "llamacpp",
            500,
            llamacpp(500, "Conversation roles must alternate user/assistant at row 1, column 9"),
        ),
        *(RequestRefused, *AT_ONCE),
    ),
    Case("llamacpp", 500, llamacpp(500, "failed to parse grammar"), RequestRefused, *AT_ONCE),
    Case(
        *(
            "llamacpp",
            501,
            llamacpp(501, "This server does not support it.", "not_supported_error"),
        ),
        RequestRefused,
    ),
    Case("llamacpp", 500, llamacpp(500, "slot is gone"), ServiceDown, RETRIED),
    Case(
        "llamacpp", 503, llamacpp(503, "Loading model", "unavailable_error"), ServiceDown, RETRIED
    ),
    Case("llamacpp", 400, llamacpp(400, "no", "exceed_context_size_error"), ContextTooLong),
    Case("llamacpp", 401, llamacpp(401, "Invalid API Key", "authentication_error"), KeyRefused),
    Case(
        "vllm",
        400,
        {"object": "error", "message": VLLM_MAX_TOKENS, "code": 400},
        RequestRefused,
        1,
        ("8162",),
    ),
    Case(
        *("sglang", 400),
        openai_error(
            "Requested token count exceeds the model's maximum context length of 8192 tokens. You "
            "requested a total of 20030 tokens: 30 tokens from the input messages and 20000 tokens "
            "for the completion.",
            "400",
        ),
        *(RequestRefused, 1, ("8162",)),
    ),
    Case(
        *("vllm", 400, openai_error("This model's maximum context length is 8192 tokens.", "400")),
        *(ContextTooLong, 1, ("too long",), ("max_tokens is too large",)),
    ),
    Case(
        "vllm",
        404,
        openai_error("The model `m` does not exist.", "404", "NotFoundError"),
        ModelNotFound,
    ),
    Case("ollama", 404, {"error": "model 'm' not found, try pulling it first"}, ModelNotFound),
    Case("ollama", 400, {"error": "m does not support tools"}, RequestRefused),
    Case(
        *(
            "ollama",
            500,
            {"error": "model requires more system memory (9 GiB) than is available (2 GiB)"},
        ),
        *(ServiceDown, 1, ("more system memory",)),
    ),
    Case(
        "ollama",
        500,
        {"error": "this model is missing data required for image input"},
        RequestRefused,
    ),
    Case(
        "lmstudio",
        400,
        openai_error("Invalid model identifier 'm'.", "model_not_found"),
        ModelNotFound,
    ),
    Case(
        "lmstudio", 400, {"error": "Error rendering prompt with jinja template: x"}, RequestRefused
    ),
]
