"""Nobody waits here, and the many keys of these tests are not known to the tests after them."""

from __future__ import annotations

import pytest

from nbchat import known_keys
from nbchat.engine import retry


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_DELAY", 0.0)


@pytest.fixture(autouse=True)
def keys_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_keys, "_known", {})
