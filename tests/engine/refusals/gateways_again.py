"""More of what gateways and hosts of many models send."""

from __future__ import annotations

from nbchat.errors import (
    ContextTooLong,
    KeyRefused,
    ModelNotFound,
    NoCredit,
    NotAllowed,
    RateLimited,
    RequestRefused,
    ServiceDown,
)

from .case import Case, openai_error

GATEWAYS_AGAIN = [
    Case("openrouter", 403, openai_error("Key limit exceeded (total limit)."), NotAllowed),
    Case(
        "openrouter",
        402,
        openai_error(
            "This request requires more credits, or fewer max_tokens. You "
            "requested up to 4096 tokens, but can only afford 2000."
        ),
        NoCredit,
    ),
    Case("openrouter", 400, openai_error("nope is not a valid model ID"), ModelNotFound),
    Case(
        "openrouter",
        400,
        openai_error(
            "This endpoint's maximum context length is 8192 tokens. "
            "However, you requested about 20030 tokens (30 of text input, "
            "20000 in the output). Please reduce the length of either one."
        ),
        RequestRefused,
        1,
        ("8162",),
    ),
    Case("openrouter", 408, openai_error("timed out"), ServiceDown, 3),
    Case(
        "huggingface",
        400,
        {"error": "The requested model 'x' is not supported by any provider you have enabled."},
        ModelNotFound,
    ),
    Case("huggingface", 401, {"error": "Invalid username or password."}, KeyRefused),
    Case(
        "together",
        403,
        openai_error(
            "Input token count + max_tokens parameter must be less than the context length"
        ),
        NotAllowed,
    ),
    Case(
        "fireworks",
        404,
        {
            "error": {
                "message": "Model not found, inaccessible, and/or not deployed",
                "code": "NOT_FOUND",
            }
        },
        ModelNotFound,
    ),
    Case(
        "perplexity",
        400,
        openai_error(
            "Invalid model 'x'. Permitted models can be found in the documentation",
            None,
            "invalid_model",
        ),
        ModelNotFound,
    ),
    Case(
        "nvidia",
        402,
        {"detail": "Account 'x': Cloud credits expired - Please contact NVIDIA representatives"},
        NoCredit,
    ),
    Case(
        "nvidia",
        401,
        {"status": 401, "title": "Unauthorized", "detail": "Authentication failed"},
        KeyRefused,
    ),
    Case(
        "openai",
        400,
        openai_error("litellm.BadRequestError: No healthy deployments for this model"),
        ModelNotFound,
    ),
    Case(
        "openai",
        429,
        openai_error(
            "No deployments available for selected model, Try again in 0.01 seconds.", "429", "None"
        ),
        RateLimited,
        3,
    ),
    Case(
        "vllm",
        400,
        openai_error(
            "As of transformers v4.44, default chat template is no longer allowed",
            "400",
            "BadRequestError",
        ),
        RequestRefused,
    ),
    Case(
        "vllm",
        400,
        openai_error("m is not a multimodal model", "400", "BadRequestError"),
        RequestRefused,
    ),
    Case(
        "vllm",
        400,
        openai_error(
            '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser',
            "400",
        ),
        RequestRefused,
    ),
    Case(
        "vllm",
        400,
        openai_error("max_tokens must be at least 1, got 0.", "400"),
        RequestRefused,
        1,
        (),
        ("too large",),
    ),
    Case(
        "vllm",
        400,
        openai_error(
            "The decoder prompt (length 9000) is longer than the maximum model length of 8192.",
            "400",
        ),
        ContextTooLong,
    ),
]
