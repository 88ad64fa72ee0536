"""How many tokens an answer may be billed for, by the limits that stand in its request.

A limit of `max_tokens` may be raised by the thinking it leaves room for, or by what somebody puts
into the request with `extra`; a host may count thinking beside it; a model may take no limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from nbchat.catalog.catalog import Route
from nbchat.engine import web_search
from nbchat.engine.model_request import model_request
from nbchat.errors import NbchatError
from nbchat.messages import Message
from nbchat.options import OPTIONS, Options
from nbchat.settings import Settings
from nbchat.wire.contract import load_dialect, merge_into
from nbchat.wire.shapes import count

NOT_GIVEN = "No max_tokens is given, so how long an answer will be is not known"
NOT_TAKEN = "It takes no max_tokens, so how long an answer will be is not known"
EXTRA = "What is put into a request with extra may cost more than is known here"
THINKING = "Its thinking is not counted in max_tokens, so how long it will be is not known"
SEARCH = "A search may take several requests, and how many is not known"

# Members of a request, without the signs between their words.
LIMITS = {
    *("maxtokens", "maxcompletiontokens", "maxoutputtokens", "maxnewtokens", "numpredict"),
    *("maxtokenstosample", "maxgenlen"),
}
TIMES = {"n", "bestof", "candidatecount", "numgenerations", "numreturnsequences"}
BUDGETS = {"thinkingbudget", "budgettokens", "tokenbudget"}
FREE = {  # make no answer longer, and no token dearer
    *("frequencypenalty", "presencepenalty", "repetitionpenalty", "logitbias", "minp", "topk"),
    *("topp", "topa", "temperature", "seed", "stop", "stopsequences", "user", "metadata", "store"),
    *("logprobs", "toplogprobs", "safeprompt", "paralleltoolcalls", "keepalive", "category"),
    *("threshold", "title", "name", "tags", "enablethinking"),
}
COUNT_THINKING = ("anthropic-messages", "bedrock-converse", "gemini")  # in their limit


@dataclass(slots=True, frozen=True)
class MostMade:
    """Tokens, None where nothing limits them, and why they may still be more."""

    tokens: int | None
    may_be_more: str = ""


def most_made(settings: Settings, route: Route, options: Mapping[str, Any]) -> MostMade:
    """What the request of these options limits its answer to."""
    try:
        return _most_made(settings, route, options)
    except NbchatError:  # which the engine tells
        return MostMade(None, NOT_GIVEN)


def _most_made(settings: Settings, route: Route, options: Mapping[str, Any]) -> MostMade:
    extra = Options.of({"extra": options.get("extra")}).extra or {}
    given = [*_leaves(extra)]
    if options.get("max_tokens") is None and not any(name in LIMITS for name, _, _ in given):
        return MostMade(None, NOT_GIVEN)
    search, _ = web_search.settle(route, Options.of({"search": options.get("search")}))
    body = _body(settings, route, options)
    thinks_beside = _thinks_beside(settings, route, body)
    leaves = [
        (name, value, is_inner)
        for name, value, is_inner in _leaves(merge_into(body, extra))
        if value is not None
    ]
    limits = [value for name, value, is_inner in leaves if name in LIMITS and not is_inner]
    budgets = [value for name, value, is_inner in leaves if name in LIMITS and is_inner]
    budgets += [value for name, value, _ in leaves if name in BUDGETS and value]
    if not limits:
        return MostMade(None, NOT_TAKEN)
    most = max(limits)
    if route.wire not in COUNT_THINKING:
        most += max(budgets, default=0)
    most *= prod(value for name, value, _ in leaves if name in TIMES and value > 1)
    if search is not None:
        return MostMade(most, SEARCH)
    if thinks_beside and not budgets:
        return MostMade(most, THINKING)
    counts = LIMITS | TIMES | BUDGETS
    is_known = all(
        name in FREE or (name in counts and value is not None) for name, value, _ in given
    )
    return MostMade(most, "" if is_known else EXTRA)


def _body(settings: Settings, route: Route, options: Mapping[str, Any]) -> dict[str, Any]:
    """The request of one word with these options: what a format makes of its limits."""
    named = {
        name: value
        for name, value in options.items()
        if name in OPTIONS and name not in ("extra", "schema", "search", "tools", "tool_choice")
    }
    word = [Message("user", "Hi")]
    ask, _ = model_request(settings, route, "", word, Options.of(named), None)
    return load_dialect(route.wire).render(ask).body


def _thinks_beside(settings: Settings, route: Route, body: Mapping[str, Any]) -> bool:
    """Whether it may think, by a host that counts this beside its limit: Alibaba's does."""
    fields, _ = settings.catalog.thinking_fields(route.model, True, route.wire)
    return "enable_thinking" in fields.body and body.get("enable_thinking") is not False


def _leaves(
    body: Mapping[str, Any], *, is_inner: bool = False
) -> Iterator[tuple[str, int | None, bool]]:
    """The members at the ends: their plain name, their number, and whether it is of thinking.

    There is no number where it is no count: -1 may mean "without a limit", and "9" nine.
    """
    for name, value in body.items():
        plain = str(name).replace("_", "").replace("-", "").lower()
        if isinstance(value, Mapping):
            is_thinking = is_inner or plain.startswith(("reasoning", "thinking"))
            yield from _leaves(value, is_inner=is_thinking)
        else:
            yield plain, count(value), is_inner
