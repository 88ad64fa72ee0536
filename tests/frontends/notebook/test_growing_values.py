"""A value while it streams: rows appear one after the other, and its JSON is never painted."""

from __future__ import annotations

import io
import re

import pytest
from IPython.core.interactiveshell import InteractiveShell
from rich.console import Console

from nbchat.errors import InvalidAnswer
from nbchat.events import Answer, Event, Notice, Partial, Stop, Valued
from nbchat.frontends.notebook.growing_answer import GrowingAnswer
from nbchat.frontends.notebook.repaint_clock import RESENT_PER_SECOND
from nbchat.frontends.notebook.terminal import Drawn
from nbchat.messages import Message, Text, ToolCall, ToolResult
from nbchat.render.terminal.rich_page import THEME
from nbchat.render.value_table import GROWING_ROWS
from nbchat.turns import Turn

from .conftest import plain
from .timed_cell import streamed


def row(number: int) -> dict[str, object]:
    return {"name": f"name {number}", "age": number, "about": "some words " * 10}


def rows(count: int) -> list[Event]:
    """A list that grows by a row at a time, and at the end its JSON."""
    there: list[Event] = [
        Partial([row(number) for number in range(upto)]) for upto in range(count + 1)
    ]
    return [*there, Text('[{"name": "the JSON"}]')]


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "beside"])
def test_rows_appear_one_after_the_other(shell: InteractiveShell, alone: bool) -> None:
    wire = streamed(shell, rows(10), 10.0, alone=alone)

    pages = [plain(page) for _, _, page in wire.sent]
    counts = [page.count("name ") for page in pages if "name 0" in page]
    assert counts == sorted(counts)
    assert {1, 2, 9, 10} <= set(counts)
    assert any("kimi-k2.6 · 7 rows · " in page for page in pages)
    assert not any("the JSON" in page for page in pages)


def test_a_long_list_costs_no_more_than_any_answer(shell: InteractiveShell) -> None:
    seconds = 20
    wire = streamed(shell, rows(1_000), seconds)

    assert sum(len(page) for _, _, page in wire.sent) < 1.5 * seconds * RESENT_PER_SECOND
    *_, (_, _, last) = wire.sent
    assert last.count("<tr>") == GROWING_ROWS + 1
    assert re.search(r"9\d\d rows above\.", plain(last))


def painted(*events: Event) -> str:
    growing = GrowingAnswer("m", 0.0)
    for event in events:
        growing.take(event, 1.0)
    return plain("".join(growing.settled) + growing.tail(1.0))


def test_a_value_begins_anew_after_a_notice() -> None:
    notice = Notice("age is missing; asked again.")

    assert painted(Partial([1, 2]), notice, Partial([3])) == painted(Partial([3]))


def test_what_was_begun_before_a_call_is_no_value() -> None:
    call = ToolCall("1", "look", {"what": "df"})

    look = (call, ToolResult("1", "look", "3 rows"))

    words = painted(Partial(["draft"]), Text("I look."), *look, Text("Done."))

    assert "draft" not in words
    assert words.startswith("I look.")
    assert words.endswith("Done.")


def test_what_nobody_has_checked_is_pale(shell: InteractiveShell) -> None:
    events: list[Event] = [Partial({"name": "Ada"[:size]}) for size in (1, 2, 3)]
    wire = streamed(shell, events, 3.0)

    assert "class=nbc-grows" in wire.sent[-1][2]
    assert "nameAd" in plain(wire.sent[-1][2])
    assert "tok/s" not in wire.sent[-1][2]


# --- in a terminal -------------------------------------------------------------------------------


def drawn(valued: Valued, *events: Event) -> str:
    file = io.StringIO()
    shown = Drawn("m", Console(file=file, force_terminal=True, width=80, height=20, theme=THEME))
    answer = Answer(valued=valued)
    for event in [*events, Stop("end")]:
        shown.feed([event])
        shown.tick()
        answer.add(event)
    shown.finish(Turn(Message("user", "Who?"), answer.ended()))
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", file.getvalue())


def test_a_terminal_draws_the_table_and_not_the_json() -> None:
    people = [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 41}]

    words = drawn(Valued(people), Partial(people[:1]), Partial(people), Text('[{"json": 1}]'))

    assert re.search(r"(?s)name +age.*Ada +36.*Bob +41", words)
    assert "json" not in words


def test_a_terminal_shows_what_is_not_valid_as_it_was_written() -> None:
    invalid = Valued(error=InvalidAnswer("age is missing."))

    words = drawn(invalid, Partial([]), Text('[{"name": '), Text('"Ada"}]'))

    assert '[{"name": "Ada"}]' in words
