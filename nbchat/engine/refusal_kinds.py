"""Which kind of refusal it is. Structure decides, and words come last.

In this order: what the status leaves no doubt of, the codes, the limits that were reached,
the status, and where none of these speaks, the words.
"""

from __future__ import annotations

from typing import NamedTuple

from nbchat.engine import refusal_codes, refusal_signs
from nbchat.engine.refusal_limits import period_of
from nbchat.errors import (
    ContextTooLong,
    KeyRefused,
    ModelNotFound,
    NoCredit,
    NotAllowed,
    RateLimited,
    RequestRefused,
    ServiceDown,
    ServiceError,
)
from nbchat.wire.problem import ProviderProblem

Kind = type[ServiceError]

BY_STATUS: dict[int, Kind] = {
    401: KeyRefused,
    402: NoCredit,
    403: NotAllowed,
    408: ServiceDown,
    410: ModelNotFound,
    413: ContextTooLong,
    429: RateLimited,
    434: NotAllowed,  # Zhipu's
    435: ContextTooLong,
    451: NotAllowed,
    501: RequestRefused,
    505: RequestRefused,
}
SILENT = 400  # below it, a status says nothing of what went wrong


class Verdict(NamedTuple):
    """A kind, and whether a code or words of the provider tell it, and not the status alone."""

    kind: Kind
    is_told: bool
    is_nothing_there: bool = False  # no model is meant: nothing is at that address


def judge(
    problem: ProviderProblem,
    status: int,
    provider: str = "",
    model: str = "",
    wait: float | None = None,
) -> Verdict:
    """What kind of refusal a provider's problem is; `wait` is the seconds it asks to wait.

    >>> judge(ProviderProblem("operator '+' is overloaded"), 400).kind.__name__
    'RequestRefused'
    >>> judge(ProviderProblem("", code="insufficient_quota"), 429).kind.__name__
    'NoCredit'
    """
    named = refusal_codes.named_kind(problem, provider)
    by_words = refusal_signs.kind_by_words(problem.message, status)
    if status == 413:
        told = ContextTooLong in (named, refusal_signs.kind_by_words(problem.message, 400))
        return Verdict(ContextTooLong, told)
    if named is NoCredit and refusal_codes.says_quota(problem) and wait is not None:
        return Verdict(RateLimited, is_told=True)  # what comes back in a moment is no money
    if named is NotAllowed and status == 403 and by_words:
        return Verdict(by_words, is_told=True)
    is_repeated = named is RateLimited and refusal_codes.repeats_429(problem)
    if status == 429 and (named is None or is_repeated):
        return _of_limits(problem, provider, by_words, wait)
    if named is not None:
        return Verdict(named, is_told=True)
    if status == 404 or refusal_signs.UNEXPECTED_ENDPOINT.search(problem.message):
        return _not_found(problem, model)
    if status < SILENT:
        return _without_status(problem, by_words, model)
    if by_words is not None:
        return Verdict(by_words, is_told=True)
    if status in BY_STATUS:
        return Verdict(BY_STATUS[status], is_told=False)
    return Verdict(ServiceDown if status >= 500 else RequestRefused, is_told=False)


def _of_limits(
    problem: ProviderProblem, provider: str, by_words: Kind | None, wait: float | None
) -> Verdict:
    """Of a 429 whose codes say no more than that: a limit of a minute or a day, or the money."""
    if problem.quotas or wait is not None or period_of(problem, provider):
        return Verdict(RateLimited, is_told=True)
    return Verdict(by_words or RateLimited, is_told=True)


def _not_found(problem: ProviderProblem, model: str) -> Verdict:
    """Whether the model is not there, or nothing is: a sentence of a model, or none at all."""
    message = problem.message
    if refusal_signs.NOBODY_SUPPORTS.search(message):
        return Verdict(RequestRefused, is_told=True)
    if refusal_signs.is_about_a_model(message, model):
        return Verdict(ModelNotFound, is_told=True)
    if not message or refusal_signs.NOTHING_THERE.search(message):
        return Verdict(ModelNotFound, is_told=False, is_nothing_there=True)
    return Verdict(ModelNotFound, is_told=False)


def _without_status(problem: ProviderProblem, by_words: Kind | None, model: str) -> Verdict:
    """Of an error in an answer that had begun well."""
    if by_words is not None:
        return Verdict(by_words, is_told=True)
    if refusal_codes.says_not_found(problem):
        return _not_found(problem, model)
    if refusal_codes.says_quota(problem):
        return Verdict(RateLimited, is_told=True)
    vague = refusal_codes.vague_kind(problem)
    return Verdict(vague or RequestRefused, is_told=False)
