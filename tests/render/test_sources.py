"""Sources below an answer, the numbers in its words that lead there, and its pictures."""

from __future__ import annotations

import re

import pytest

from nbchat.events import Answer, Event, Stop
from nbchat.frontends.notebook.terminal import last_lines
from nbchat.messages import Image, Message, Source, Text
from nbchat.render import answer_html, plain
from nbchat.turns import Turn

from ..pictures import HUGE, SVG, data_url, png
from .dom import Page

A, B = "https://a.example/1", "https://b.example/2"


def answer_of(*events: Event) -> Answer:
    answer = Answer(model="m")
    for event in (*events, Stop("end")):
        answer.add(event)
    return answer


def shown(text: str, *sources: Source) -> str:
    """The words as a page, with links as `<address|words>`, without the list of sources."""
    html = answer_html(answer_of(Text(text), *sources)).partition("</style>")[2]
    html = html.partition("<details")[0]
    return re.sub(r'<a href="?([^" ]+)"?[^>]*><u>(.*?)</u></a>', r"<\1|\2>", html)


def listed(answer: Answer) -> list[str]:
    html = answer_html(answer).partition("<summary>")[2]
    return [re.sub("<[^>]*>", "", item) for item in re.findall("<li>(.*?)</li>", html)]


ONE, TWO = Source(A, "One", numbers=[1]), Source(B, "Two", numbers=[2])
WRITTEN = {  # what models write for a source, and what of it is a link
    "Pong[1][2].": f"<p>Pong<{A}|[1]><{B}|[2]>.</p>",
    "x [1, 2]": f"<p>x <{A}|[1]><{B}|[2]></p>",
    "x [^1^] [^2]": f"<p>x <{A}|[1]> <{B}|[2]></p>",
    "x [ref_1][doc2]": f"<p>x <{A}|[1]><{B}|[2]></p>",
    "x【1】【2†lines】": f"<p>x<{A}|[1]><{B}|[2]></p>",
    "x [1](@ref)[2](@ref)[1,2](@ref)": f"<p>x <{A}|[1]><{B}|[2]><{A}|[1]><{B}|[2]></p>",
    "x [3](@ref)": "<p>x [3]</p>",
    "x [1，2]［2］[ 1 ]": f"<p>x <{A}|[1]><{B}|[2]><{B}|[2]><{A}|[1]></p>",
    "x [web:1] [ref:2] [citation:1]": f"<p>x <{A}|[1]> <{B}|[2]> <{A}|[1]></p>",
    "- **x [1]**": f"<ul><li><strong>x <{A}|[1]></strong></li></ul>",
    "[3] [0] [1a] [1,3]": "<p>[3] [0] [1a] [1,3]</p>",
    "`x[1]`": "<p><code>x[1]</code></p>",
    "[see [1]](https://c.example)": "<p><https://c.example|see [1]></p>",
    "[1](https://c.example)": "<p><https://c.example|1></p>",
}


@pytest.mark.field("E17")
def test_a_number_in_the_words_leads_to_its_source() -> None:
    for text, wanted in WRITTEN.items():
        assert shown(text, ONE, TWO) == wanted, text
    assert "<pre>x[1]</pre>" in shown("```\nx[1]\n```", ONE)
    assert A not in shown("$a[1]$", ONE)


PLACED = {  # a text with ¦ where a passage ends, and how it is shown
    "It rains.¦ It snows.": f"<p>It rains.<{A}|[1]> It snows.</p>",
    "**It rains.**¦": f"<p><strong>It rains.</strong><{A}|[1]></p>",
    "**It rains.¦** So.": f"<p><strong>It rains.<{A}|[1]></strong> So.</p>",
    "**It rains.*¦* So.": f"<p><strong>It rains.</strong><{A}|[1]> So.</p>",
    "It rai¦ns.": f"<p>It rains<{A}|[1]>.</p>",
    "It rains.\n¦\nSo.": f"<p>It rains.<{A}|[1]></p><p>So.</p>",
    "It `ra¦ins` now": f"<p>It <code>rains</code><{A}|[1]> now</p>",
    "`````\nra¦ins\n`````": "rains",
    "    ra¦ins": "rains",
    "[Rain](https://c.exa¦mple) x": f"<p><https://c.example|Rain><{A}|[1]> x</p>",
    "see https://c.exa¦mple/x now": f"<p>see <https://c.example/x|https://c.example/x><{A}|[1]>",
    f"([Rain]({A}))¦": f"<p>(<{A}|Rain>)</p>",
    "| a | b |\n|---|---|\n| 1 | 2 |¦": f">2<{A}|[1]></td>",
    "a\n\n---¦\n\nb": "<p>a</p><hr>",
    "arr[1] is¦": f"<p>arr[1] is<{A}|[1]></p>",
    '{"rains": true}¦': "<p>{&quot;rains&quot;: true}</p>".replace("&quot;", '"'),
}


