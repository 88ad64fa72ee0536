"""What the server itself refuses, and how every error is said over HTTP.

    Refusal                 this server refused; nothing was asked of a provider
    ├── Unauthorized  401   the token is missing or wrong
    ├── Forbidden     403   another Host or Origin than this server's
    ├── NotFound      404   no such path
    │   └── NoSuchModel     no such model here
    ├── NotAllowedHere 405  the path knows other methods
    ├── TooLarge      413   the body is larger than max_body
    ├── NotJson       415   the body is not application/json
    ├── Invalid       422   the body is JSON, but not a request; 400 below /v1, as at OpenAI
    ├── TooMany       429   this client asks too often, or too much at once
    ├── InternalError 500   a mistake of ours; its traceback is in the server's log
    ├── Misconfigured 503   this server's own settings cannot be used
    └── Stopping      503   the server is being stopped

No answer holds a traceback, a key, or a value that the client sent.
"""

from __future__ import annotations

import math
from typing import Any

from fastapi import Response

from nbchat.chat_service.chunk import BrokenOff, StreamChunk
from nbchat.errors import (
    BadAnswer,
    BadAttachment,
    BadCall,
    BadOption,
    BadSettings,
    ConnectionBroken,
    ContextTooLong,
    Filtered,
    KeyRefused,
    MissingAddress,
    MissingKey,
    ModelNotFound,
    NbchatError,
    NoCredit,
    NotAllowed,
    RateLimited,
    RequestRefused,
    ServiceDown,
    ServiceError,
    TimedOut,
    UnknownModel,
)
from nbchat.frontends.server.strict_json import json_line


class Refusal(NbchatError):
    """This server refused the request."""

    status = 400
    code = "bad_request"

    def __init__(
        self, message: str, *, retry_after: float | None = None, field: str | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds
        self.field = field


class Unauthorized(Refusal):
    status, code = 401, "invalid_api_key"


class Forbidden(Refusal):
    status, code = 403, "forbidden"


class NotFound(Refusal):
    status, code = 404, "not_found"


class NoSuchModel(NotFound):
    code = "model_not_found"  # OpenAI's, for a model that is not served


class NotAllowedHere(Refusal):
    status, code = 405, "method_not_allowed"


class TooLarge(Refusal):
    status, code = 413, "request_too_large"


class NotJson(Refusal):
    status, code = 415, "unsupported_media_type"


class Invalid(Refusal):
    status, code = 422, "invalid_request"


class TooMany(Refusal):
    status, code = 429, "rate_limit_exceeded"


class InternalError(Refusal):
    status, code = 500, "internal_error"

    def __init__(self, request_id: str) -> None:
        super().__init__(f"a mistake in the server; its log has it under {request_id}.")


class Misconfigured(Refusal):
    status, code = 503, "misconfigured"


class Stopping(Refusal):
    status, code = 503, "stopping"


# What a provider or the network did: HTTP status, and OpenAI's `code`.
STATUSES: tuple[tuple[type[NbchatError], int, str], ...] = (
    (UnknownModel, 404, "model_not_found"),
    (MissingKey, 503, "missing_key"),
    (BadAttachment, 400, "unsupported_content"),
    (BadOption, 422, "invalid_request"),
    (BadCall, 422, "invalid_request"),
    (MissingAddress, 503, "missing_address"),
    (BadSettings, 503, "misconfigured"),  # of this server: whoever asks cannot mend it
    (KeyRefused, 401, "provider_key_refused"),
    (NotAllowed, 403, "provider_not_allowed"),
    (NoCredit, 429, "insufficient_quota"),
    (RateLimited, 429, "rate_limit_exceeded"),
    (ModelNotFound, 404, "model_not_found"),
    (ContextTooLong, 400, "context_length_exceeded"),
    (Filtered, 400, "content_filter"),
    (RequestRefused, 400, "provider_refused"),
    (ServiceDown, 503, "provider_overloaded"),
    (TimedOut, 504, "provider_silent"),
    (BrokenOff, 502, "provider_broke_off"),
    (BadAnswer, 502, "provider_not_understood"),
    (ConnectionBroken, 502, "provider_unreachable"),
)
# By a provider's own word for why it ended an answer, as a part of it.
BROKEN_OFF: tuple[tuple[str, int, str], ...] = (
    ("resource", 503, "provider_overloaded"),
    ("overload", 503, "provider_overloaded"),
    ("capacity", 503, "provider_overloaded"),
    ("timeout", 504, "provider_silent"),
    ("time_out", 504, "provider_silent"),
)


def status_of(error: NbchatError) -> tuple[int, str]:
    """The HTTP status for an error, and OpenAI's `code`."""
    if isinstance(error, Refusal):
        return error.status, error.code
    if isinstance(error, BrokenOff):
        for part, status, code in BROKEN_OFF:
            if part in error.word.lower():
                return status, code
    for kind, status, code in STATUSES:
        if isinstance(error, kind):
            return status, code
    return InternalError.status, InternalError.code


def openai_error(error: NbchatError) -> dict[str, Any]:
    """The error object of OpenAI's API."""
    status, code = status_of(error)
    body = {
        "message": error.happened,
        "type": _openai_type(status),
        "param": getattr(error, "field", None) or None,
        "code": code,
    }
    return {"error": body}


def _openai_type(status: int) -> str:
    if status >= 500:
        return "server_error"
    types = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
    return types.get(status, "invalid_request_error")


def error_response(error: NbchatError, path: str) -> Response:
    """The answer to a request that gets no other.

    It is in OpenAI's shape below /v1, else one last chunk.
    """
    status, _ = status_of(error)
    is_openai = path == "/v1" or path.startswith("/v1/")
    if is_openai and status == Invalid.status:
        status = 400  # what OpenAI's clients look for
    # The openai SDKs obey `x-should-retry`. The engine has tried three times already, so trying
    # again only helps against this server's own limits.
    retry = "true" if isinstance(error, TooMany) else "false"
    headers = {"cache-control": "no-store", "x-should-retry": retry}
    wait = error.retry_after if isinstance(error, Refusal | ServiceError) else None
    if wait is not None and math.isfinite(wait):
        headers["retry-after"] = str(math.ceil(wait))
    if isinstance(error, Unauthorized):
        headers["www-authenticate"] = "Bearer"
    body = openai_error(error) if is_openai else StreamChunk.failed(error).wire
    return Response(json_line(body), status, headers, "application/json")
