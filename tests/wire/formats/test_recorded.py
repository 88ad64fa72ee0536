"""Recorded answers of every format, read as expected in whatever pieces they arrive."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pytest

from nbchat.wire.problem import ProviderProblem

from ..replay import CUTS, FAMILIES, Recording, check, play, recordings


def every(*kinds: str, but: Callable[[Recording], bool] = lambda _: False) -> list[Any]:
    """The recordings of all formats."""
    found = [(family, case) for family in FAMILIES for case in recordings(family, *kinds, but=but)]
    return [
        pytest.param(*case.values, id=f"{family}-{case.id}", marks=case.marks)
        for family, case in found
    ]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("recording", every("stream", "json"))
def test_an_answer(recording: Recording, cut: Any) -> None:
    check(recording, cut)


@pytest.mark.parametrize("recording", every("error", but=attrgetter("silent")))
def test_a_refusal(recording: Recording) -> None:
    with pytest.raises(ProviderProblem) as raised:
        play(recording)

    assert raised.value.message == recording.expected["error"]["message"]
    assert raised.value.status in (recording.meta["status"], None)
