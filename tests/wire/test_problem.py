"""Whatever shape an error has, its words are found; and no answer is taken for an error.

The shapes are those of facts/providers.md sections 9 and 10.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic_core import from_json

from nbchat.wire.problem import ProviderProblem, problem_in

from ..nightly import examples
from .format_contract import nonsense
from .replay import (
    FAMILIES,
    STREAMS,
    Recording,
    frames,
    in_one_piece,
    recordings,
    why_none,
)


def found(body: Any) -> ProviderProblem:
    what = problem_in(body)
    assert what is not None
    assert str(what) == what.message
    return what


# --- every shape ------------------------------------------------------------------------

SHAPES: dict[str, tuple[Any, str, str, str]] = {  # body, message, code, kind
    "openai": (
        {
            "error": {
                "message": "No such model.",
                "type": "invalid_request_error",
                "param": None,
                "code": "model_not_found",
            }
        },
        *("No such model.", "model_not_found", "invalid_request_error"),
    ),
    "kimi": (
        {"error": {"type": "exceeded_current_quota_error", "message": "insufficient balance"}},
        *("insufficient balance", "", "exceeded_current_quota_error"),
    ),
    "glm": ({"error": {"code": "1211", "message": "模型不存在"}}, "模型不存在", "1211", ""),
    "anthropic": (
        {
            "type": "error",
            "error": {"type": "overloaded_error", "message": "Overloaded"},
            "request_id": "req_1",
        },
        *("Overloaded", "", "overloaded_error"),
    ),
    "gemini": (
        {"error": {"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED"}},
        *("Quota exceeded.", "429", "RESOURCE_EXHAUSTED"),
    ),
    "gemini in a list": (
        [{"error": {"code": 500, "message": "Internal.", "status": "INTERNAL"}}],
        "Internal.",
        "500",
        "INTERNAL",
    ),
    "qianfan": (
        {
            "error": {"code": "malformed_json", "message": "bad", "type": "invalid_request_error"},
            "id": "as-1",
        },
        *("bad", "malformed_json", "invalid_request_error"),
    ),
    "qianfan v1": (
        {"error_code": 110, "error_msg": "Access token invalid"},
        "Access token invalid",
        "110",
        "",
    ),
    "qwen": (
        {
            "error": {"message": "Arrears.", "type": "Arrearage", "code": "Arrearage"},
            "request_id": "r",
        },
        *("Arrears.", "Arrearage", "Arrearage"),
    ),
    "minimax": (
        {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
        "insufficient balance",
        "1008",
        "",
    ),
    "minimax, choices null": (
        {"id": "", "choices": None, "base_resp": {"status_code": 1004, "status_msg": "login fail"}},
        *("login fail", "1004", ""),
    ),
    "mistral": (
        {
            "object": "error",
            "message": "Invalid model: x",
            "type": "invalid_model",
            "param": None,
            "code": "1500",
        },
        *("Invalid model: x", "1500", "invalid_model"),
    ),
    "mistral 422": (
        {
            "object": "error",
            "message": {"detail": [{"type": "missing", "loc": ["body"], "msg": "Field required"}]},
        },
        *("Field required", "", ""),
    ),
    "fastapi": ({"detail": "Not Found"}, "Not Found", "", ""),
    "fastapi 422": (
        {"detail": [{"loc": ["body", "n"], "msg": "too big", "type": "value"}, {"msg": "extra"}]},
        *("too big; extra", "", ""),
    ),
    "fastapi, an object": ({"detail": {"message": "expired", "code": "token"}}, "expired", "", ""),
    "xai": (
        {"code": "invalid-argument", "error": "Incorrect API key."},
        "Incorrect API key.",
        "invalid-argument",
        "",
    ),
    "ollama": ({"error": "model 'x' not found"}, "model 'x' not found", "", ""),
    "openrouter, in a stream": (
        {
            "id": "g",
            "error": {"code": 502, "message": "Upstream."},
            "choices": [{"delta": {}, "finish_reason": "error"}],
        },
        *("Upstream.", "502", ""),
    ),
    "siliconflow": (
        {"code": 20012, "message": "Model does not exist.", "data": None},
        "Model does not exist.",
        "20012",
        "",
    ),
    "spark": ({"code": 10013, "message": "refused", "sid": "s"}, "refused", "10013", ""),
    "spark, beside choices": (
        {"code": 10013, "message": "refused", "sid": "s", "choices": []},
        "refused",
        "10013",
        "",
    ),
    "llama.cpp": (
        {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}},
        *("Loading model", "503", "unavailable_error"),
    ),
    "vllm, flat": (
        {
            "object": "error",
            "message": "too long",
            "type": "BadRequestError",
            "param": None,
            "code": 400,
        },
        *("too long", "400", "BadRequestError"),
    ),
    "bedrock": (
        {"message": "The security token is expired"},
        "The security token is expired",
        "",
        "",
    ),
    "aws, capital": ({"Message": "not authorized"}, "not authorized", "", ""),
    "cohere": (
        {"id": "c", "error_type": "TOO_MANY_TOKENS", "message": "too many tokens"},
        *("too many tokens", "", "TOO_MANY_TOKENS"),
    ),
    "azure gateway": ({"statusCode": 401, "message": "Access denied"}, "Access denied", "", ""),
    "cloudflare": (
        {"success": False, "errors": [{"code": 7000, "message": "No route"}], "result": None},
        "No route",
        "7000",
        "",
    ),
    "hugging face": ({"error": ["first", "second"]}, "first", "", ""),
    "a gateway around another": ({"error": {"error": {"message": "inner"}}}, "inner", "", ""),
    "two words for it": (
        {"statusCode": 404, "error": "Not Found", "message": "Cannot POST /v2"},
        "Not Found: Cannot POST /v2",
        "",
        "",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_words_the_code_and_the_kind_are_found(shape: str) -> None:
    body, message, code, kind = SHAPES[shape]

    what = found(body)
    assert (what.message, what.code, what.kind) == (message, code, kind)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"error": {"message": "m", "code": 429}}, 429),
        ({"error": {"message": "m", "code": "503"}}, 503),
        ({"error": {"message": "m", "code": 1211}}, None),
        ({"error": {"message": "m", "status": "NOT_FOUND", "code": 404}}, 404),
        ({"error": {"message": "m"}, "status": 401}, 401),
        ({"object": "error", "message": "m", "raw_status_code": 400, "code": "1500"}, 400),
        ({"error": {"message": "m", "code": "²⁰⁴"}}, None),
    ],
)
def test_a_status_is_a_status_only_where_it_can_be_one(body: Any, status: int | None) -> None:
    assert found(body).status == status


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [("12s", 12.0), ("0.5s", 0.5), ("soon", None), ("-3s", None), ("infs", None), (3, None)],
)
def test_googles_retry_delay_is_in_seconds(delay: Any, seconds: float | None) -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.QuotaFailure"}, {"retryDelay": delay}]

    assert (
        found({"error": {"code": 429, "message": "m", "details": details}}).retry_after == seconds
    )


@pytest.mark.parametrize(
    "body",
    [{"code": 20012}, {"error": {"code": 7}}, {"base_resp": {"status_code": 1}}, {"error_code": 4}],
)
def test_without_any_words_the_object_itself_is_shown(body: Any) -> None:
    assert found(body).message


@pytest.mark.parametrize(
    "body",
    [
        {"choices": []},
        {"choices": [{"delta": {}}], "error": None, "code": 0, "message": "Success"},  # Spark
        {
            "code": 0,
            "message": "Success",
            "sid": "s",
            "usage": {"text": {}},
        },  # Spark, after the last choice
        {"choices": [], "base_resp": {"status_code": 0, "status_msg": ""}},  # MiniMax
        {"message": {"role": "assistant", "content": ""}, "done": True},
        {"type": "message", "role": "assistant", "content": []},
        {"output": {"message": {"role": "assistant"}}, "stopReason": "end_turn"},
        {"candidates": []},
        {"error": None},
        [],
        {},
        None,
        "error",
        1.5,
    ],
)
def test_what_is_no_error_is_none(body: Any) -> None:
    assert problem_in(body) is None


# --- the recordings ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "recording",
    [
        p
        for family in FAMILIES
        if family != "ollama"
        for p in recordings(family, "error", but=attrgetter("silent"))
    ],
)
def test_every_recorded_error_says_its_message(recording: Recording) -> None:
    what = found(from_json(recording.body))
    assert what.message == recording.expected["error"]["message"]
    assert what.code == str(recording.expected["error"]["code"] or "")
    assert what.kind == (recording.expected["error"]["type"] or what.kind)


@pytest.mark.parametrize("family", FAMILIES)
def test_no_recorded_answer_is_taken_for_an_error(family: str) -> None:
    for recording in (p.values[0] for p in recordings(family, "stream", "json")):
        if recording is None:
            pytest.skip(why_none(family, STREAMS))
        values = [
            from_json(data) for _, data in frames(recording, in_one_piece) if data != b"[DONE]"
        ]
        stated = [what for what in map(problem_in, values) if what]
        assert bool(stated) == bool(recording.expected["error"]), recording.folder.name


NAMES = """
    error errors message Message msg detail details code status type object error_type
    retryDelay base_resp
"""
NAMES += " status_code status_msg error_msg error_code raw_status_code choices content role"


@settings(max_examples=examples(250))
@given(nonsense(NAMES, "error 429 12s x"))
def test_nonsense_is_a_problem_or_none_and_never_an_exception(body: Any) -> None:
    what = problem_in(body)

    assert what is None or all(
        isinstance(text, str) for text in (what.message, what.code, what.kind)
    )
