"""Questions and answers that are too long, in the words of servers, and what only looks like it."""

from __future__ import annotations

from typing import Any

from nbchat.errors import ContextTooLong, RequestRefused

from .case import Case, openai_error

TOO_LONG = (1, ("too long",), ("max_tokens is too large",))
SHORTER = ("max_tokens is too large",)


def vllm(message: str, param: str | None = None) -> Any:
    kind = "BadRequestError"
    return {"error": {"message": message, "type": kind, "param": param, "code": 400}}


def at_least(window: int, asked: int, given: int) -> str:
    return (
        f"This model's maximum context length is {window} tokens. However, you requested {asked} "
        f"output tokens and your prompt contains at least {given} input tokens, for a total of at "
        f"least {asked + given} tokens. Please reduce the length of the input prompt or the number "
        f"of requested output tokens. (parameter=input_tokens, value={given})"
    )


def passed(window: int, asked: int, given: str) -> str:
    return (
        f"You passed {given} and requested {asked} output tokens. However, the model's context "
        f"length is only {window} tokens, resulting in a maximum input length of {window - asked} "
        "tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=1)"
    )


def requested(asked: int, parts: str) -> str:
    return (
        f"This model's maximum context length is 8192 tokens, however you requested {asked} tokens "
        f"({parts}). Please reduce your prompt; or completion length."
    )


LENGTHS = [
    # The answer: vLLM counts no more of the question than would fit, and says so or not.
    Case(
        *("vllm", 400, vllm(at_least(32768, 32000, 769), "input_tokens"), RequestRefused, 1),
        *((*SHORTER, "no more than 31999 fit"), ("The largest that fits",)),
    ),
    Case(
        *("vllm", 400, vllm(passed(32000, 4096, "27905 input tokens")), RequestRefused, 1),
        (*SHORTER, "no more than 4095 fit"),
    ),
    Case(
        *("vllm", 400, vllm(passed(32000, 32000, "74655 input characters")), RequestRefused, 1),
        (*SHORTER, "Ask for a shorter answer"),
    ),
    Case(
        *("openrouter", 400),
        openai_error(requested(9192, "30 of text input, 162 of tool input, 9000 in the output")),
        *(RequestRefused, 1, (*SHORTER, "The largest that fits is 8000")),
    ),
    Case(
        *("openai", 400, openai_error(requested(9030, "30 in your prompt; 9000 for the output"))),
        *(RequestRefused, 1, (*SHORTER, "8162")),
    ),
    Case(
        *("sglang", 400, vllm("max_completion_tokens is too large: 20000.This model supports at ")),
        *(RequestRefused, 1, SHORTER),
    ),
    # The question
    Case("vllm", 400, vllm(at_least(8192, 0, 8193)), ContextTooLong, *TOO_LONG),
    Case("vllm", 400, vllm(passed(8192, 0, "8193 input tokens")), ContextTooLong, *TOO_LONG),
    Case("vllm", 400, vllm(passed(8192, 9, "99999 input characters")), ContextTooLong, *TOO_LONG),
    Case(
        *(
            "openai",
            400,
            openai_error(requested(9001, "9000 in your prompt; 1 for the completion")),
        ),
        *(ContextTooLong, *TOO_LONG),
    ),
    *(
        Case(provider, status, body, ContextTooLong, *TOO_LONG)
        for provider, status, body in (
            (
                "sglang",
                400,
                vllm("The input (61709 tokens) is longer than the model's context length (40960)."),
            ),
            (
                "huggingface",
                422,
                {"error": "Input validation error: `inputs` must have less than 4096 tokens."},
            ),
            ("lmstudio", 400, {"error": "Cannot truncate prompt with n_keep (150) >= n_ctx (74)"}),
            ("llamacpp", 500, openai_error("Context size has been exceeded.", None, "server")),
            ("bedrock", 400, {"message": "Number of input tokens exceeds maximum length."}),
            (
                "cohere",
                400,
                {"message": "total number of tokens in the prompt cannot exceed 4081 - received 9"},
            ),
            (
                "xai",
                400,
                {
                    "code": "Client specified an invalid argument",
                    "error": "This model's maximum prompt length is 131072 but the request "
                    "contains 300000 tokens.",
                },
            ),
            (
                "siliconflow",
                400,
                {
                    "code": 20015,
                    "message": "length of prompt_tokens (40) must be less than max_seq_len (32).",
                },
            ),
            (
                "minimax",
                200,
                {"base_resp": {"status_code": 2013, "status_msg": "context window exceeds limit"}},
            ),
            (
                "doubao",
                400,
                openai_error("Total tokens of image and text exceed max message tokens."),
            ),
        )
    ),
    # Neither
    *(
        Case(provider, status, openai_error(message), RequestRefused, 1, (), ("too long",))
        for provider, status in (("openai", 400), ("vllm", 422))
        for message in (
            "messages[0].content: the context size variable is not defined",
            "schema property 'maximum context' is not allowed",
            "The maximum number of tokens must be positive",
            "Failed to apply chat template: the model's context window slots do not match",
            "Failed to parse messages[0].content: unexpected token '>' at column 20",
            "messages[3].content[0].image_url: image must be less than 20 MB",
            "tools[2].parameters must be less than 64 KB: schema too large",
            "stop sequences must not contain more than 4 entries",
            "prompt_cache_key: maximum length is 64",
        )
    ),
]
