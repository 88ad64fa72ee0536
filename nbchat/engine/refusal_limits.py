"""Which limit was reached: of a minute or a day, of one request, or of its answer.

Names of quotas and members of the body come first, and after them what a sentence says.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from nbchat.engine import refusal_codes
from nbchat.wire.problem import ProviderProblem

# --- how long to wait -------------------------------------------------------------------------

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LENGTH = (
    r"(\d+(?:\.\d+)?)\s*(ms|milliseconds?|d(?:ays?)?|h(?:ours?)?"
    r"|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)(?![a-z])"
)
_LENGTHS = re.compile(_LENGTH, re.I)
_WAIT = re.compile(
    r"(?:try again|retry(?:ing)?|wait|resets?|replenished)(?: again)?(?: in| after| for)?:?\s*"
    rf"(?:about |approximately |at least )?((?:{_LENGTH}\s*(?:,|and)?\s*)+)",
    re.I,
)
# As Azure's API Management writes a length of time.
_WAIT_CLOCK = re.compile(r"(?:in|after|for) (\d{1,3}):(\d\d):(\d\d)\b")
_WAIT_CHINESE = re.compile(r"(\d{1,5})\s*(秒|分钟)\s*(?:后|之后)")


def wait_in_words(message: str) -> float | None:
    """The seconds that a sentence asks to wait.

    >>> wait_in_words("Please try again in 1m2.5s."), wait_in_words("Try again later.")
    (62.5, None)
    """
    match = _WAIT.search(message)
    if match:
        lengths = _LENGTHS.findall(match[1])
        return sum(float(number) * _seconds(unit) for number, unit in lengths)
    match = _WAIT_CLOCK.search(message)
    if match:
        hours, minutes, seconds = map(float, match.groups())
        return hours * 3600 + minutes * 60 + seconds
    match = _WAIT_CHINESE.search(message)
    if match:
        return float(match[1]) * (60 if match[2] == "分钟" else 1)
    return None


def _seconds(unit: str) -> float:
    unit = unit.lower()
    if unit.startswith("mil"):
        unit = "ms"
    return _UNITS[unit if unit == "ms" else unit[0]]


# --- whose limit ------------------------------------------------------------------------------

# The longest first: what ends last is waited for.
_PERIODS = (
    ("monthly", r"per[ _]?(?:1 )?month|monthly|/ ?month|calls? .{0,12}month|每月|本月"),
    ("weekly", r"per[ _]?(?:1 )?week|weekly|/ ?week|每周"),
    (
        "daily",
        r"per[ _-]?(?:1 )?day|daily|/ ?day|by ?day|\b[RT]PD\b|per 86400 ?s|today'?s?\b"
        r"|今日|当日|每日|日流控",
    ),
    ("hourly", r"per[ _-]?(?:1 )?hour|hourly|/ ?hour|per 3600 ?s|每小时"),
)
_PERIOD_PATTERNS = tuple((name, re.compile(pattern, re.I)) for name, pattern in _PERIODS)
_SHORT_PERIOD = re.compile(r"per[ _-]?(?:min|sec)|\b[RT]P[MS]\b|每分钟|每秒", re.I)


class Period(NamedTuple):
    """How long a limit lasts, such as `daily`, and whether a quota's name or a code says so."""

    name: str
    is_certain: bool


def period_of(problem: ProviderProblem, provider: str) -> Period | None:
    """The period of the limit that was reached, where it is longer than minutes.

    >>> period_of(ProviderProblem("", quotas=("GenerateRequestsPerDayPerProject",)), "gemini")
    Period(name='daily', is_certain=True)
    """
    if refusal_codes.is_daily_number(problem, provider):
        return Period("daily", is_certain=True)
    named = " ".join((*problem.quotas, *refusal_codes.codes_of(problem)))
    found = _period_in(named)
    if found:
        return Period(found, is_certain=True)
    if problem.quotas or _SHORT_PERIOD.search(problem.message):
        return None
    found = _period_in(problem.message)
    return Period(found, is_certain=False) if found else None


def _period_in(text: str) -> str:
    for name, pattern in _PERIOD_PATTERNS:
        if pattern.search(text):
            return name
    return ""


_LIMITS = re.compile(r"\blimit:\s*(\d+)", re.I)


def allows_nothing(message: str) -> bool:
    """Whether every limit that a sentence names is 0: no waiting helps.

    >>> allows_nothing("Quota exceeded for free_tier_requests, limit: 0, model: gemini-3-pro")
    True
    """
    limits = _LIMITS.findall(message)
    return bool(limits) and all(int(limit) == 0 for limit in limits)


# --- one request that is larger than a limit ---------------------------------------------------

_ALONE = re.compile(
    r"limit:?\s*([\d,]+)(?:,\s*used:?\s*[\d,]+)?,?\s*(?:and )?requested:?\s*([\d,]+)", re.I
)


class Oversize(NamedTuple):
    """What one request needs, and what the limit allows in all."""

    requested: int
    limit: int


def oversize_of(message: str) -> Oversize | None:
    """The numbers of a request that never fits, since it alone is more than the limit.

    >>> oversize_of("on tokens per min (TPM): Limit 6000, Requested 9000")
    Oversize(requested=9000, limit=6000)
    """
    match = _ALONE.search(message)
    if not match:
        return None
    limit, requested = _number(match[1]), _number(match[2])
    return Oversize(requested, limit) if 0 < limit < requested else None


