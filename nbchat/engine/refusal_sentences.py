"""The sentence for one refusal, chosen by what is known of it and filled in."""

from __future__ import annotations

import re

from nbchat.engine.error_context import ErrorContext
from nbchat.engine.refusal_kinds import Verdict
from nbchat.engine.refusal_limits import AnswerLimit, Oversize, Period
from nbchat.engine.refusal_words import SENTENCES, STATUS_WORDS
from nbchat.engine.retry import LONGEST_WAIT, in_words
from nbchat.errors import KeyRefused, ModelNotFound
from nbchat.wording import OR_ANOTHER_MODEL, set_key

# In all of these, `{said}`, `{wait}` and `{request_id}` are filled in last.
NO_KEY_SET = "{name} wants a key, and none is set{status}{variable}.{said}\n{another_key}"
PLACEHOLDER = (
    "{name} refuses what is set as the key{key}{status}: it is a placeholder, no key.{said}\n"
    "{another_key}"
)
PERIOD = (
    "{name} has a {period} limit, and it is reached{status}.{wait}{said}\n"
    f"Nothing was added to the conversation; ask again {{later}}, {OR_ANOTHER_MODEL}"
)
OVERSIZE = (
    "{name} limits what is sent at a time to {limit:,}, and this request alone is "
    "{requested:,}{status}.{said}\n"
    "Shorten the question, send smaller files, ask for a shorter answer (--max-tokens), or start "
    "over:\n%chat reset"
)
MAX_TOKENS = "{name} refuses the request{status}: max_tokens is too large.{said}\n"
LARGEST = (
    "The largest that fits is {largest}: --max-tokens {largest}, or max_tokens={largest} in Python."
)
AT_MOST = (
    "It has not counted the whole question, and no more than {largest} fit beside what it counted: "
    "ask for less (--max-tokens, or max_tokens= in Python), shorten the question, or start over:\n"
    "%chat reset"
)
SMALLER = "Ask for a shorter answer: a smaller --max-tokens, or max_tokens= in Python."
NOTHING_THERE = (
    "{name} does not know what was asked{status}: there is nothing at POST {path} on that server; "
    "{question}{said}\n"
    f"It is asked at {{place}}. Check the base URL, {OR_ANOTHER_MODEL}"
)
ENDS_IN_V1 = ("openai-chat", "openai-responses")  # the base URLs of these formats
_VERSION = re.compile(r"/v\d\w*$")
LATER = {"daily": "tomorrow", "weekly": "next week", "monthly": "next month", "hourly": "later"}


def sentence_for(
    verdict: Verdict,
    status: int,
    context: ErrorContext,
    period: Period | None,
    oversize: Oversize | None,
    limit: AnswerLimit | None,
) -> tuple[str, bool]:
    """What is said of a refusal, and whether another model helps."""
    kind = verdict.kind
    template, other_model_helps = SENTENCES[kind], kind.other_model_helps
    words = STATUS_WORDS.get(status)
    facts: dict[str, object] = {}
    if limit:
        template, facts = MAX_TOKENS + _what_fits(limit), {"largest": limit.largest}
    elif oversize:
        template, facts = OVERSIZE, oversize._asdict()
    elif period:
        template, facts = PERIOD, {"period": period.name, "later": LATER[period.name]}
    elif words and not verdict.is_told:
        status_behind = "" if "{status}" in words.happened else "{status}"
        happened = f"{{name}} {words.happened}{status_behind}."
        template = f"{happened}{{wait}}{{said}}\n{words.to_do}"
        other_model_helps = words.other_model_helps
    elif kind is KeyRefused and not context.has_key:
        template, facts = NO_KEY_SET, {"variable": _variable(context)}
    elif kind is KeyRefused and context.has_placeholder:
        template = PLACEHOLDER
    return _filled(template, verdict, status, context, facts), other_model_helps


def _what_fits(limit: AnswerLimit) -> str:
    if limit.largest is None:
        return SMALLER
    return LARGEST if limit.is_sure else AT_MOST


def nothing_there(status: int, said: str, context: ErrorContext) -> str:
    """What is said where no model is meant, but an address at which nothing is."""
    question = "is the base URL right?"
    if context.route.wire in ENDS_IN_V1 and not _VERSION.search(context.base_url):
        question = "does the base URL end in /v1?"
    return NOTHING_THERE.format(
        name=context.route.provider.name,
        status=f" ({status})" if status >= 400 else "",
        path=context.path or "/",
        question=question,
        said=said,
        place=context.base_url,
    )


def _filled(
    template: str, verdict: Verdict, status: int, context: ErrorContext, facts: dict[str, object]
) -> str:
    provider = context.route.provider
    kind = verdict.kind
    filled = template.format(
        name=provider.name,
        models=context.models_hint() or f"Its models:\n%chat models {provider.type}",
        model=context.route.model.sent_id,
        near=_similar_models(context) if kind is ModelNotFound else "",
        key=_after("from", context),
        with_key=_after("with the key from", context).strip() or "without a key",
        of_key=_after("of the key from", context),
        another_key=_another_key(context),
        status=f" ({status})" if status >= 400 else "",
        said="\0said\0",
        wait="\0wait\0",
        **facts,
    )
    filled = filled.replace("{", "{{").replace("}", "}}")
    return filled.replace("\0said\0", "{said}").replace("\0wait\0", "{wait}")


def wait_sentence(seconds: float | None) -> str:
    """How long the provider asks to wait, as a sentence behind another."""
    if not seconds:
        return ""
    asks = f" It asks to wait {in_words(seconds)}"
    return f"{asks}, which is too long to wait for here." if seconds > LONGEST_WAIT else f"{asks}."


def _after(words: str, context: ErrorContext) -> str:
    """Where the key came from, after these words; nothing where there is none."""
    return f" {words} {context.key_origin}" if context.has_key else ""


def _variable(context: ErrorContext) -> str:
    variables = context.route.provider.env_keys
    return f": {variables[0]}" if variables else ""


def _similar_models(context: ErrorContext) -> str:
    similar = context.similar_models().strip()
    return f"{similar} " if similar else ""


def _another_key(context: ErrorContext) -> str:
    """What to check, and the line that sets another key where a variable held this one."""
    check = f"Check that it is a key for {context.base_url}"
    if not context.has_key:
        variables = context.route.provider.env_keys
        line = set_key(variables[0]) if variables else "Give it as api_key=."
        return f"Set the one for {context.base_url}:\n{line}"
    if re.fullmatch("[A-Z][A-Z0-9_]*", context.key_origin):
        if context.has_placeholder:
            return f"Put your own key there:\n{set_key(context.key_origin)}"
        return f"{check}, or set another:\n{set_key(context.key_origin)}"
    return f"{check}."
