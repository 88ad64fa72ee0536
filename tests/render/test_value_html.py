"""A value on a page: whatever a model writes into it, it is text in a table, and it is bounded."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nbchat import render
from nbchat.errors import InvalidAnswer
from nbchat.events import Answer, Stop, Valued
from nbchat.invisible import in_a_name
from nbchat.messages import Text, ToolCall, ToolResult
from nbchat.render.answer_body import body_markdown
from nbchat.render.value_html import LONGEST_JSON, growing_html, value_html
from nbchat.render.value_table import MOST_ROWS

from .dom import Page
from .payloads import EVERYTHING

OURS = frozenset(
    [
        *("div", "style", "table", "thead", "tbody", "tr", "th", "td"),
        *("p", "br", "details", "summary", "pre"),
    ]
)  # the tags that a value is drawn with


def answered(value: Any, said: str = '{"n": 1}') -> Answer:
    answer = Answer(model="m", valued=Valued(value))
    answer.add(Text(said))
    answer.add(Stop("end"))
    return answer.ended()


def test_whatever_a_model_writes_into_a_value_is_text() -> None:
    for payload in EVERYTHING:
        for value in (
            [{"name": payload, payload: [payload]}],
            {payload: {payload: payload}, "people": [{payload: payload}]},
            [payload, [payload]],
            payload,
        ):
            pages = (render.answer_html(answered(value)), growing_html(value))
            for html in pages:
                page = Page(html, frame=True)
                assert page.faults == [], payload
                assert set(page.tags) <= OURS, payload
                assert in_a_name().sub(_kept, html) == html


def _kept(match: re.Match[str]) -> str:
    """What an emoji or a script needs; anything else that nobody sees is gone."""
    return match[1] or ""


def test_a_table_is_the_answer_and_its_json_is_folded_below() -> None:
    answer = answered([{"name": "Ada", "age": 36}], 'Here: {"items": [{"name": "Ada"}]}')

    html = render.answer_html(answer, footer=["m"])

    assert html.index("<td style=text-align:left>Ada</td>") < html.index("JSON, 30 characters")
    assert "Here:" not in html
    assert render.plain(answer) == '[\n{"name": "Ada", "age": 36}\n]'
    assert body_markdown(answer, str) == ['```json\n[\n{"name": "Ada", "age": 36}\n]\n```']
    assert html == render.answer_html(answer, footer=["m"])


def test_what_was_said_and_run_before_a_value_stays() -> None:
    answer = Answer(valued=Valued({"mass": 3700}))
    for part in (
        Text("I look."),
        ToolCall("1", "look", {"what": "df"}),
        ToolResult("1", "look", "3 rows"),
        Text('{"mass": 3700}'),
        Stop("end"),
    ):
        answer.add(part)

    html = render.answer_html(answer)

    assert html.index("I look.") < html.index("<b>look</b>") < html.index("<td")
    assert render.plain(answer).endswith('{\n "mass": 3700\n}')


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ('[{"name": "Ad', '<pre>[{<b>"name"</b>: "Ad</pre>'),
        ("Sorry, I *cannot*.", "<em>cannot</em>"),
        ('{"a": "*x* <b>"}', "*x* &lt;b&gt;"),
    ],
    ids=["cut", "prose", "invalid"],
)
def test_what_is_not_valid_is_shown_as_it_was_written(words: str, shown: str) -> None:
    answer = Answer(valued=Valued(error=InvalidAnswer("age is missing.")))
    answer.add(Text(words))
    answer.add(Stop("length"))

    assert shown in render.answer_html(answer)
    assert render.plain(answer) == words


def test_hostile_words_do_not_end_their_block_of_code() -> None:
    answer = Answer(valued=Valued(error=InvalidAnswer("no.")))
    answer.add(Text('{\n```\n# A heading\u202e\n"'))

    (block,) = body_markdown(answer, str)

    assert block.startswith("````json\n")
    assert block.endswith("\n````")
    assert "\\u202e" in block


def test_a_page_is_bounded() -> None:
    rows = [{f"c{n}": "x" * 5_000 for n in range(100)}] * 5_000

    html = value_html(rows, "y" * 10_000_000)

    assert html.count("<tr>") == MOST_ROWS + 1
    assert LONGEST_JSON - 1 <= html.count("y") < LONGEST_JSON + 5_000
    assert len(html) < 1_000_000
    assert len(growing_html(rows)) < 200_000


def test_only_what_nobody_has_checked_is_paler() -> None:
    assert "nbc-grows" in growing_html({"name": "Ad"})
    assert "nbc-grows" not in growing_html([{"name": "Ada"}])
    assert growing_html([]) == ""
