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
    r"(?:security|access|bearer) token .{0,40}(?:invalid|expired)|authentication failed",
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
# What is measured, and that it is too much: both stand in a sentence of a conversation's length.
_LENGTH = (
    r"\bcontext[ _-]?(?:length|window|size|limit)|\bn_ctx\b|\bmax_(?:seq|model)_len\b"
    r"|(?:prompt|inputs?|messages?|request|conversation|text)\b[^.;]{0,60}\btokens\b"
    r"|\btokens\b[^.;]{0,60}\b(?:prompt|inputs?|messages?|text)\b|\btoken limit\b"
    r"|\bprompt_tokens\b|\b(?:prompt|input)(?: tokens?| text)? (?:length|count)\b"
)
_TOO_MUCH = (
    r"exceed|too (?:long|large|big|many|much)|(?:longer|larger|greater|more) than (?!\d{1,2}\b)"
    r"|overflow|must (?:be|have) (?:less|fewer|shorter)|of only|(?:is|was) only|reduce"
    r"|\d\)? ?>=? ?[a-z_ (]{0,12}\d"
    r"|max(?:imum)?\b[^.;]{0,60}\b(?:is|of) [\d,]+"
)
CONTEXT = _rule(
    ContextTooLong,
    rf"^(?=.*?(?:{_LENGTH}))(?=.*?(?:{_TOO_MUCH}))",
    r"(?:prompt|input|conversation|request|messages?) (?:is|are|was) too (?:long|large)",
    r"exceed(?:s|ed)? (?:the )?max(?:imum)? (?:number of (?:input )?|message )tokens",
    r"too many (?:input )?tokens|input length should be|maximum context length",
    r"longer than the maximum (?:model|context|input) length",
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
    r"(?:moderation|safety|security|policy|inappropriate|harmful|unsafe|risk)",
    r"requires moderation",
    r"(?:contains?|containing) (?:inappropriate|sensitive|harmful|unsafe) (?:content|information)",
    r"violat\w+ .{0,40}(?:usage|content|safety|guardrail) ?(?:polic|guideline)",
    r"guardrail (?:checks? .{0,40}failed|intervened)|violat\w+ (?:of )?.{0,20}guardrail",
    r"content exists risk",
    r"敏感(?:内容|信息|词)|违法违规",
)
_EMPTY = (
    r"insufficient[ _](?:balance|credit|fund|quota)",
    r"in arrears|overdue (?:balance|payment)",
    r"credit balance is too low",
    r"(?:balance|quota|credits?|free tier) (?:is |are |has been |have been )?"
    r"(?:insufficient|exhausted|used up|depleted)",
    r"free (?:allocated )?quota (?:is )?exceeded",
    r"(?:exceeded|crossed|over)[ :]?(?: its| your| the)? budget|budget (?:has been |is )?exceeded",
    r"余额不足|欠费|额度(?:不足|已?用[尽完])|余量已?用[尽完]|资源包?已?耗尽|停服",
)
# Where nothing has to be waited for: the account has spent what it may.
EMPTY = _rule(NoCredit, *_EMPTY)
SPENT = re.compile(r"spending (?:cap|limit)|\bspend limit", re.I)
MONEY = _rule(
    NoCredit,
    *_EMPTY,
    r"exceeded your current quota",
    r"(?:out of|no|any|enough|more) credits?\b",
    r"billing (?:is not|details|account|hard limit)",
    r"(?:monthly|spending|budget|usage) (?:limit|has been) .{0,20}(?:exceeded|reached)",
    r"(?:reached|reaching|exceeded|hit) .{0,20}(?:spending (?:cap|limit)|spend limit)",
    r"payment required|top up|recharge",
)
RATE = _rule(
    RateLimited,
    r"rate[ -]?limit",
    r"too many (?:concurrent )?requests",
    r"requests? per (?:second|minute|hour|day)|tokens per (?:minute|hour|day)",
    r"throttl|slow down",
    r"请求过于频繁|限流|频率",
)
# What a gateway says under another status than 429.
QUOTA = _rule(RateLimited, r"out of call volume quota|quota will be replenished")
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
SUSPENDED = _rule(
    NotAllowed,
    r"(?:account|organization|project|team|user|workspace)\b.{0,40}\b"
    r"(?:suspended|restricted|deactivated|disabled|blocked|banned)",
)
NOT_OPENED = _rule(NotAllowed, r"not (?:been )?(?:enabled|activated|opened|subscribed)", r"未开通")
# A gateway that knows the model, and has nobody who serves it.
CHANNEL = _rule(ModelNotFound, r"no available channel", r"无可用渠道")
# Something is there, and the model too, but not for this request or this account.
NOT_SO = _rule(
    RequestRefused,
    r"\bthat support\b|\b(?:not|only) supported (?:in|with|on|via|through|at v\d)\b",
    r"\bdo(?:es)?(?: not|n't) support\b|\bnot a chat model\b",
)
NOT_YOURS = _rule(NotAllowed, r"\bdata policy\b|\bguardrail restrictions\b|no allowed providers")
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
    r"failed to (?:parse|initialize samplers|tokenize|apply|render)",
    r"failed to (?:decode|load) (?:image|audio)",
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

