"""A conversation that is kept in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conversation.talk import Talk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite"


@pytest.fixture
def talk(path: Path) -> Iterator[Talk]:
    talk = Talk(path)
    yield talk
    talk.close()
