"""How much a model should think, in whichever of the vendors' words a client says it."""

from __future__ import annotations

from typing import Any, cast

from nbchat.catalog.catalog import Catalog, Route
from nbchat.frontends.server.http_errors import Invalid
from nbchat.frontends.server.openai_fields import EFFORTS, is_number
from nbchat.frontends.server.vendor_members import nested
from nbchat.options import Thinking

# Where a number of tokens to think with stands, by the wire format.
BUDGETS = {
    "anthropic-messages": "thinking.budget_tokens",
    "bedrock-converse": "additionalModelRequestFields.thinking.budget_tokens",
    "cohere": "thinking.token_budget",
    "gemini": "generationConfig.thinkingConfig.thinkingBudget",
}
TYPES: dict[str, Thinking] = {"enabled": True, "adaptive": True, "disabled": False, "auto": None}
# OpenRouter's word, Anthropic's (Kimi's, GLM's, DeepSeek's), Qwen's, Ollama's.
NAMES = ("reasoning", "thinking", "enable_thinking", "think")


def take_thinking(members: dict[str, Any]) -> tuple[Thinking, int | None]:
    """The level and the budget that are asked for, taken out of `members`; the first word counts.

    Raises Invalid for what nobody means.

    >>> take_thinking({"thinking": {"type": "enabled", "budget_tokens": 2000}})
    (True, 2000)
    >>> take_thinking({"reasoning": {"effort": "high"}}), take_thinking({"enable_thinking": False})
    (('high', None), (False, None))
    """
    level: Thinking = None
    budget: int | None = None
    for name in NAMES:
        said, tokens = _read(name, members.pop(name, None))
        level = said if level is None else level
        budget = tokens if budget is None else budget
    return level, budget


def _read(name: str, value: Any) -> tuple[Thinking, int | None]:
    if value is None or isinstance(value, bool):
        return cast(Thinking, value), None
    if isinstance(value, str):
        return _level(name, value), None
    if not isinstance(value, dict):
        wanted = "an object" if name in ("reasoning", "thinking") else "true or false"
        raise Invalid(f"{name}: should be {wanted}.", field=name)
    budget = value.get("budget_tokens", value.get("max_tokens"))
    if budget is not None and not (is_number(budget) and budget >= 0 and budget == int(budget)):
        raise Invalid(f"{name}: its budget should be a whole number of tokens.", field=name)
    tokens = None if budget is None else int(budget)
    for said in ("type", "effort"):
        if value.get(said) is not None:
            return _level(f"{name}.{said}", value[said]), tokens
    enabled = value.get("enabled")
    return (enabled if isinstance(enabled, bool) else True if tokens else None), tokens


def _level(place: str, word: Any) -> Thinking:
    words = TYPES | EFFORTS
    if isinstance(word, str) and word in words:
        return words[word]
    raise Invalid(f"{place}: should be one of {', '.join(words)}.", field=place.partition(".")[0])


def budget_body(budget: int, catalog: Catalog, route: Route) -> dict[str, Any]:
    """The budget in its place; nothing where the model is told by a level, or not at all."""
    fields, _ = catalog.thinking_fields(route.model, True, route.wire)
    path = BUDGETS.get(route.wire, "")
    return nested(path, budget) if path and fields.budget else {}
