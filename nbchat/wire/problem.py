"""A provider's own words for what went wrong, whatever shape they come in.

One tolerant reader serves all formats: an `error` object or string, a list around
it, a flat `{code, message}`, MiniMax's `base_resp`, Baidu's `error_msg`, FastAPI's
`detail`. What the words mean is decided once, in the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ProviderProblem(Exception):
    """What a provider said; the engine makes an error of ours of it. `retry_after` is in seconds."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        kind: str = "",
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.kind = kind
        self.status = status
        self.retry_after = retry_after


def problem(body: Any) -> ProviderProblem | None:
    """The problem that a JSON value states, or None where it states none.

    >>> problem({"error": {"message": "no such model", "type": "invalid_request_error", "code": 1211}}).code
    '1211'
    >>> problem({"choices": []}) is None
    True
    """
    if isinstance(body, list) and body:
        return problem(body[0])
    if not isinstance(body, Mapping):
        return None
    error = body.get("error")
    if isinstance(error, Mapping) and error:
        return _of(error, body)
    if isinstance(error, str) and error:
        return _of({**body, "message": error}, body)
    if isinstance(error, list) and error:
        return problem({"error": error[0]})
    return _flat(body)


def _flat(body: Mapping[str, Any]) -> ProviderProblem | None:
    """The shapes without an `error` member."""
    answer = body.get("base_resp")
    if isinstance(answer, Mapping) and answer.get("status_code"):
        return ProviderProblem(_text(answer.get("status_msg")), code=_text(answer["status_code"]))
    if body.get("error_msg") or body.get("error_code"):
        return ProviderProblem(_text(body.get("error_msg")), code=_text(body.get("error_code")))
    if body.get("type") == "error" or body.get("object") == "error":
        return _of(body, body)
    if not any(key in body for key in ("choices", "message", "detail")) or "choices" in body:
        return (
            ProviderProblem(_text(body.get("message")), code=_text(body["code"])) if _failed(body.get("code")) else None
        )
    said = body.get("message") or body.get("detail")
    if isinstance(said, str) and not {"role", "output", "content", "done"} & body.keys():
        return _of({**body, "message": said}, body)
    if isinstance(said, list):
        return ProviderProblem(
            "; ".join(_text(row.get("msg", row) if isinstance(row, Mapping) else row) for row in said)
        )
    return None


def _failed(code: Any) -> bool:
    return isinstance(code, int) and code not in (0, 200)


def _of(error: Mapping[str, Any], body: Mapping[str, Any]) -> ProviderProblem:
    inner = error.get("error")  # some gateways wrap the upstream's error in their own
    message = (
        error.get("message") or error.get("msg") or error.get("detail") or (inner if isinstance(inner, str) else "")
    )
    code = error.get("code") if error.get("code") is not None else body.get("code")
    status = next((s for s in (error.get("status"), error.get("raw_status_code"), code) if _is_status(s)), None)
    return ProviderProblem(
        _text(message) or _text(error),
        code=_text(code),
        kind=_text(error.get("type") or (error.get("status") if isinstance(error.get("status"), str) else "")),
        status=int(status) if status is not None else None,
        retry_after=_retry_delay(error.get("details")),
    )


def _is_status(value: Any) -> bool:
    return isinstance(value, int | str) and str(value).isdigit() and 400 <= int(value) <= 599 and len(str(value)) == 3


def _retry_delay(details: Any) -> float | None:
    """Google's RetryInfo: `{"retryDelay": "12s"}` in `details`, seconds."""
    for detail in details if isinstance(details, list) else ():
        delay = detail.get("retryDelay") if isinstance(detail, Mapping) else None
        if isinstance(delay, str) and delay.endswith("s"):
            try:
                return float(delay[:-1])
            except ValueError:
                return None
    return None


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