# --- an answer that may be longer than there is room for -----------------------------------------

_NAMES = r"(?:max_(?:completion_|output_|new_)?tokens|max(?:Output)?Tokens|max(?:imum)? tokens)"
_NAMED = re.compile(_NAMES)
_PARAMS = re.compile(rf"(?:\w+\.)?{_NAMES}", re.I)
_NUMBER = r"[`'\"]?([\d,]*\d)"


def _with_numbers(pattern: str) -> re.Pattern[str]:
    """A pattern in which `<window>` stands for a number of that name."""
    return re.compile(re.sub(r"<(\w+)>", r"(?P<\1>[\\d,]+)", pattern), re.I | re.S)


# The window, the tokens of the question, and those that were asked for; or all that were.
_WINDOWS = tuple(
    _with_numbers(pattern)
    for pattern in (
        # vLLM. Of a long question it counts no more than would fit.
        r"context length is <window> tokens and your request has <input>",
        r"context length is <window> tokens.{0,20}you requested <asked> output tokens and your "
        r"prompt contains at least <least> input tokens",
        r"you passed <least> input tokens and requested <asked> output tokens.{0,60}"
        r"context length is only <window>",
        # OpenAI, DeepSeek, OpenRouter
        r"context length is <window> tokens.{0,60}requested (?:about )?<all> tokens "
        r"\([^)]*?<asked> (?:in|for) the (?:completion|output)",
        # SGLang
        r"context length of <window> tokens.{0,80}: <input> tokens from the input.{0,20}"
        r"and <asked> tokens for the completion",
        # Anthropic
        r"exceed context limit: <input> \+ <asked> > <window>",
        # Text Generation Inference, Together
        r"max_new_tokens`? must be <= <window>\. Given: <input> `?inputs`? tokens and <asked>",
    )
)
# vLLM again, of a question of which it has counted the letters alone.
_LETTERS = _with_numbers(
    r"input characters and requested <asked> output tokens.{0,60}context length is only <window>"
)
_EXCLUSIVE = re.compile(rf"to {_NUMBER} \(exclusive\)|less than {_NUMBER}(?! or)", re.I)
_LARGEST = re.compile(
    rf"(?:at most|<=|≤|less than or equal to|less or equal to|(?:greater|larger|more) than"
    rf"|exceed(?:s|ed)?(?: the)?(?: model)?(?: limit)?(?: of)?|up to|maximum (?:value )?(?:is|of)"
    rf"|limit (?:is|of)|maximum allowed (?:value )?(?:is|of)) {_NUMBER}"
    rf"|[\[(（【]\s*\d+\s*[,，~-]\s*{_NUMBER}\s*[\])）】]"
    rf"|between \d+ and {_NUMBER}|{_NAMES}[`'\"]?: [\d,]+ > {_NUMBER}"
    rf"|from \d+ (?:\(inclusive\) )?to {_NUMBER} \(inclusive\)",
    re.I,
)
_TOO_LARGE = re.compile(r"too (?:large|big|high)|exceed|greater than|maximum", re.I)


class AnswerLimit(NamedTuple):
    """That max_tokens is too large, and the largest that fits, where that is known.

    Where the question was not counted to its end, even that may be too large.
    """

    largest: int | None
    is_sure: bool = True


def answer_limit_of(problem: ProviderProblem) -> AnswerLimit | None:
    """Whether it is the length of the answer that a problem is about, and what would fit.

    >>> said = "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens"
    >>> answer_limit_of(ProviderProblem(said))
    AnswerLimit(largest=8192, is_sure=True)
    >>> answer_limit_of(ProviderProblem("maximum context length is 8192 tokens")) is None
    True
    """
    message = problem.message
    for pattern in _WINDOWS:
        match = pattern.search(message)
        if match:
            return _room(match)
    letters = _LETTERS.search(message)
    if letters and _number(letters["asked"]) >= _number(letters["window"]):
        return AnswerLimit(None)
    is_named = bool(_PARAMS.fullmatch(problem.param))
    if not is_named and not _NAMED.search(message):
        return None
    largest = _largest_in(message)
    if largest:
        return AnswerLimit(largest)
    return AnswerLimit(None) if _is_too_large(message, is_named) else None


def _room(match: re.Match[str]) -> AnswerLimit | None:
    """What is left of the window; None where the question alone does not fit."""
    numbers = {name: _number(text) for name, text in match.groupdict().items() if text}
    asked = numbers.get("asked")
    if "all" in numbers and asked is not None:
        given = numbers["all"] - asked
    else:
        given = numbers.get("input", numbers.get("least", 0))
    left = numbers["window"] - given
    if left <= 0 or asked == 0:
        return None
    return AnswerLimit(left, is_sure="least" not in numbers)


def _largest_in(message: str) -> int | None:
    match = _EXCLUSIVE.search(message)
    largest = _number(match[match.lastindex or 0]) - 1 if match else 0
    if not match:
        match = _LARGEST.search(message)
        largest = _number(match[match.lastindex or 0]) if match else 0
    return largest if largest > 0 else None


def _is_too_large(message: str, is_named: bool) -> bool:
    if not _TOO_LARGE.search(message) or re.search(r"instead|not supported", message):
        return False
    return is_named or bool(re.search(rf"{_NAMES}[`'\"]?(?: is| value)? (?:too|exceed)", message))


def _number(text: str) -> int:
    return int(text.replace(",", ""))