# Those who serve a model have not what the request wants of it, or the account lets none do so
# (openrouter.ai/docs, provider routing).
NOBODY_DOES = re.compile(r"no endpoints? (?:found|available) (?:that|which|matching|with)\b", re.I)
# No model, but a path: nothing is at this address.
NOTHING_THERE = re.compile(
    r"not[ _]?found|no (?:matching |such )?(?:route|path|endpoint|handler|resource|page)"
    r"|cannot (?:post|get)|unknown (?:request )?(?:url|path|endpoint|route)|invalid (?:url|path)"
    r"|does(?: not|n't) exist|unexpected endpoint|unrecognized request|not supported at this"
    r"|no route matched|could not route|\bnginx\b"
    r"|(?:cannot|can't|could not|unable to) (?:be )?(?:found?|find|locate|identify|resolve)",
    re.I,
)
UNEXPECTED_ENDPOINT = re.compile(
    r"unexpected endpoint or method|unknown request url|invalid url \(|could not route to /", re.I
)
_LINKS = re.compile(r"https?://\S+|www\.\S+")
_PATHS = re.compile(r"https?://\S+|(?<![\w.])/[\w.~%:/{}@-]+")
_QUOTED = re.compile(r"(?<!\w)([`'\"])([^`'\"\n]{1,80})\1(?!\w)")
_OWN_NAMES = ("inputs", "input", "messages", "message", "prompt", "text", "model")
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

REFUSED = (400, 422)  # statuses of what is wrong with the request itself
BY_STATUS: dict[int, Sequence[Rule]] = {
    400: (KEY, MODEL, CONTEXT, FILTER),
    401: (EMPTY,),
    402: (NOT_OPENED,),
    403: (QUOTA, MONEY, FILTER, KEY),
    404: (MODEL, NOT_SO, NOT_YOURS),
    412: (MONEY, SUSPENDED),
    422: (KEY, MODEL, CONTEXT, FILTER),
    424: (FILTER, UNABLE),
    429: (RATE, MONEY, OVERLOADED),
    451: (FILTER,),
    500: (CONTEXT, UNABLE, MODEL),
    503: (CHANNEL,),
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
    if status in REFUSED and "{" not in words:
        words = _QUOTED.sub(_placeholder, words)
    rules = BY_STATUS.get(status, () if status >= 400 else ALL)
    for kind, pattern in rules:
        if pattern.search(words):
            return kind
    return None


def _placeholder(quoted: re.Match[str]) -> str:
    """Something in quotes is a name or a value of the request, and says nothing of its own."""
    return quoted[0] if quoted[2] in _OWN_NAMES else f"{quoted[1]}x{quoted[1]}"


def is_about_a_model(message: str, model: str) -> bool:
    """Whether a sentence speaks of a model, outside of any path that it repeats."""
    words = _PATHS.sub(" ", message)
    if _MODEL_WORD.search(words) or MODEL[1].search(words):
        return True
    named = rf"(?<![\w-]){re.escape(model)}(?![\w-])"
    return len(model) >= SHORTEST_ID and re.search(named, words, re.I) is not None
