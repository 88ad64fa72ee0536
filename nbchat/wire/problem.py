"""A provider's own words for what went wrong, whatever shape they come in.

One tolerant reader serves all formats: an `error` object or string, a list around
it, a flat `{code, message}`, MiniMax's `base_resp`, Baidu's `error_msg`, FastAPI's
`detail`. What the words mean is decided once, in the engine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class ProviderProblem(Exception):
    """What a provider said, of which the engine makes an error. `retry_after` is in seconds."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        kind: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        field: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.kind = kind
        self.status = status
        self.retry_after = retry_after
        self.field = field  # of the request, which is refused


def problem_in(body: Any) -> ProviderProblem | None:
    """The problem that a JSON value states, or None where it states none.

    >>> error = {"message": "no such model", "type": "invalid_request_error", "code": 1211}
    >>> problem_in({"error": error}).code
    '1211'
    >>> problem_in({"choices": []}) is None
    True
    """
    if isinstance(body, list) and body:
        return problem_in(body[0])
    if not isinstance(body, Mapping):
        return None
    error = body.get("error") or body.get("errors")  # Cloudflare's list
    if isinstance(error, Mapping):
        return _of(error, body)
    if isinstance(error, str):
        said = body.get("message")  # some say "Not Found" here, and what was not found there
        return _of(
            {**body, "message": f"{error}: {said}" if isinstance(said, str) and said else error},
            body,
        )
    if isinstance(error, list) and error:
        return problem_in({"error": error[0]})
    return _flat(body)


def raise_problem(value: Any, statuses: Mapping[str, int] | None = None) -> None:
    """Raise the problem that a JSON value states, if it states one.

    `statuses` has the HTTP status that a format's own words stand for, by code or type.
    """
    if found := problem_in(value):
        known = statuses or {}
        found.status = found.status or known.get(found.code) or known.get(found.kind)
        raise found


def _flat(body: Mapping[str, Any]) -> ProviderProblem | None:
    """The shapes without an `error` member."""
    code, answer = body.get("code"), body.get("base_resp")
    if isinstance(answer, Mapping) and answer.get("status_code"):
        return ProviderProblem(
            _words(answer.get("status_msg") or answer), code=_text(answer["status_code"])
        )
    if body.get("error_msg") or body.get("error_code"):
        return ProviderProblem(
            _words(body.get("error_msg") or dict(body)), code=_text(body.get("error_code"))
        )
    if body.get("type") == "error" or body.get("object") == "error":
        return _of(body, body)
    if "choices" in body or not _says(body):
        return ProviderProblem(_words(body), code=_text(code)) if _failed(code) else None
    return None if _fine(code) else _of(body, body)


def _says(body: Mapping[str, Any]) -> bool:
    """Whether there are words that are not an answer's: in an answer, `message` is an object."""
    said = body.get("message") or body.get("Message")  # AWS writes it both ways
    return (
        bool(isinstance(said, str) or body.get("detail"))
        and not {"role", "output", "content", "done"} & body.keys()
    )


def _fine(code: Any) -> bool:
    return isinstance(code, int) and not isinstance(code, bool) and code in (0, 200)


def _failed(code: Any) -> bool:
    return isinstance(code, int) and not isinstance(code, bool) and code not in (0, 200)


def _of(error: Mapping[str, Any], body: Mapping[str, Any]) -> ProviderProblem:
    code = error.get("code") if error.get("code") is not None else body.get("code")
    members = ("status", "status_code", "raw_status_code", "StatusCode")
    told = (*map(error.get, members), body.get("status"), code)
    status = next((s for s in told if _is_status(s)), None)
    kind = error.get("type") or error.get("error_type") or error.get("status")
    return ProviderProblem(
        _words(error),
        code=_text(code),
        kind=kind if isinstance(kind, str) else "",
        status=int(status) if status is not None else None,
        retry_after=_retry_delay(error.get("details")),
        field=_field(error),
    )


def _field(error: Mapping[str, Any]) -> str:
    """The member of the request that is refused: OpenAI's `param`, FastAPI's `loc`.

    >>> _field({"detail": [{"loc": ["body", "response_format", "type"], "msg": "…"}]})
    'body.response_format.type'
    """
    param = error.get("param")
    if isinstance(param, str):
        return param
    message = error.get("message")
    inner = message.get("detail") if isinstance(message, Mapping) else message
    for findings in (error.get("detail"), inner):
        first = findings[0] if isinstance(findings, list) and findings else None
        place = first.get("loc") if isinstance(first, Mapping) else None
        if isinstance(place, list):
            return ".".join(map(str, place))
    return ""


def _is_status(value: Any) -> bool:
    text = str(value) if isinstance(value, int | str) else ""
    return len(text) == 3 and text.isascii() and text.isdigit() and 400 <= int(text) <= 599


def _retry_delay(details: Any) -> float | None:
    """Google's RetryInfo: `{"retryDelay": "12s"}` in `details`, seconds."""
    for detail in details if isinstance(details, list) else ():
        delay = detail.get("retryDelay") if isinstance(detail, Mapping) else None
        if isinstance(delay, str) and re.fullmatch(r"[0-9]+(\.[0-9]+)?s", delay, re.ASCII):
            return float(delay[:-1])
    return None


def _words(value: Any) -> str:
    """The sentence in a message, which may be an object around it, or a list of findings.

    >>> _words({"detail": [{"loc": ["body"], "msg": "Field required"}, {"msg": "Extra field"}]})
    'Field required; Extra field'
    """
    if isinstance(value, Mapping):
        names = ("message", "Message", "msg", "detail", "error")
        inner = next((value[name] for name in names if value.get(name)), None)
        return _text(value) if inner is None else _words(inner)
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    return _text(value)


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
