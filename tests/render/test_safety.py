"""Whatever a model writes: no script, no request, no style, no control over the page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.events import Answer, Stop
from nbchat.messages import Source, Text, Thought, ToolCall
from nbchat.render import (
    Incremental,
    answer_html,
    folded_head,
    inline_style,
    live_html,
    plain,
    thinking_head,
    to_html,
    whole_live_html,
)
from nbchat.render.characters import readable
from nbchat.render.sanitise import sanitise
from nbchat.render.sources import numbered, sources_markdown

from ..nightly import examples
from .dom import Page
from .payloads import DRAWN, EVERYTHING, FORMULAS, REQUESTS, SCRIPTS, join_apart


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(set(SCRIPTS)) >= 150
    assert len(set(REQUESTS)) >= 60
    assert len(set(FORMULAS)) >= 40
    assert len(set(DRAWN)) >= 30


@pytest.mark.parametrize(
    "payloads",
    [SCRIPTS, REQUESTS, FORMULAS, DRAWN],
    ids=["scripts", "requests", "formulas", "drawn"],
)
def test_no_payload_of_an_answer_disarms_the_next(payloads: list[str]) -> None:
    """What the browser tests send as one answer is as dangerous as its parts."""
    html = to_html(join_apart(payloads))

    assert html.count("<p>Payload ") == len(payloads)


def test_an_answer_has_no_blank_line_that_would_end_it_in_a_markdown_file() -> None:
    for payload in EVERYTHING:
        code = f"```\na\n\n{payload}\n \t \n\nb\n```\n\n    c\n\n    d\n\n{payload}"
        answer = Answer(notices=[code])
        for event in (
            Thought(code),
            Text(code),
            Stop("broken", code),
            ToolCall("1", code, None, raw=code),
        ):
            answer.add(event)

        assert not re.search(r"\n[ \t]*\n", answer_html(answer)), payload
        assert not re.search(
            r"\n[ \t]*\n", live_html([to_html(code)], "", status="", thought="a\n\nb")
        ), payload


def test_a_payload_leaves_only_allowed_tags_and_attributes() -> None:
    for payload in EVERYTHING:
        assert Page(to_html(payload)).faults == [], payload


def test_a_payload_is_as_harmless_inside_everything_else() -> None:
    for payload in EVERYTHING:
        words = payload.replace("\n", " ")
        table = f"| {words} | b |\n|---|---|\n| 1 | {words} |\n"
        around = f"# {words}\n\n> - {words}\n\n{table}\n**{words}** `{words}`\n"

        assert Page(to_html(around)).faults == [], payload


def test_no_cut_through_a_payload_shows_what_the_whole_would_not() -> None:
    for payload in EVERYTHING:
        page = Incremental()
        for start in range(0, len(payload), 3):
            page.feed(payload[start : start + 3])
            assert Page(page.tail).faults == [], payload[: start + 3]
        page.finish()
        assert page.html == to_html(payload)


@pytest.mark.parametrize("payload", [p for p in SCRIPTS if p.startswith("<") and "\x00" not in p])
def test_markup_stays_readable_as_text(payload: str) -> None:
    """A reader should see what the model tried, so nothing is silently dropped."""
    shown = Page(to_html(payload)).text

    for word in re.findall(r"alert\(1\)|sink\.example|evil\.example|expression", payload):
        assert word in shown


@pytest.mark.parametrize(
    "payload", [p for p in REQUESTS if p.startswith("![") and "sink.example" in p]
)
def test_a_picture_names_its_host_and_is_not_loaded(payload: str) -> None:
    page = Page(to_html(payload))

    assert "sink.example" in page.text
    assert "not loaded" in page.text
    assert "img" not in page.tags


def test_a_data_picture_is_not_even_a_link() -> None:
    page = Page(to_html("![chart](data:image/png;base64,iVBORw0KGgo=)"))

    assert page.links == []
    assert page.text.strip() == "chart: image (not loaded)"


def test_a_picture_inside_a_link_does_not_nest_links() -> None:
    page = Page(to_html("[![badge](https://one.example/b.svg)](https://two.example)"))

    assert page.links == ["https://two.example"]
    assert "badge: image at one.example (not loaded)" in page.text


def test_a_user_name_in_an_address_does_not_pass_for_its_host() -> None:
    assert "image at evil.example (not" in to_html("![x](https://good.example@evil.example/x.png)")


@pytest.mark.parametrize(
    "scheme", ["javascript", "vbscript", "data", "file", "blob", "jupyter", "command", "ftp"]
)
def test_an_address_that_may_not_be_clicked_is_shown_as_words(scheme: str) -> None:
    page = Page(to_html(f"[here]({scheme}:alert(1))"))

    assert page.links == []
    assert page.text.strip() == f"here ({scheme}:alert(1))"


def test_thoughts_notices_tools_stops_and_footers_are_as_safe_as_the_text() -> None:
    for payload in EVERYTHING:
        answer = Answer(model=payload, notices=[payload])
        for event in (Thought(payload), Text(payload), Stop("broken", payload)):
            answer.add(event)
        answer.add(ToolCall("1", payload, {"a": payload, payload: 1}))
        answer.add(ToolCall("2", payload, None, raw=payload))

        html = answer_html(answer, footer=[payload, payload], notices=[payload])

        assert Page(html, frame=True).faults == [], payload
        assert html.count("<style>") == 1
        assert html.count('class="nbc ') == 1


@pytest.mark.field("E17")
def test_a_source_is_as_safe_as_the_text() -> None:
    """In its title, its address, its quoted words, and where its number stands in the text."""
    for payload in EVERYTHING:
        sources = (
            Source(payload, payload, payload, numbers=[1]),
            Source("https://a.example", payload, payload, ends=[len(payload) // 2]),
            Source(f"https://a.example/{payload}", "", payload, ends=[len(payload)]),
            Source("", payload),
        )
        answer = Answer()
        for event in (Text(payload), *sources, Text("[1]", begins=True), Stop("end")):
            answer.add(event)

        assert Page(answer_html(answer), frame=True).faults == [], payload
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", plain(answer))
        markdown = sources_markdown(numbered(answer.sources))
        assert Page(to_html(markdown)).faults == [], payload


def test_a_live_page_is_as_safe_as_a_finished_one() -> None:
    for payload in EVERYTHING:
        page = Incremental()
        page.feed(payload)
        html = live_html(page.settled, page.tail, status=payload, thought=payload * 20)

        assert Page(html, frame=True).faults == [], payload


def test_a_live_page_by_itself_is_as_safe() -> None:
    for payload in EVERYTHING:
        page = Incremental()
        page.feed(payload)
        for head in (thinking_head(payload * 20, [payload]), folded_head(payload, [payload])):
            html = whole_live_html(head, page.settled, page.tail, status=payload)

            assert Page(html, frame=True).faults == [], payload
            assert html.count("<style>") == 1


def test_plain_text_has_no_control_characters() -> None:
    answer = Answer()
    answer.add(Text("".join(map(chr, range(0xA0))) + "\ud800 \x1b[31mred"))

    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", plain(answer))


def test_html_has_no_control_characters_whatever_the_entities() -> None:
    html = to_html("".join(f"&#{code}; &#x{code:x};{chr(code)}" for code in range(0xA0)))

    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", html)


def test_the_sanitiser_alone_would_be_enough() -> None:
    """Each layer has to hold by itself: raw HTML that never went through Markdown."""
    for payload in EVERYTHING:
        assert Page(sanitise(readable(payload))).faults == [], payload


def test_only_our_own_styles_pass() -> None:
    """Word for word: one that is nearly ours could hide or move what is around it."""
    for html in (
        f'<fieldset style="{inline_style.CODE}">a</fieldset>',
        f'<td style="{inline_style.LEFT}">a</td>',
    ):
        assert "style=" in sanitise(
            html if "<td" not in html else f"<table><tr>{html}</tr></table>"
        )
    for style in (
        f"{inline_style.CODE};position:fixed",
        "text-align: left",
        f"{inline_style.LEFT};",
        "display:none",
        "color:red",
    ):
        for tag in (
            "fieldset",
            "p",
            "td",
            "h1",
            "pre",
            "div",
            "section",
            "font",
            "i",
            "span",
            "code",
        ):
            assert "style" not in sanitise(
                f'<table><tr><td><{tag} style="{style}">a</{tag}></td></tr></table>'
            )
    assert sanitise('<font color="red" size="7" face="x">a</font>') == "<font>a</font>"


@settings(max_examples=examples(300))
@given(st.text(max_size=200))
def test_any_text_at_all_is_safe(text: str) -> None:
    assert Page(to_html(text)).faults == []


@settings(max_examples=examples(300))
@given(
    st.lists(
        st.sampled_from(
            [*EVERYTHING, "`", "**", "|", "\n", "$", "[", "](", ")", "<", "> ", "- ", "```\n"]
        ),
        max_size=8,
    )
)
def test_any_mixture_of_payloads_is_safe(pieces: list[str]) -> None:
    text = "".join(pieces)

    assert Page(to_html(text)).faults == []
