"""What a file beside the work may say of money: a budget that is smaller, never a larger one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.catalog.amounts import smaller_amounts

AMOUNTS = ("budget.notebook", "budget.day")  # settings
UNPRICED = "budget.unpriced"


def with_smaller_budgets(values: Mapping[str, Any], below: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a file, where each of its budgets is cut to what the user's own files say.

    What would allow more than they do is not among them.

    >>> below = {"budget.day": {"USD": 10.0}}
    >>> with_smaller_budgets({"budget.day": {"USD": 5.0}}, below)
    {'budget.day': {'USD': 5.0}}
    >>> with_smaller_budgets({"budget.day": {"USD": 50.0}, "budget.unpriced": "allow"}, below)
    {}
    """
    kept = dict(values)
    for name in AMOUNTS:
        if name in values and name in below:
            kept[name] = smaller_amounts(values[name], below[name])
            if kept[name] == below[name]:
                del kept[name]
    is_open = not any(name in below for name in AMOUNTS) or below.get(UNPRICED) == "allow"
    if values.get(UNPRICED) == "allow" and not is_open:
        del kept[UNPRICED]
    return kept