@pytest.mark.field("E17")
def test_a_mark_stands_where_a_passage_ends_and_breaks_nothing() -> None:
    for typed, wanted in PLACED.items():
        end, text = typed.index("¦"), typed.replace("¦", "")
        answer = answer_of(Text(text), Source(A, "One", ends=[end]))

        assert wanted in shown(text, Source(A, "One", ends=[end])), typed
        assert answer.text == text
    for end in (-5, 0, 10**9):
        assert "It rains." in shown("It rains.", Source(A, "One", ends=[end]))


@pytest.mark.field("E17")
def test_sources_that_passages_rest_on_come_first() -> None:
    answer = answer_of(
        Text("It rains. It snows."),
        Source("https://c.example"),
        Source(B, "Two", ends=[19]),
        Source(A, "One", ends=[9]),
    )

    assert listed(answer) == ["One · a.example", "Two · b.example", "c.example"]
    assert plain(answer) == (
        "It rains.[1] It snows.[2]\n\nSources:\n"
        f"[1] One · {A}\n[2] Two · {B}\n[3] https://c.example"
    )
    assert answer.text == str(answer) == "It rains. It snows."


@pytest.mark.field("E17")
def test_the_same_address_is_one_source_and_keeps_all_that_is_said_of_it() -> None:
    answer = answer_of(
        Text("Ab[1][2]"),
        Source(A, numbers=[1]),
        Source(B, numbers=[3]),
        Source(A, "T", numbers=[2]),
    )

    assert answer.sources == [Source(A, "T"), Source(B)]
    assert listed(answer) == ["T · a.example", "b.example"]
    assert '<ol start="3" ' in answer_html(answer)


@pytest.mark.field("E17")
def test_a_host_is_always_shown_and_is_where_a_click_leads() -> None:
    answer = answer_of(
        Text("x"),
        Source("https://bank.example@evil.example/", "https://bank.example"),
        Source("javascript:alert(1)", "Click"),
        Source("", "report.pdf", "Sales rose."),
        Source("data:text/html,x"),
        Source("https://xn--bnk-rla.example/", "Bank"),
    )
    page = Page(answer_html(answer), frame=True)

    assert page.faults == []
    assert page.links == ["https://bank.example@evil.example/", "https://xn--bnk-rla.example/"]
    assert listed(answer) == [
        "https://bank.example · evil.example",
        "Click",
        "report.pdf",
        "data:text/html,x",
        "Bank · xn--bnk-rla.example",
    ]


@pytest.mark.field("E17")
def test_a_terminal_says_the_sources_on_numbered_lines() -> None:
    answer = answer_of(Text("Pong[1]"), Source(A, "O\x1b[31mne", numbers=[1]))

    assert last_lines(Turn(Message("user", "?"), answer))[0] == f"[1] O[31mne · {A}"

    both = answer_of(Text("Pong"), Source(A, "One"), Source(B, "Two"))
    assert last_lines(Turn(Message("user", "?"), both))[0] == f"[1] One · {A}\n[2] Two · {B}"


# --- pictures -------------------------------------------------------------------------------------


@pytest.mark.field("E17")
def test_a_picture_is_shown_as_data_between_the_words() -> None:
    answer = answer_of(Text("Here:"), Image(png(), "text/html"), Text("Like it?"))
    html = answer_html(answer)

    assert f'<p>Here:</p><p><img src="{data_url(png())}" alt="[picture, 3 × 2, 86 bytes]"' in html
    assert html.index("Here:") < html.index("<img") < html.index("<p>Like it?</p>")
    assert plain(answer) == str(answer) == "Here:\n\n[picture, 3 × 2, 86 bytes]\n\nLike it?"


@pytest.mark.field("E17")
def test_words_that_look_like_a_picture_get_none() -> None:
    told = "[picture, 3 × 2, 86 bytes]"

    assert "<img" not in answer_html(answer_of(Text(told)))
    assert answer_html(answer_of(Text(told), Image(png()))).count("<img") == 1


@pytest.mark.field("E17")
def test_what_no_browser_should_be_given_is_told_in_words() -> None:
    assert "<img" not in answer_html(answer_of(Text("x"), Image(HUGE), Image(SVG, "image/svg+xml")))
    assert "[picture, 2,147,483,648 × 2,147,483,648, 44 bytes]" in plain(answer_of(Image(HUGE)))
