"""How much a test tries: enough for every day, and more in a nightly run."""

from __future__ import annotations

import os


def size(usual: int, nightly: int) -> int:
    """`nightly` where NBCHAT_NIGHTLY is 1."""
    return nightly if os.environ.get("NBCHAT_NIGHTLY") == "1" else usual
