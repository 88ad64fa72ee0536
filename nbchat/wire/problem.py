"""A provider's own words for what went wrong, whatever shape they come in.

One tolerant reader serves all formats: an `error` object or string, a list around
it, a flat `{code, message}`, MiniMax's `base_resp`, Baidu's `error_msg`, FastAPI's
`detail`; and an error inside another, as gateways pass it on. What stands beside the
words is in `problem_details`. What it all means is decided once, in the engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbchat.wire import problem_details as details

DEEPEST = 4  # errors inside errors that are looked into
BESIDE = ("message", "error_description", "detail")  # where the words are, if `error` is a name
# Where gateways state a refusal that has no `error` and no `message`.
OTHER_NAMES = (
    *("faultstring", "error_description", "errorMessage", "error_message", "actionReason"),
    *("description", "reason", "title"),
)
_CODE = re.compile(r"[a-zA-Z]+(?:[_-][a-zA-Z]+)+")


class ProviderProblem(Exception):
    """What a provider said, of which the engine makes an error. `retry_after` is in seconds.

    `reasons` are codes besides `code` and `kind`: of an error inside this one, or of its details.
    `quotas` are the names of the limits that were reached, `param` is the member of the request
    that is wrong, `vendor` whose numbers the code is one of, and `headers` those that a gateway
    passes on in the body.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        kind: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        reasons: tuple[str, ...] = (),
        quotas: tuple[str, ...] = (),
        vendor: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.kind = kind
        self.status = status
        self.retry_after = retry_after
        self.reasons = reasons
        self.quotas = quotas
        self.vendor = vendor
        self.param = ""  # the member of the request that is refused
        self.headers: Mapping[str, str] = {}


def problem_in(body: Any, depth: int = 0) -> ProviderProblem | None:
    """The problem that a JSON value states, or None where it states none.

    >>> error = {"message": "no such model", "type": "invalid_request_error", "code": 1211}
    >>> problem_in({"error": error}).code
    '1211'
    >>> problem_in({"choices": []}) is None
    True
    """
    if isinstance(body, list) and body:
        return problem_in(body[0], depth)
    if not isinstance(body, Mapping):
        return None
    error = body.get("error") or body.get("errors")  # Cloudflare's list
    response = body.get("Response")  # Tencent's older API
    if isinstance(response, Mapping):
        error = response.get("Error")
    if isinstance(error, Mapping):
        return _of(error, body, depth)
    if isinstance(error, str):
        return _named(error, body, depth)
    if isinstance(error, list) and error:
        return problem_in({"error": error[0]}, depth)
    return _flat(body, depth)


def problem_within(body: Any) -> ProviderProblem | None:
    """The problem of a refusal, wherever in its body and under whatever name it is stated.

    >>> problem_within({"fault": {"faultstring": "No such proxy"}}).message
    'No such proxy'
    """
    found = problem_in(body)
    if found is not None:
        return found
    for place in _mappings(body, DEEPEST):
        said = (place.get(name) for name in (*BESIDE, *OTHER_NAMES))
        words = next((text for text in said if isinstance(text, str) and text.strip()), "")
        found = _of({**place, "message": words}, place, DEEPEST) if words else problem_in(place)
        if found is not None:
            return found
    return None


