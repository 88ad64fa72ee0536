"""How often a test tries: much more with `NBCHAT_NIGHTLY=1` than at each change."""

from __future__ import annotations

import os


def size(usual: int, nightly: int) -> int:
    """The count for this run."""
    return nightly if os.environ.get("NBCHAT_NIGHTLY") == "1" else usual
