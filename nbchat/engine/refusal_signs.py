"""What the words of a refusal tell, where its status and its codes tell nothing.

A sentence may quote the question: "operator '+' is overloaded" is no server that is busy. So
words count last, and those of money, of rates and of busy servers never in a 400 or 422.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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

Kind = type[ServiceError]
Rule = tuple[Kind, re.Pattern[str]]


def _rule(kind: Kind, *patterns: str) -> Rule:
    return kind, re.compile("|".join(patterns), re.I | re.S)


_NAME = r"[\"'`“‘(\[]*[\w.:/@+-]+[\"'`”’)\]]*"
KEY = _rule(
    KeyRefused,
    r"api[ -]?key (?:is )?(?:not valid|invalid|expired|missing|required|not found|incorrect)",
    r"(?:invalid|incorrect|missing|wrong|expired|no|valid) (?:x-)?api[ -]?key",
    r"(?:security|access) token .{0,40}(?:invalid|expired)",
    r"(?:missing|invalid) (?:authentication|authorization)",
    r"无效的(?:令牌|API)",
)
MODEL = _rule(
    ModelNotFound,
    r"invalid model(?! (?:input|output|param|config|argument|option|setting))",
    r"(?:unknown|no such|could not find(?: the)?|cannot find(?: the)?) model",
    r"not a valid model",
    rf"\bmodels?(?: or endpoint)?:? {_NAME} (?:is |was |does |do |has |could )?"
    r"(?:not (?:be )?(?:found|exist|available|loaded|deployed)|been (?:retired|decommissioned))",
    r"\bmodel(?: identifier| id| name)?(?: you requested)? (?:is |was |does |has |provided is )?"
    r"(?:not (?:found|exist|available|loaded)|invalid|been (?:retired|decommissioned))",
    r"model identifier is invalid",
    r"\bmodels/\S+ (?:is )?not found",
    rf"\bmodel {_NAME} (?:is )?not supported by",
    r"no (?:available channel|healthy deployments?|endpoints? found) for (?:this )?(?:model )?",
    r"requested model .{0,80}does not exist",
    r"模型.{0,60}不存在",
    r"不存在.{0,10}模型",
)
CONTEXT = _rule(
    ContextTooLong,
    r"(?:maximum |model'?s? )?context (?:length|window|size)",
    r"(?:prompt|input|conversation|request|messages?) (?:is|are|was) too (?:long|large)",
    r"exceed(?:s|ed)?(?: the)?(?: model'?s?)?(?: maximum)?(?: input)? token limit",
    r"(?:input|prompt)(?: token)?(?: length| count)? .{0,40}exceeds? the max",
    r"exceeds the maximum number of (?:input )?tokens",
    r"too many (?:input )?tokens",
    r"longer than the maximum (?:model|context|input) length|input length should be",
    r"maximum (?:context|number of (?:input )?tokens)",
    r"reduce the length of (?:the messages|your prompt|either)",
    r"(?:超长|超过.{0,20}(?:上下文|最大长度))",
)
FILTER = _rule(
    Filtered,
    r"content management policy",
    r"content[ -]filter(?:ing)? (?:policy|system|was|is|has|trigger|block|result)",
    r"by .{0,20}content[ -]filter",
    r"considered (?:as )?high risk",
    r"(?:flagged|blocked|rejected) (?:by|as|for|because of|due to) .{0,30}"
    r"(?:moderation|safety|policy|inappropriate|harmful|unsafe)",
    r"requires moderation",
    r"(?:contains?|containing) (?:inappropriate|sensitive|harmful|unsafe) content",
    r"violat\w+ .{0,40}(?:usage|content|safety) polic",
    r"敏感(?:内容|信息|词)",
)
MONEY = _rule(
    NoCredit,
    r"insufficient[ _](?:balance|credit|fund|quota)",
    r"in arrears|overdue (?:balance|payment)",
    r"exceeded your current quota",
    r"credit balance is too low",
    r"(?:out of|no|any|enough|more) credits?\b",
    r"(?:balance|quota|credits?) (?:is |are |has been |have been )?"
    r"(?:insufficient|exhausted|used up)",
    r"billing (?:is not|details|account|hard limit)",
    r"(?:monthly|spending|budget|usage) (?:limit|has been) .{0,20}(?:exceeded|reached)",
    r"payment required|top up|recharge",
    r"余额不足|欠费|额度不足",
)
RATE = _rule(
    RateLimited,
    r"rate[ -]?limit",
    r"too many (?:concurrent )?requests",
    r"requests? per (?:second|minute|hour|day)|tokens per (?:minute|hour|day)",
    r"throttl|slow down",
    r"请求过于频繁|限流|频率",
)
BUSY = _rule(
    ServiceDown,
    r"overloaded",
    r"(?:server|service|engine|system|model) (?:is )?(?:currently |really |too |very )*busy",
    r"temporarily unavailable|try again later|(?:is|still) loading|loading model",
    r"繁忙|稍后(?:再试|重试)",
)
ALLOWED = _rule(
    NotAllowed,
    r"do(?:es)? not have (?:access|permission)",
    r"(?:country|region|location) .{0,40}not (?:supported|available)",
)
NOT_OPENED = _rule(NotAllowed, r"not (?:been )?(?:enabled|activated|opened|subscribed)", r"未开通")
# What a server fails at that no other try would mend: the request, its template, its files.
UNABLE = _rule(
    RequestRefused,
    r"\bnot supported\b|\bunsupported\b",
    r"\bdo(?:es)?(?: not|n't) support\b",
    r"\b(?:needs?|requires?) (?:the )?[`'\"]?--\w",
    r"\bjinja\b|chat[ _-]template|at (?:row|line) \d+, column \d+|raised exception",
    r"\bmmproj\b|image input|multi-?modal",
    r"\broles? (?:must|are|is)\b|message role\b|(?:found|null|empty) in messages",
    r"cannot determine type of",
    r"failed to (?:parse|initialize samplers|tokenize|apply|render|decode (?:image|audio))",
    r"unable to generate parser",
    r"(?:invalid|malformed|bad) (?:request|input|parameter|argument|grammar|json|schema|tool|image"
    r"|message|value|role|format|type|base64)",
    r"\b(?:\w+_)?(?:schema|grammar|request|format|tool|template)\w*\b.{0,20} invalid\b",
    r"cannot use both|cannot use .{0,40} with|not both",
    r"missing (?:data )?(?:required|field|parameter)",
    r"(?:field|parameter) .{0,40}(?:required|missing)",
    r"cannot unmarshal|json schema conversion",
    r"expected .{0,60}(?:to be|but got|got)\b",
)
NO_MEMORY = re.compile(r"requires? more (?:system |gpu |video )?memory|out of memory|\boom\b", re.I)

# No model, but a path: nothing is at this address.
NOTHING_THERE = re.compile(
    r"not[ _]?found|no (?:matching |such )?(?:route|path|endpoint|handler|resource|page)"
    r"|cannot (?:post|get)|unknown (?:request )?(?:url|path|endpoint|route)|invalid (?:url|path)"
    r"|does(?: not|n't) exist|unexpected endpoint|unrecognized request|not supported at this"
    r"|no route matched|\bnginx\b",
    re.I,
)
# OpenRouter's 404 where the model is there, and nobody serves it with what was asked for.
NOBODY_SUPPORTS = re.compile(r"no endpoints? found that supports? ", re.I)
UNEXPECTED_ENDPOINT = re.compile(
    r"unexpected endpoint or method|unknown request url|invalid url \(", re.I
)
_LINKS = re.compile(r"https?://\S+|www\.\S+")
_PATHS = re.compile(r"https?://\S+|(?<![\w.])/[\w.~%:/{}@-]+")
SHORTEST_ID = 3  # letters of a model's id by which it is recognised in a sentence
_MODEL_WORD = re.compile(r"(?<![\w/-])(?:models?|deployments?|modèle|modelo)(?![\w/-])|模型", re.I)

# What one vendor says of money in a 400, as a whole sentence and under no code of its own:
# "Your credit balance is too low to access the Anthropic API."
_MONEY_SENTENCES = re.compile(
    r"Your credit balance is too low to access\b|You have reached your specified API usage limits"
)

OVERLOADED = _rule(
    ServiceDown, r"overloaded|(?:server|service|engine|system|model) .{0,20}busy|繁忙"
)

BY_STATUS: dict[int, Sequence[Rule]] = {
    400: (KEY, MODEL, CONTEXT, FILTER),
    402: (NOT_OPENED,),
    403: (MONEY, FILTER, KEY),
    422: (KEY, MODEL, CONTEXT, FILTER),
    429: (RATE, MONEY, OVERLOADED),
    500: (CONTEXT, UNABLE, MODEL),
}
# Where there is no status, as in a stream that has begun.
ALL: Sequence[Rule] = (MONEY, BUSY, CONTEXT, FILTER, RATE, KEY, MODEL, ALLOWED)


def kind_by_words(message: str, status: int) -> Kind | None:
    """The kind that the words tell, of those that this status leaves open; None where none do.

    >>> kind_by_words("operator '+' is overloaded", 400) is None
    True
    """
    if status == 400 and _MONEY_SENTENCES.match(message):
        return NoCredit
    words = _LINKS.sub(" ", message)  # a page about rate limits says nothing of this refusal
    rules = BY_STATUS.get(status, () if status >= 400 else ALL)
    for kind, pattern in rules:
        if pattern.search(words):
            return kind
    return None


def is_about_a_model(message: str, model: str) -> bool:
    """Whether a sentence speaks of a model, outside of any path that it repeats."""
    words = _PATHS.sub(" ", message)
    if _MODEL_WORD.search(words) or MODEL[1].search(words):
        return True
    named = rf"(?<![\w-]){re.escape(model)}(?![\w-])"
    return len(model) >= SHORTEST_ID and re.search(named, words, re.I) is not None
