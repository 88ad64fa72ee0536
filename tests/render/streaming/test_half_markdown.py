"""Half a text is closed without looking at each of its letters."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.render.streaming import half_markdown
from nbchat.render.streaming.half_markdown import LONGEST_REPAIRED, complete_markdown


@pytest.mark.field("C14")
@pytest.mark.parametrize(
    ("words", "marks"),
    [("plain words and more. ", 0), ("words **bold** and more. ", 2), ("a <b>c</b> and more. ", 2)],
)
def test_only_what_may_be_markup_is_looked_at(
    words: str, marks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: this is done at every repaint of a cell."""
    looks = [0]
    look = half_markdown._without_half

    def counting(*given: Any) -> str | None:
        looks[0] += 1
        return look(*given)

    monkeypatch.setattr(half_markdown, "_without_half", counting)
    times = LONGEST_REPAIRED // len(words)
    text = words * times

    assert complete_markdown(text) == text
    assert looks[0] == marks * times
