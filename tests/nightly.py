"""How often a test tries: much more with `NBCHAT_NIGHTLY=1` than at each change."""

from __future__ import annotations

import os

IS_NIGHT = os.environ.get("NBCHAT_NIGHTLY") == "1"


def size(usual: int, nightly: int) -> int:
    """The count for this run."""
    return nightly if IS_NIGHT else usual


def examples(nightly: int) -> int:
    """The count of a test that tries texts made by chance: else a fifth of the nightly one."""
    return nightly if IS_NIGHT else nightly // 5
