"""What an answer cost, where the provider says that itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.wire.shapes import MOST_MONEY, amount, mapping

TICKS = 10_000_000_000  # of xAI's, in a US dollar


def said_cost(usage: Mapping[str, Any]) -> float | None:
    """What the provider says that it cost, in US dollars: OpenRouter, Perplexity and xAI do.

    Where OpenRouter asks with the user's own key, its `cost` is its fee alone.

    >>> said_cost({"cost": 0.004, "cost_details": {"upstream_inference_cost": 0.004}})
    0.004
    >>> fee = {"cost": 0.5, "is_byok": True, "cost_details": {"upstream_inference_cost": 10}}
    >>> said_cost(fee), said_cost({"cost_in_usd_ticks": 8_934_000})
    (10.5, 0.0008934)
    >>> said_cost({"cost": {"request_cost": 0.005, "total_cost": 0.00503}})
    0.00503
    """
    ticks = usage.get("cost_in_usd_ticks")
    if isinstance(ticks, int | float) and not isinstance(ticks, bool):
        return ticks / TICKS if 0 <= ticks <= MOST_MONEY * TICKS else None
    if isinstance(usage.get("cost"), dict):
        return amount(usage["cost"].get("total_cost"))
    if "cost_details" not in usage and "is_byok" not in usage:
        return None  # in which currency that would be, nobody has said
    cost = amount(usage.get("cost"))
    if cost is None or not usage.get("is_byok"):
        return cost
    return cost + (amount(mapping(usage.get("cost_details")).get("upstream_inference_cost")) or 0.0)
