"""What `pytest -m quick` runs starts nothing and is most of what is worth a look at every save."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import Popen

import pytest

from .quick import HERE, SLOW_PLACES, is_quick

STARTING = {"chromium", "in_lab", "kernel", "lab", "open_panel"}


def quick(session: pytest.Session) -> list[pytest.Item]:
    return [test for test in session.items if test.get_closest_marker("quick")]


def test_no_quick_test_has_a_kernel_or_a_browser(request: pytest.FixtureRequest) -> None:
    tests = quick(request.session)

    assert request.node in tests
    for test in tests:
        assert STARTING.isdisjoint(getattr(test, "fixturenames", ())), test.nodeid


def test_a_quick_test_cannot_start_a_process() -> None:
    with pytest.raises(AssertionError, match="a quick test tried to start a process"):
        Popen([sys.executable, "-c", ""])


@pytest.mark.parametrize("place", SLOW_PLACES)
def test_a_slow_place_is_there_with_its_reason(place: str) -> None:
    assert (HERE / place).exists()
    assert SLOW_PLACES[place]


MADE_UP = """
import subprocess
import pytest
from hypothesis import given, strategies

@pytest.fixture
def kernel(): ...

@pytest.fixture
def kimi(kernel): ...

def test_plain(tmp_path): ...

def test_with_a_kernel(kernel): ...

def test_with_a_kernel_behind_it(kimi): ...

def test_process(): subprocess.run(["true"])

@given(strategies.integers())
def test_many(number): ...

async def test_later(): ...
"""


def test_the_mark_is_given_by_what_a_test_uses(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", sys.path.copy())
    path = tmp_path / "test_made_up.py"
    path.write_text(MADE_UP)

    tests = list(pytest.Module.from_parent(request.session, path=path).collect())

    assert len(tests) == 6
    assert [test.name for test in tests if is_quick(test)] == ["test_plain", "test_later"]
