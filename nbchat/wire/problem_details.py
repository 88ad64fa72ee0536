"""What stands beside the words of an error: its status, further codes, limits, and waits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import from_json

STATUS_MEMBERS = ("status", "status_code", "raw_status_code", "StatusCode", "http_code")
# In seconds, but for the names that say otherwise.
WAIT_MEMBERS = (
    "retry_after",
    "retryAfter",
    "retry_after_seconds",
    "retryAfterSeconds",
    "estimated_time",  # Hugging Face, while a model is loading
)
WAIT_MS_MEMBERS = ("retry_after_ms", "retryAfterMs")
CODE_MEMBERS = ("reason", "error_code", "errorCode", "error_type", "__type")
LONGEST_EMBEDDED = 64 * 1024  # characters of an error inside the words of another

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)s", re.ASCII)
# How an exception's class begins what it says: "litellm.RateLimitError: …".
_CLASS = re.compile(r"\s*(?:\w+\.)*([A-Z]\w+(?:Error|Exception))\b")
# A member of JSON, or of a Python dict, that is quoted inside a sentence.
_QUOTED_MEMBER = re.compile(
    r"""[\\"']+(?:code|type|status|reason)[\\"']+\s*:\s*[\\"']+([A-Za-z][\w.-]{2,60})[\\"']"""
)


def status_in(error: Mapping[str, Any], body: Mapping[str, Any]) -> int | None:
    """The HTTP status that an error names."""
    code = error.get("code") if error.get("code") is not None else body.get("code")
    told = (*map(error.get, STATUS_MEMBERS), body.get("status"), code)
    for value in told:
        text = str(value) if isinstance(value, int | str) else ""
        if len(text) == 3 and text.isascii() and text.isdigit() and 400 <= int(text) <= 599:
            return int(text)
    return None


# --- codes ------------------------------------------------------------------------------------


def reasons_in(error: Mapping[str, Any], body: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes besides `code` and `type`, the more exact ones first."""
    return tuple(dict.fromkeys(filter(None, _reasons(error, body))))


def _reasons(error: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[str]:
    for detail in _details(error):
        yield _string(detail.get("reason"))  # Google's ErrorInfo
    inner = error.get("innererror")  # Azure's, of what the outer code only hints at
    if isinstance(inner, Mapping):
        yield _string(inner.get("code"))
    metadata = error.get("metadata")  # OpenRouter's
    if isinstance(metadata, Mapping):
        yield _string(metadata.get("error_type"))
        if metadata.get("flagged_input") or metadata.get("reasons"):
            yield "moderation"
    for members in (error, body):
        for name in CODE_MEMBERS:
            yield _string(members.get(name)).rpartition("#")[2]  # AWS puts a namespace before it
    if _wants_authorization(body.get("detail")):
        yield "missing_api_key"
    yield _string(error.get("status"))


def _wants_authorization(detail: Any) -> bool:
    """Whether FastAPI's findings say that the header with the key is missing."""
    for finding in detail if isinstance(detail, list) else ():
        place = finding.get("loc") if isinstance(finding, Mapping) else None
        if isinstance(place, list) and "header" in place:
            names = {str(name).lower().replace("_", "-") for name in place}
            if names & {"authorization", "api-key", "x-api-key"}:
                return True
    return False


def reasons_in_words(message: str) -> tuple[str, ...]:
    """The codes that a sentence quotes: an exception's class, or members of an error.

    >>> reasons_in_words("litellm.RateLimitError: openai - {'error': {'code': 'too_fast'}}")
    ('too_fast', 'RateLimitError')
    """
    message = message[:LONGEST_EMBEDDED]
    quoted = _QUOTED_MEMBER.findall(message) if "{" in message else []
    named = _CLASS.match(message)
    return (*quoted, *([named[1]] if named else []))


# --- limits and waits -----------------------------------------------------------------------


def quotas_in(error: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the limits that were reached, as Google's QuotaFailure and ErrorInfo say."""
    names: list[str] = []
    for detail in _details(error):
        violations = detail.get("violations")
        for violation in violations if isinstance(violations, list) else ():
            if isinstance(violation, Mapping):
                names.append(_string(violation.get("quotaId") or violation.get("quota_id")))
        metadata = detail.get("metadata")
        if isinstance(metadata, Mapping):
            names.append(_string(metadata.get("quota_limit")))
    return tuple(filter(None, names))


def wait_in(error: Mapping[str, Any], body: Mapping[str, Any]) -> float | None:
    """The seconds that an error asks to wait: Google's RetryInfo, or a member of its own."""
    for detail in _details(error):
        seconds = _duration(detail.get("retryDelay"))
        if seconds is not None:
            return seconds
    metadata = error.get("metadata")
    for members in (error, body, metadata):
        if not isinstance(members, Mapping):
            continue
        for name in WAIT_MEMBERS:
            seconds = _seconds(members.get(name))
            if seconds is not None:
                return seconds
        for name in WAIT_MS_MEMBERS:
            seconds = _seconds(members.get(name))
            if seconds is not None:
                return seconds / 1000
    return None


def _duration(value: Any) -> float | None:
    """Of JSON's form `"12s"` of a Duration, or of its fields."""
    if isinstance(value, Mapping):
        seconds, parts = _seconds(value.get("seconds", 0)), _seconds(value.get("nanos", 0))
        return None if seconds is None or parts is None else seconds + parts / 1e9
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    return float(match[1]) if match else None


def _seconds(value: Any) -> float | None:
    """A number of seconds, also as "20" or "20s"; None where it is none."""
    if isinstance(value, str):
        text = value.strip().removesuffix("s")
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text, re.ASCII):
            return None
        return float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e9 else None  # NaN is not either


def headers_in(error: Mapping[str, Any]) -> dict[str, str]:
    """The headers that OpenRouter puts into `metadata`, in small letters."""
    metadata = error.get("metadata")
    headers = metadata.get("headers") if isinstance(metadata, Mapping) else None
    if not isinstance(headers, Mapping):
        return {}
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _details(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    details = error.get("details")
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, Mapping):
            yield detail
    errors = error.get("errors")  # Google's older form
    for detail in errors if isinstance(errors, list) else ():
        if isinstance(detail, Mapping):
            yield detail


# --- an error inside another ------------------------------------------------------------------


def inner_error(error: Mapping[str, Any], message: str) -> Any:
    """The error that a gateway passes on: in OpenRouter's `raw`, or as JSON in its words."""
    metadata = error.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    if isinstance(raw, Mapping):
        return raw
    if isinstance(raw, str) and raw.strip():
        embedded = _json_in(raw)
        return {"message": raw} if embedded is None else embedded
    for name in ("upstream_error", "error"):
        inner = error.get(name)
        if isinstance(inner, Mapping):
            return inner
    return _json_in(message)


def _json_in(text: str) -> Any:
    """The object that stands in a text, and states an error; None where there is none."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start or end - start > LONGEST_EMBEDDED:
        return None
    try:
        value = from_json(text[start : end + 1])
    except ValueError:
        return None
    names = {"error", "message", "detail", "errors", "error_msg", "base_resp"}
    return value if isinstance(value, Mapping) and names & value.keys() else None


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
