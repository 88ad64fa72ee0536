"""The provider answered, and refused."""

from __future__ import annotations

from nbchat.errors import (
    ContextTooLong,
    Filtered,
    InvalidAnswer,
    KeyRefused,
    ModelNotFound,
    NoCredit,
    NotAllowed,
    RateLimited,
    RequestRefused,
    RetiredModel,
    ServiceDown,
)

from ..fakes.provider import answer, said
from .stage import KEY, Stage, ask, case


@case(KeyRefused, "a wrong key")
def _(stage: Stage) -> None:
    stage.refuses(401, f"Invalid Authentication {KEY}", "invalid_authentication_error")
    ask()


@case(NotAllowed, "a key that may not")
def _(stage: Stage) -> None:
    stage.refuses(403, "Your organization must be verified to use this model.")
    ask()


@case(NoCredit, "no money")
def _(stage: Stage) -> None:
    stage.refuses(
        429, "Your account is suspended, please check your plan.", "exceeded_current_quota_error"
    )
    ask()


@case(RateLimited, "too many requests")
def _(stage: Stage) -> None:
    stage.refuses(429, "max RPM: 3", "rate_limit_reached_error", **{"retry-after": "120"})
    ask()


@case(ModelNotFound, "an id the provider does not know")
def _(stage: Stage) -> None:
    stage.refuses(
        404, "Not found the model kimi-k9 or Permission denied", "resource_not_found_error"
    )
    ask("kimi:kimi-k9")


@case(RetiredModel, "%%chat kimi-k2-thinking, after 2026-05-25")
def _(stage: Stage) -> None:
    stage.refuses(
        404, "Not found the model kimi-k2-thinking or Permission denied", "resource_not_found_error"
    )
    ask("kimi-k2-thinking")


@case(ContextTooLong, "a conversation, or a question, that is too long")
def _(stage: Stage) -> None:
    stage.refuses(400, "Your request exceeded model token limit: 262144", "invalid_request_error")
    ask()


@case(Filtered, "a question the filter refuses")
def _(stage: Stage) -> None:
    stage.refuses(
        400, "The request was rejected because it was considered high risk", "content_filter"
    )
    ask()


@case(RequestRefused, "something else about the request")
def _(stage: Stage) -> None:
    stage.refuses(400, "tool_choice 'required' is not supported", "invalid_request_error")
    ask()


@case(ServiceDown, "an overloaded provider")
def _(stage: Stage) -> None:
    stage.refuses(
        503,
        "The engine is currently overloaded",
        "engine_overloaded_error",
        **{"retry-after": "300", "x-request-id": "r1"},
    )
    ask()


@case(InvalidAnswer, "an answer that is not of its schema, three times")
def _(stage: Stage) -> None:
    stage.service.always(answer(*said('{"people": [{"name": "Ada", "age": "old"}]}')))
    person = {"type": "object", "properties": {"age": {"type": "integer"}}}
    people = {"type": "array", "items": person}
    ask(schema={"type": "object", "properties": {"people": people}, "required": ["people"]})


@case(InvalidAnswer, "an answer with a schema that is cut at its limit")
def _(stage: Stage) -> None:
    stage.service.always(answer(*said('{"name": "A', finish="length")))
    ask(schema={"type": "object", "properties": {"name": {"type": "string"}}})