def _mappings(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """The objects in a JSON value, the outer ones first."""
    if isinstance(value, Mapping):
        yield value
        value = list(value.values())
    if isinstance(value, list) and depth:
        for inner in value:
            yield from _mappings(inner, depth - 1)


def raise_problem(value: Any, statuses: Mapping[str, int] | None = None) -> None:
    """Raise the problem that a JSON value states, if it states one.

    `statuses` has the HTTP status that a format's own words stand for, by code or type.
    """
    if found := problem_in(value):
        known = statuses or {}
        found.status = found.status or known.get(found.code) or known.get(found.kind)
        raise found


def _named(error: str, body: Mapping[str, Any], depth: int) -> ProviderProblem:
    """Some say "Not Found" as the error, or a code, and beside it what was not found."""
    said = next((w for w in map(body.get, BESIDE) if isinstance(w, str) and w), "")
    problem = _of({**body, "message": f"{error}: {said}" if said else error}, body, depth)
    if _CODE.fullmatch(error):
        problem.reasons += (error,)
    return problem


def _flat(body: Mapping[str, Any], depth: int) -> ProviderProblem | None:
    """The shapes without an `error` member."""
    code, answer = body.get("code"), body.get("base_resp")
    if isinstance(answer, Mapping) and answer.get("status_code"):
        return ProviderProblem(
            _words(answer.get("status_msg") or answer),
            code=_text(answer["status_code"]),
            vendor="minimax",
        )
    if body.get("error_msg") or body.get("error_code"):
        return ProviderProblem(
            _words(body.get("error_msg") or dict(body)),
            code=_text(body.get("error_code")),
            vendor="baidu",
        )
    if body.get("type") == "error" or body.get("object") == "error":
        return _of(body, body, depth)
    if "choices" in body or not _says(body):
        if not _failed(code):
            return None
        status = details.status_in(body, body)
        return ProviderProblem(_words(body), code=_text(code), status=status, vendor=_vendor(body))
    return None if _fine(code) else _of(body, body, depth)


def _says(body: Mapping[str, Any]) -> bool:
    """Whether there are words that are not an answer's: in an answer, `message` is an object."""
    # AWS writes it both ways, and gateways in China shorten it.
    said = body.get("message") or body.get("Message") or body.get("msg")
    return (
        bool(isinstance(said, str) or body.get("detail"))
        and not {"role", "output", "content", "done"} & body.keys()
    )


def _fine(code: Any) -> bool:
    return isinstance(code, int) and not isinstance(code, bool) and code in (0, 200)


def _failed(code: Any) -> bool:
    return isinstance(code, int) and not isinstance(code, bool) and code not in (0, 200)


def _vendor(body: Mapping[str, Any]) -> str:
    return "spark" if "sid" in body else ""


def _of(error: Mapping[str, Any], body: Mapping[str, Any], depth: int) -> ProviderProblem:
    code = next((c for c in map(error.get, ("code", "Code")) if c is not None), body.get("code"))
    kind = error.get("type") or error.get("error_type") or error.get("status")
    problem = ProviderProblem(
        _words(error),
        code=_text(code),
        kind=kind if isinstance(kind, str) else "",
        status=details.status_in(error, body),
        retry_after=details.wait_in(error, body),
        reasons=details.reasons_in(error, body),
        quotas=details.quotas_in(error),
        vendor=_vendor(body),
    )
    problem.param = _field(error)
    problem.headers = details.headers_in(error)
    inner = details.inner_error(error, problem.message)
    if inner is not None and depth < DEEPEST:
        _add_inner(problem, problem_in(inner, depth + 1) or problem_in({"error": inner}, depth + 1))
    else:
        problem.reasons += details.reasons_in_words(problem.message)
    return problem


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


def _add_inner(problem: ProviderProblem, inner: ProviderProblem | None) -> None:
    """Add to a gateway's error what the one says that it passes on."""
    if inner is None:
        return
    problem.reasons += tuple(filter(None, (inner.code, inner.kind, *inner.reasons)))
    problem.quotas += inner.quotas
    problem.param = problem.param or inner.param
    problem.status = problem.status or inner.status
    if problem.retry_after is None:
        problem.retry_after = inner.retry_after
    problem.message = inner.message or problem.message


def _words(value: Any) -> str:
    """The sentence in a message, which may be an object around it, or a list of findings.

    >>> _words({"detail": [{"loc": ["body"], "msg": "Field required"}, {"msg": "Extra field"}]})
    'Field required; Extra field'
    """
    if isinstance(value, Mapping):
        names = ("message", "Message", "msg", "detail", "error")
        inner = next((value[name] for name in names if value.get(name)), None)
        if inner is not None:
            return _words(inner)
        return "; ".join(f"{name}: {_words(said)}" for name, said in value.items())
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    return _text(value)


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
