"""A value in the panel: it grows as a table, and stays as the one that the cell has."""

from __future__ import annotations

from nbchat.errors import InvalidAnswer
from nbchat.events import Answer, Event, Partial, Stop, Valued
from nbchat.frontends.panel import turn_rows
from nbchat.frontends.panel.live_turn import LiveTurn
from nbchat.messages import Message, Text, ToolCall, ToolResult
from nbchat.render.answer_body import body_html
from nbchat.render.pictures import picture_place
from nbchat.turns import Turn

from .test_live_turn import View

PEOPLE = [{"name": "Ada", "age": 36}, {"name": "Bob <b>", "age": 41}]


def fed(live: LiveTurn, view: View, *events: Event) -> None:
    for event in events:
        live.turn.answer.add(event)
        live.feed([event])
        view.take(live.delta())


def begun() -> tuple[LiveTurn, View]:
    live = LiveTurn(Turn(Message("user", "Who?"), Answer(model="demo")))
    live.feed([])
    return live, View()


def test_rows_appear_and_the_json_does_not() -> None:
    live, view = begun()
    seen = []
    for count in range(3):
        fed(live, view, Partial(PEOPLE[:count]))
        seen.append(view.tail.count("<tr>"))
    fed(live, view, Text('{"items": []}'))

    assert seen == [0, 2, 3]
    assert "items" not in view.html + view.tail
    assert "Bob &lt;b&gt;" in view.tail


def test_at_the_end_it_is_sent_whole_as_a_row_has_it() -> None:
    live, view = begun()
    fed(live, view, Partial(PEOPLE), Text('{"items": []}'))
    live.turn.answer.valued = Valued(PEOPLE)
    fed(live, view, Stop("end"))

    assert live.finish()
    assert live.html == turn_rows.row(live.turn)["html"]
    assert "JSON, " in live.html
    assert turn_rows.facts(live.turn)["markdown"].startswith('[\n{"name": "Ada"')


def test_what_is_not_valid_is_shown_as_it_was_written() -> None:
    live, view = begun()
    fed(live, view, Partial([]), Text('[{"name": 1}]'))
    live.turn.answer.valued = Valued(error=InvalidAnswer("name is no text."))
    fed(live, view, Stop("broken"))

    assert live.finish()
    assert "<fieldset" in live.html
    assert "name" in live.html


def test_what_was_begun_before_a_call_is_no_value() -> None:
    live, view = begun()
    look = ToolCall("1", "look", {"what": "df"})
    fed(live, view, Partial(["draft"]), Text("I look."), look, ToolResult("1", "look", "3 rows"))
    fed(live, view, Partial({"n": 3}))

    assert "draft" not in view.html + view.tail
    assert "I look." in view.html
    assert view.html.count("nbc-tool") == 1
    assert view.tail.count("nbc-grows") == 1


def test_of_a_stopped_answer_the_words_stay_that_had_come() -> None:
    """They were held back, and are in the answer all the same."""
    live, view = begun()
    fed(live, view, Partial([]))
    for event in (Text('[{"name": "Ad'), Stop("interrupted")):
        live.turn.answer.add(event)

    assert live.finish()
    assert live.html == body_html(live.turn.answer, picture_place)


def test_words_that_are_held_back_are_not_shown_to_a_view_that_comes_late() -> None:
    live, view = begun()
    late = LiveTurn(live.turn)
    answer = live.turn.answer
    answer.valued = Valued(error=InvalidAnswer("it grows still."))
    look = ToolCall("1", "look", {"what": "df"})
    for event in (Text("I look."), look, ToolResult("1", "look", "3 rows"), Text('{"item')):
        answer.add(event)

    late.feed([Text('{"item'), Partial(PEOPLE[:1])])
    view.take(late.delta())

    assert "I look." in view.html
    assert "item" not in view.html + view.tail
    assert "Ada" in view.tail
