"""Whatever JSON comes, NaN and all, a reader raises nothing of its own.

It stops exactly once, at the end.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.events import Stop
from nbchat.wire.problem import ProviderProblem

from ...nightly import examples
from ..format_contract import Format
from .test_every_format import EVERY


def survives(wire: Format, values: Sequence[Any], *, whole: bool) -> None:
    reader, seen = wire.spoken.Reader(), []
    with suppress(ProviderProblem):
        for value in values:
            name, inner = value if isinstance(value, tuple) else ("", value)
            made = reader.read_whole(inner) if whole else reader.read(inner, name)
            seen += list(made)
    events = reader.finish()

    assert [event for event in events if isinstance(event, Stop)] == events[-1:]
    states = [getattr(event, "state", None) for event in [*seen, *events]]
    json.dumps([state.data for state in states if state])


@EVERY
@settings(max_examples=examples(100))
@given(data=st.data(), whole=st.booleans())
def test_any_json(wire: Format, data: Any, whole: bool) -> None:
    named = st.tuples(st.sampled_from(["", "error", *wire.events.split()]), wire.anything)

    survives(wire, data.draw(st.lists(wire.anything | named, max_size=8)), whole=whole)


@EVERY
@settings(max_examples=examples(100))
@given(data=st.data(), whole=st.booleans())
def test_any_json_inside_what_looks_right(wire: Format, data: Any, whole: bool) -> None:
    survives(wire, data.draw(wire.almost), whole=whole)
