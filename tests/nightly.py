"""How often a test tries: much more with `NBCHAT_NIGHTLY=1` than at each change."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

Case = TypeVar("Case")

IS_NIGHT = os.environ.get("NBCHAT_NIGHTLY") == "1"


def size(usual: int, nightly: int) -> int:
    """The count for this run."""
    return nightly if IS_NIGHT else usual


def examples(nightly: int) -> int:
    """The count of a test that tries texts made by chance: else a fifth of the nightly one."""
    return nightly if IS_NIGHT else nightly // 5


def by_day(count: int, cases: Sequence[Case]) -> Sequence[Case]:
    """The first of these cases, which are alike and take long; all of them at night."""
    return cases if IS_NIGHT else cases[:count]
