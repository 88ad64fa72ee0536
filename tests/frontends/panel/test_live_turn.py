"""Pieces that arrive add up to the whole, however they were cut and whenever they were sent."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat import render
from nbchat.events import Answer, Event, Notice, Stop, WasThought
from nbchat.frontends.panel import turn_rows
from nbchat.frontends.panel.live_turn import (
    MESSAGE_GAP,
    RENDER_SHARE,
    Coalescer,
    LiveTurn,
    splice,
    units,
)
from nbchat.messages import Message, Text, Thought
from nbchat.render.characters import readable, undisguised
from nbchat.turns import Turn

ANSWER = """## One 🎉

- a *b*
- `c`

| x | y |
|---|---|
| 1 | 2 |

```python
print("三")
```

The end[^1] of [it].

[^1]: A note.

[it]: https://example.org
"""


class View:
    """What the page does with the messages, in Python: lengths are UTF-16 units there."""

    def __init__(self) -> None:
        self.html = self.tail = self.thought = ""
        self.notes: list[str] = []
        self.seq = 0

    def take(self, message: dict[str, Any] | None) -> None:
        if message is None:
            return
        assert message["seq"] == self.seq + 1
        self.seq = message["seq"]
        self.html += message.get("settled", "")
        self.thought += message.get("thought", "")
        self.notes += message.get("notes", [])
        if "tail" in message:
            start, more, end = message["tail"]
            old = self.tail.encode("utf-16-le")
            kept = old[len(old) - 2 * end :] if end else b""
            self.tail = (old[: 2 * start] + more.encode("utf-16-le") + kept).decode("utf-16-le")


def test_words_that_begin_anew_are_a_paragraph_of_their_own() -> None:
    live = LiveTurn(turn())
    live.feed([])
    live.feed([Text("One."), Thought("hm", begins=True), Text("Two.", begins=True)])
    live.finish()

    assert live.html == render.to_html("One.\n\nTwo.")


def turn() -> Turn:
    return Turn(Message("user", "Why?"), Answer(model="demo"))


@settings(max_examples=60)
@given(st.lists(st.integers(1, len(ANSWER) - 1), max_size=40), st.integers(1, 4))
def test_the_pieces_add_up_to_the_whole(cuts: list[int], every: int) -> None:
    live, view = LiveTurn(turn()), View()
    places = [0, *sorted(set(cuts)), len(ANSWER)]
    live.feed([])
    for number, (start, end) in enumerate(pairwise(places)):
        live.feed([Text(ANSWER[start:end])])
        if number % every == 0:
            view.take(live.delta())
    replaced = live.finish()
    if not replaced:
        view.take(live.delta())

    assert replaced  # a footnote, which changes blocks before it
    assert live.html == render.to_html(ANSWER)


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(["word ", "*", "\n\n", "```\n", "| a |\n", "🎉", "- ", "#", "三"]),
        max_size=60,
    )
)
def test_a_view_that_hears_all_has_all(pieces: list[str]) -> None:
    live, view = LiveTurn(turn()), View()
    live.feed([])
    for piece in pieces:
        live.feed([Text(piece)])
        view.take(live.delta())
    replaced = live.finish()
    delta = None if replaced else live.delta()
    if delta:
        view.take(delta)
        assert view.tail == ""
    if not render.to_html("".join(pieces)).count("<section"):
        assert view.html == render.to_html("".join(pieces))


def test_a_late_view_gets_what_was_sent_and_no_more() -> None:
    asked = turn()
    live, early = LiveTurn(asked), View()
    events: list[Event] = [Thought("Hm. "), Notice("A notice."), Text("One\n\nTw")]
    for event in events:
        asked.answer.add(event)
    live.feed(events)
    early.take(live.delta())
    more: list[Event] = [Thought("Yes."), Text("o")]
    for event in more:
        asked.answer.add(event)
    live.feed(more)
    whole = live.whole()

    assert (whole["html"], whole["tail"], whole["seq"]) == (early.html, early.tail, 1)
    assert (whole["thought"], whole["notes"]) == ("Hm. ", ["A notice."])

    early.take(live.delta())
    assert early.thought == "Hm. Yes."


def test_a_watcher_that_comes_in_the_middle_has_the_beginning() -> None:
    asked = turn()
    for event in (Text("One "), Text("two")):
        asked.answer.add(event)
    live = LiveTurn(asked)
    live.feed([Text("two")])

    assert "One two" in str(live.delta())


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_a_splice_makes_the_new_from_the_old(a: str, b: str, c: str, d: str) -> None:
    old, new = a + b + c, a + d + c
    start, more, end = splice(old, new)
    view = View()
    view.take({"seq": 1, "tail": splice("", old)})
    view.take({"seq": 2, "tail": [start, more, end]})

    assert view.tail == new
    assert units(more) <= units(new)


def test_nothing_new_is_nothing_to_say() -> None:
    live = LiveTurn(turn())
    live.feed([])
    live.feed([Text("One")])

    assert live.delta()
    assert live.delta() is None


# --- when it is sent -----------------------------------------------------------------------------


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0
        self.calls: list[tuple[float, Callable[[], None]]] = []

    def later(self, delay: float, call: Callable[[], None]) -> None:
        self.calls.append((self.now + delay, call))

    def pass_by(self, seconds: float) -> None:
        until = self.now + seconds
        while self.calls:
            call = min(self.calls, key=lambda call: call[0])
            due, run = call
            if due > until:
                break
            self.calls.remove(call)
            self.now = max(self.now, due)
            run()
        self.now = until


def test_the_first_piece_goes_at_once_and_then_fifteen_a_second() -> None:
    clock, sent = Clock(), []
    coalescer = Coalescer(lambda: sent.append(clock.now), clock.later, lambda: clock.now)
    for _ in range(400):  # 200 pieces a second for two seconds
        coalescer.wake()
        clock.pass_by(0.005)

    assert sent[0] == 100.0
    assert 28 <= len(sent) <= 31


@pytest.mark.parametrize("cost", [0.1, 0.5])
def test_slow_rendering_takes_one_part_in_four_of_the_time(cost: float) -> None:
    clock, sent = Clock(), []

    def flush() -> None:
        sent.append(clock.now)
        clock.now += cost

    coalescer = Coalescer(flush, clock.later, lambda: clock.now)
    for _ in range(2000):
        coalescer.wake()
        clock.pass_by(0.01)

    gaps = [later - earlier for earlier, later in pairwise(sent)]
    assert min(gaps) >= max(MESSAGE_GAP, cost / RENDER_SHARE) - 1e-9


@pytest.mark.field("T3")
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_thinking_hides_nothing_while_it_comes_however_it_is_cut(size: int) -> None:
    thought = (
        "a\u200bb \u26a0\ufe0f 1\ufe0f\u20e3 \U000e0101\U000e0102 \u0645\u06cc\u200c\u062e\x1b[1m"
    )
    live, view = LiveTurn(Turn(Message("user", "?"), Answer())), View()
    live.feed([])
    for start in range(0, len(thought), size):
        live.feed([Thought(thought[start : start + size])])
        view.take(live.delta())

    assert view.thought == live.whole()["thought"] == undisguised(readable(thought))


@pytest.mark.field("E6")
def test_words_that_turn_out_to_be_thinking_are_sent_again_where_they_belong() -> None:
    turn = Turn(Message("user", "340 + 68?"), Answer())
    live = LiveTurn(turn)
    for event in (Text("check: 340+68"), Text(" = 408"), WasThought(), Text("408"), Stop("end")):
        turn.answer.add(event)
        live.feed([event])

    assert live.finish()
    assert live.html == "<p>408</p>\n"
    assert turn_rows.facts(turn)["thought"][0] == "<p>check: 340+68 = 408</p>\n"


def test_it_tells_roughly_how_many_tokens_have_come() -> None:
    live = LiveTurn(turn())
    live.feed([])  # what the turn has by now
    live.feed([Text("word" * 10), Thought("hm" * 4)])

    delta = live.delta()

    assert delta
    assert delta["tokens"] == 12
    assert live.whole()["tokens"] == 12
