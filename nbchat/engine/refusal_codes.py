"""The codes of the providers' error references, and which kind of refusal each is.

Words of a code are told from each other however it is written: `Throttling.RateQuota` and
`throttling_rate_quota` are the same. Numbers mean something for one vendor alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from nbchat.errors import (
    ContextTooLong,
    Filtered,
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

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")

# What a code says that names no kind: only where the HTTP status says nothing does it count.
VAGUE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        RequestRefused,
        re.compile(
            r"(?:invalid|bad|malformed)_(?:request|argument|parameter|input|prompt)"
            r"|missing_parameter|unsupported_parameter|validation|failed_precondition"
            r"|out_of_range|unprocessable"
        ),
    ),
    (ServiceDown, re.compile(r"internal|server_error|api_error|timeout|deadline|upstream|gateway")),
)
# Nothing is at an address, or no model is of that name: the words decide.
NOT_FOUND = re.compile(r"(?:resource_|route_|url_)?not_found(?:_error|_exception)?|unknown_url")
# Used up, or too much at a time: what is asked to wait decides.
QUOTA = re.compile(r"quota|resource_(?:has_been_)?exhausted|usage_limit")

# No more than the status 429, or nothing at all.
REPEATS_429 = re.compile(
    r"\d+|(?:rate_limit|too_many_requests)(?:_error)?|resource_(?:has_been_)?exhausted"
    r"|some_resource_has_been_exhausted|invalid_request_error|(?:api|new_api|openai)_error"
    r"|throttling_allocation_quota|(?:requests|tokens|error|quota|none|null)"
)

# Several may fit one code: the order is that in which they are tried.
NAMED: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        RateLimited,
        re.compile(
            r"throttl|too_many_requests|rate_?limit|rate_exceeded|too_fast|slow_down"
            r"|limit_requests|limit_burst|concurren|(?<![a-z])[rtq]p[msd](?![a-z])"
            r"|per_min|per_day|daily_limit|request_limit|limit_exceeded_exception"
            r"|(?:request|token|server)_(?:quota|limit)_exceeded|user_rate|service_quota"
        ),
    ),
    (
        NoCredit,
        re.compile(
            r"insufficient_.*(?:quota|balance|fund|credit)|exceeded_current_quota|arrear|overdue"
            r"|billing|payment|balance|budget|credits?_(?:balance|exhaust|limit|deplet|insuff)"
            r"|(?:out_of|no|not_enough)_credit|spend(?:ing)?_limit|organization_usage_limit|free_tier_only"
            r"|charge|subscription_(?:expired|inactive)|purchase_expired|consume_token_quota"
            r"|pack_exhaust|service_stop"
        ),
    ),
    (
        ServiceDown,
        re.compile(
            r"overload|unavailable|not_available_now|service_not_available|not_ready|busy"
            r"|capacity|loading|no_provider_available"
        ),
    ),
    (
        ContextTooLong,
        re.compile(
            r"context_(?:length|window|size)|(?:tokens|characters|prompt|input|content)_too_long"
            r"|too_many_tokens|request_too_large|payload_too_large|string_above_max_length"
            r"|prompt_is_too_long|max_(?:input_|context_)tokens"
        ),
    ),
    (
        Filtered,
        re.compile(
            r"content_filter|content_policy|moderation|sensitive|data_inspection|unsafe"
            r"|risk_detection|(?:content|safety)_(?:safety|blocked|violation)|responsible_ai"
            r"|guardrail|prohibited_content|policy_violation|high_risk|input_flagged|censor|illegal"
            r"|(?:cyber|bio|usage|safety)_policy|hooks_failed"
        ),
    ),
    (
        NotAllowed,
        re.compile(
            r"permission|access_(?:denied|deny|disabled|terminated)|not_allowed|forbidden"
            r"|not_authorized|unsupported_country|unpurchased|service_not_open"
            r"|(?:account|organization|project|team|user)_(?:is_)?(?:disabled|deactivated|locked"
            r"|suspended|restricted|blocked)|verification_required|not_activated"
            r"|(?:service|address|referrer)_(?:blocked|disabled)|consumer_suspended"
        ),
    ),
    (
        KeyRefused,
        re.compile(
            r"api_?key|invalid_(?:access_)?(?:token|key|iam|subscription_key)|authenticat"
            r"|unauthori|auth(?:entication)?_(?:failure|error)|failed_to_auth|token_expired"
            r"|access_token|expired_token|unrecognized_client|invalid_signature|login_fail"
        ),
    ),
    (
        ModelNotFound,
        re.compile(
            r"model_(?:id_)?(?:is_)?(?:not_(?:found|open|exist|available|supported)"
            r"|does_not_exist|decommissioned|deprecated|retired)"
            r"|(?<!parameter_)(?:invalid|unknown|unsupported|no_such)_model"
            r"|(?:deployment|engine)_not_found|endpoint_or_model"
        ),
    ),
)

NUMBERS: Mapping[str, Mapping[Kind, str]] = {  # with spaces between
    "zhipu": {  # docs.bigmodel.cn/cn/api/api-code, 2026-11
        KeyRefused: "1000 1001 1002 1003 1004",
        NotAllowed: "1110 1111 1112 1121 1220 1311",
        NoCredit: "1113 1309",
        ModelNotFound: "1211 1221 1222",
        RequestRefused: "1210 1212 1213 1214 1215",
        ContextTooLong: "1261",
        Filtered: "1300 1301",
        RateLimited: "1302 1303 1304 1308 1310 1313",
        ServiceDown: "1120 1230 1234 1305 1312",
    },
    "minimax": {  # platform.minimaxi.com; 1002 is requests a minute, 1039 tokens a minute
        ServiceDown: "1000 1001 1013 1024 1033",
        RateLimited: "1002 1039 1041 2045 2056",
        KeyRefused: "1004 2049",
        NoCredit: "1008",
        Filtered: "1026 1027",
        RequestRefused: "1042 2013",
    },
    "baidu": {  # ai.baidu.com/ai-doc/WENXINWORKSHOP/tlmyncueh, 2025-09
        ServiceDown: "1 2 336000 336100",
        RateLimited: "4 17 18 336501 336502 336503",
        NoCredit: "19",
        NotAllowed: "6",
        KeyRefused: "13 14 15 100 110 111",
        RequestRefused: "336001 336002 336003",
        ContextTooLong: "336007 336103",
    },
    "spark": {
        KeyRefused: "10005 10313",
        NotAllowed: "10016 11200",
        RateLimited: "10006 10007 11201 11202 11203",
        ServiceDown: "10008 10010 10012 10110 10222 10910",
        Filtered: "10013 10014 10019",
        ContextTooLong: "10907",
        RequestRefused: "10003 10004 10163",
    },
    "siliconflow": {
        ModelNotFound: "20012",
        RequestRefused: "20015",
        NoCredit: "30001",
        NotAllowed: "30003",
        ServiceDown: "50501 50502 50503 50504 50505 50603",
    },
    "cloudflare": {
        KeyRefused: "9109 10000",
        ModelNotFound: "5007",
        RateLimited: "2003 3036 4006",
        ServiceDown: "3040",
        Filtered: "2016 2017",  # developers.cloudflare.com/ai-gateway/features/guardrails
    },
}
VENDORS = {"glm": "zhipu", "ernie": "baidu"}  # of the providers of the table
SHARED = ("zhipu", "siliconflow", "spark", "cloudflare")  # whose numbers no two of them use
OTHER_NUMBERS = ("mistral",)  # providers whose numbers are their own, and not listed here
# For the day, the week or the month, whatever the words say.
DAILY_NUMBERS = {"zhipu": "1304", "baidu": "17", "spark": "11201", "cloudflare": "3036 4006"}
# What a code of one provider means against what it means elsewhere.
OWN: Mapping[str, Mapping[str, Kind]] = {
    # Tokens a minute, in spite of its name: help.aliyun.com/zh/model-studio/error-code.
    "qwen": {"insufficient_quota": RateLimited},
    # The free trial is used up: volcengine.com/docs/82379/1299023.
    "doubao": {"quota_exceeded": NoCredit, "set_limit_exceeded": NoCredit},
}


def codes_of(problem: ProviderProblem) -> list[str]:
    """The codes of a problem, in one spelling, the more exact ones first.

    >>> codes_of(ProviderProblem("", code="Throttling.RateQuota", kind="TPMLimit"))
    ['throttling_rate_quota', 'tpm_limit']
    """
    codes = (*problem.reasons, problem.code, problem.kind)
    return [*dict.fromkeys(filter(None, map(_spelt, codes)))]


def _spelt(code: str) -> str:
    return "_".join(_WORD.findall(code)).lower()


def named_kind(problem: ProviderProblem, provider: str) -> Kind | None:
    """The kind that a code stands for, of itself; None where none does."""
    codes = codes_of(problem)
    own = OWN.get(provider, {})
    for code in codes:
        if code in own:
            return own[code]
    vendor = _vendor_of(problem, provider)
    if vendor:
        return _numbered_kind(problem, (vendor,)) or _first_fitting(NAMED, codes)
    shared = () if provider in OTHER_NUMBERS else SHARED
    return _first_fitting(NAMED, codes) or _numbered_kind(problem, shared)


def vague_kind(problem: ProviderProblem) -> Kind | None:
    """The kind that a code hints at, for where no status says more."""
    return _first_fitting(VAGUE, codes_of(problem))


def _first_fitting(
    rules: Iterable[tuple[Kind, re.Pattern[str]]], codes: Iterable[str]
) -> Kind | None:
    rules = tuple(rules)
    for code in codes:
        for kind, pattern in rules:
            if pattern.search(code):
                return kind
    return None


def _numbered_kind(problem: ProviderProblem, vendors: Iterable[str]) -> Kind | None:
    for vendor in vendors:
        for kind, numbers in NUMBERS[vendor].items():
            if problem.code in numbers.split():
                return kind
    return None


def _vendor_of(problem: ProviderProblem, provider: str) -> str:
    """Whose numbers the code is one of, where that is known."""
    own = problem.vendor or VENDORS.get(provider, provider)
    return own if own in NUMBERS else ""


def is_daily_number(problem: ProviderProblem, provider: str) -> bool:
    """Whether the code is a number that stands for the limit of a day."""
    own = _vendor_of(problem, provider)
    vendors = (own,) if own else SHARED
    return any(problem.code in DAILY_NUMBERS.get(vendor, "").split() for vendor in vendors)


def says_not_found(problem: ProviderProblem) -> bool:
    """Whether a code says that something is not there, but not what."""
    return any(NOT_FOUND.fullmatch(code) for code in codes_of(problem))


def repeats_429(problem: ProviderProblem) -> bool:
    """Whether no code says more than the status 429 does of itself."""
    return all(REPEATS_429.fullmatch(code) for code in codes_of(problem))


def says_quota(problem: ProviderProblem) -> bool:
    """Whether a code speaks of a quota, which may be of a minute or of an account."""
    return any(QUOTA.search(code) for code in codes_of(problem))
