"""The sentence for one refusal, chosen by what is known of it and filled in."""

from __future__ import annotations

import re

from nbchat.engine.error_context import ErrorContext
from nbchat.engine.refusal_kinds import Verdict
from nbchat.engine.refusal_limits import AnswerLimit, Oversize, Period
from nbchat.engine.refusal_words import PERIODS, SENTENCES, STATUS_WORDS, RefusalWords
from nbchat.engine.retry import LONGEST_WAIT, in_words
from nbchat.errors import ContextTooLong, KeyRefused, ModelNotFound, NoCredit, NotAllowed
from nbchat.wording import OR_ANOTHER_MODEL, set_key

ENDS_IN_V1 = ("openai-chat", "openai-responses")  # the base URLs of these formats
_VERSION = re.compile(r"/v\d\w*$")


def words_for(
    verdict: Verdict,
    status: int,
    context: ErrorContext,
    period: Period | None,
    oversize: Oversize | None,
    limit: AnswerLimit | None,
) -> RefusalWords:
    """What is said of a refusal, by the most that is known of it."""
    if limit:
        return RefusalWords(
            "refuses the request",
            _what_fits(limit),
            other_model_helps=False,
            reason="max_tokens is too large",
        )
    if oversize:
        return RefusalWords(
            f"limits what is sent at a time to {oversize.limit:,}, and this request alone is "
            f"{oversize.requested:,}",
            "Shorten the question, send smaller files, ask for a shorter answer (--max-tokens), "
            "or start over:\n%chat reset",
        )
    if period:
        return PERIODS[period.name]
    if status in STATUS_WORDS and not verdict.is_told:
        return STATUS_WORDS[status]
    return _words_of_kind(verdict, context)


def _words_of_kind(verdict: Verdict, context: ErrorContext) -> RefusalWords:
    kind, model = verdict.kind, context.route.model.sent_id
    if kind is KeyRefused:
        return _key_refused(context)
    if kind is NotAllowed:
        return _not_allowed(context)
    if kind is NoCredit:
        happened = "finds no credit or quota left in the account"
        if context.has_key:
            happened = (
                f"finds no credit or quota left in the account of the key from {context.key_origin}"
            )
        return RefusalWords(happened, f"Top it up on its billing page, {OR_ANOTHER_MODEL}")
    if kind is ModelNotFound:
        return RefusalWords(f"has no model '{model}'", _other_models(context))
    if kind is ContextTooLong:
        return RefusalWords(
            f"refuses a conversation that is too long for {model}",
            "Shorten the question, choose a model that reads more, ask it aside with "
            "%%chat --fresh, or start over:\n%chat reset",
        )
    return SENTENCES[kind]


def _key_refused(context: ErrorContext) -> RefusalWords:
    """What is said of the key, or of none, and the line that sets another."""
    variables, place = context.route.provider.env_keys, context.base_url
    if not context.has_key:
        line = set_key(variables[0]) if variables else "Give it as api_key=."
        return RefusalWords(
            "wants a key, and none is set",
            f"Set the one for {place}:\n{line}",
            reason=variables[0] if variables else "",
        )
    origin = context.key_origin
    is_variable = re.fullmatch("[A-Z][A-Z0-9_]*", origin)
    to_do = f"Check that it is a key for {place}."
    if is_variable and context.has_placeholder:
        to_do = f"Put your own key there:\n{set_key(origin)}"
    elif is_variable:
        to_do = f"Check that it is a key for {place}, or set another:\n{set_key(origin)}"
    if context.has_placeholder:
        return RefusalWords(
            f"refuses what is set as the key from {origin}",
            to_do,
            reason="it is a placeholder, no key",
        )
    return RefusalWords(f"refuses the key from {origin}", to_do)


def _not_allowed(context: ErrorContext) -> RefusalWords:
    if not context.has_key:
        return RefusalWords(
            "does not allow this without a key",
            f"Check in your account there what may be asked without a key, {OR_ANOTHER_MODEL}",
        )
    return RefusalWords(
        f"does not allow this with the key from {context.key_origin}",
        "Check in your account there what may be asked with the key from "
        f"{context.key_origin}, {OR_ANOTHER_MODEL}",
    )


def _other_models(context: ErrorContext) -> str:
    similar = context.similar_models().strip()
    models = context.models_hint() or f"Its models:\n%chat models {context.route.provider.type}"
    return f"{similar} {models}".strip()


def _what_fits(limit: AnswerLimit) -> str:
    largest = limit.largest
    if largest is None:
        return "Ask for a shorter answer: a smaller --max-tokens, or max_tokens= in Python."
    if limit.is_sure:
        return (
            f"The largest that fits is {largest}: --max-tokens {largest}, or "
            f"max_tokens={largest} in Python."
        )
    return (
        f"It has not counted the whole question, and no more than {largest} fit beside what it "
        "counted: ask for less (--max-tokens, or max_tokens= in Python), shorten the question, or "
        "start over:\n%chat reset"
    )


def nothing_there(status: int, said: str, context: ErrorContext) -> str:
    """What is said where no model is meant, but an address at which nothing is."""
    question = "is the base URL right?"
    if context.route.wire in ENDS_IN_V1 and not _VERSION.search(context.base_url):
        question = "does the base URL end in /v1?"
    words = RefusalWords(
        "does not know what was asked",
        f"It is asked at {context.base_url}. Check the base URL, {OR_ANOTHER_MODEL}",
        reason=f"there is nothing at POST {context.path or '/'} on that server; {question}",
    )
    happened = words.sentence(context.route.provider.name, in_brackets(status))
    return f"{happened}{said}\n{words.to_do}"


def in_brackets(status: int) -> str:
    """The status behind a sentence; nothing where it is one of success, inside a stream."""
    return f" ({status})" if status >= 400 else ""


def wait_sentence(seconds: float | None) -> str:
    """How long the provider asks to wait, as a sentence behind another."""
    if not seconds:
        return ""
    time = in_words(seconds)
    if seconds > LONGEST_WAIT:
        return f" It asks to wait {time}, which is too long to wait for here."
    return f" It asks to wait {time}."
