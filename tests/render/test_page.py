"""A finished answer as one output: complete, calm, and the same bytes every time."""

from __future__ import annotations

import pytest

from nbchat.events import Answer, Event, Stop
from nbchat.messages import Text, Thought, ToolCall
from nbchat.render import STYLE, Incremental, answer_html, plain, to_html
from nbchat.render.stylesheets import lines

from ..benchmarks import saved_size
from ..benchmarks.answers import SHAPES
from .dom import Page, words


def answer_of(*events: Event, notices: list[str] | None = None) -> Answer:
    answer = Answer(model="kimi-k2-thinking", provider="kimi", notices=notices or [])
    for event in (*events, Stop("end")):
        answer.add(event)
    return answer


def visible_text(html: str) -> str:
    page = Page(html, frame=True)
    assert page.faults == []
    return " ".join(page.text.split())


def test_the_same_answer_gives_the_same_bytes() -> None:
    one, other = (
        answer_of(Thought("hm"), *map(Text, pieces)) for pieces in (["Hi ", "there"], ["Hi there"])
    )

    assert answer_html(one, footer=["m", "$0.01"]) == answer_html(other, footer=["m", "$0.01"])


def test_an_answer_is_wrapped_so_that_the_page_leaves_its_dollars_alone() -> None:
    html = answer_html(answer_of(Text("$5 and $6")))

    assert html.startswith('<div class="nbc tex2jax_ignore mathjax_ignore" style=max-width:924px;')
    assert html.endswith("</div>")
    assert "<p>$5 and $6</p>" in html


def test_thinking_is_folded_and_counted() -> None:
    html = answer_html(answer_of(Thought("one two three"), Text("Hi")))

    assert "<summary>Thinking, 3 words</summary>" in html
    assert "<details open" not in html
    assert "details" not in answer_html(answer_of(Thought(" \n"), Text("Hi"))).replace(STYLE, "")


@pytest.mark.parametrize(
    ("thought", "label"),
    [
        ("word", "Thinking, 1 word"),
        ("it's 3.5 words-long", "Thinking, 3 words"),
        ("只用萼片呢", "Thinking, 5 words"),
        ("用 pandas 的 DataFrame", "Thinking, 4 words"),
        ("ひらがな", "Thinking, 4 words"),
        ("안녕 하세요", "Thinking, 2 words"),
        ("**a** — `b`", "Thinking, 2 words"),
        ("x " * 1_234, "Thinking, 1,234 words"),
    ],
)
def test_words_are_counted_in_every_script(thought: str, label: str) -> None:
    assert f"<summary>{label}</summary>" in answer_html(answer_of(Thought(thought)))


def test_notices_are_told_once_and_before_the_words() -> None:
    text = visible_text(
        answer_html(
            answer_of(Text("Hi"), notices=["tried again"]),
            notices=["tried again", "gpt-4 is retired"],
        )
    )

    assert text == "tried again gpt-4 is retired Hi"


def test_a_tool_that_was_asked_for_is_shown_and_not_run() -> None:
    html = answer_html(answer_of(ToolCall("1", "get_weather", {"city": "Zürich <b>"})))

    assert "asked for tool <code>get_weather</code>; not run" in html
    assert "Zürich &lt;b&gt;" in html
    assert "city" in visible_text(html)


def test_arguments_that_are_not_json_are_shown_as_they_came() -> None:
    assert '{"city": "Zü' in visible_text(
        answer_html(answer_of(ToolCall("1", "f", None, raw='{"city": "Zü')))
    )


def test_endless_arguments_are_cut_and_say_so() -> None:
    html = answer_html(answer_of(ToolCall("1", "f", {"a": "x" * 100_000})))

    assert len(html) < 20_000
    assert "more characters" in html


@pytest.mark.parametrize(
    ("stop", "sentence"),
    [
        (
            Stop("broken", "the connection closed."),
            "The answer is incomplete: the connection closed.",
        ),
        (
            Stop("length", "max_output_tokens"),
            "The answer is incomplete: it reached the length limit (max_output_tokens).",
        ),
        (
            Stop("filter", "SAFETY"),
            "The answer is incomplete: the provider's content filter stopped it (SAFETY).",
        ),
        (Stop("length", "length"), "The answer is incomplete: it reached the length limit."),
        (Stop("filter"), "The answer is incomplete: the provider's content filter stopped it."),
        (Stop("interrupted"), "Stopped after 2 characters; kept."),
        (Stop("end"), ""),
        (Stop("tool_calls"), ""),
    ],
)
def test_an_answer_that_did_not_end_says_why(stop: Stop, sentence: str) -> None:
    answer = answer_of(Text("Hi"))
    answer.stop = stop

    assert visible_text(answer_html(answer)) == f"Hi {sentence}".strip()
    assert visible_text(answer_html(answer, with_ending=False)) == "Hi"


def test_the_footer_begins_with_the_model_and_can_be_read_without_a_style() -> None:
    html = answer_html(
        answer_of(Text("Hi")), footer=["kimi-k2-thinking", "1,204 → 386 tokens", "$0.0019"]
    )

    assert "<small>kimi-k2-thinking · 1,204 → 386 tokens · $0.0019</small>" in html
    assert "nbc-foot" not in answer_html(answer_of(Text("Hi"))).replace(STYLE, "")


def test_what_streamed_is_what_stays() -> None:
    text = "First.\n\n```python\nx = 1\n\ny = 2\n```\n"
    page = Incremental()
    page.feed(text)
    page.finish()

    assert "".join(page.settled).replace(">\n<", "><").strip() in answer_html(answer_of(Text(text)))


def test_only_lines_of_code_are_lines_of_the_notebook() -> None:
    """A notebook keeps each line of an output as a JSON string of its own, some 14 bytes."""
    html = answer_html(
        answer_of(
            Text(
                "# One\n\nwords\nthat go on\n\n- a\n- b\n\n```python\nx = 1\n\ny = 2\n```\n\nend\n"
            )
        )
    )

    assert html.count("\n") == 1  # the blank one is written out
    assert "x = <" not in html
    assert "words that go on" in html


def test_plain_text_is_the_markdown_itself() -> None:
    assert plain(answer_of(Text("# Hi\n\n*there* \x1b[31m"))) == "# Hi\n\n*there* [31m"


@pytest.mark.parametrize(
    ("events", "text"),
    [
        (
            (ToolCall("1", "add", {}), ToolCall("2", "mul", {})),
            "(no text; asked for add, mul, not run)",
        ),
        ((Thought("one two"),), "(no text; thinking, 2 words)"),
        ((), "(no text)"),
    ],
)
def test_an_answer_without_words_says_what_it_has(events: tuple[Event, ...], text: str) -> None:
    assert plain(answer_of(*events)) == text


def test_the_style_is_small_and_stays_inside_our_answers() -> None:
    assert len(STYLE.encode()) < 4_400
    assert "url(" not in STYLE
    assert "<" not in STYLE
    assert "@import" not in STYLE
    depth = 0
    for line in lines("style.css"):
        assert depth or line.startswith((".nbc", ":where(.nbc)")), line
        depth += line.count("{") - line.count("}")


def test_colours_follow_jupyterlab_and_fall_back_without_it() -> None:
    for name in ("keyword", "string", "comment", "def", "meta"):
        assert f"var(--jp-mirror-editor-{name}-color,#" in STYLE


def test_an_answer_costs_at_most_two_and_a_half_bytes_a_character() -> None:
    section = (
        "## A section with a few words\n\n"
        "Some **bold** words and `code`, then a sentence that goes on for a while.\n\n"
        "- one point that is made\n- another point\n\n"
        "| feature | F |\n|---|---|\n| petal length | 1180 |\n| petal width | 960 |\n\n"
        "```python\ndef f(x, y=1):\n    # a comment about it\n"
        "    return df.groupby('species')[x].mean() + y\n```\n\n"
        "The energy is $E = mc^2$, and the rest is words, as answers are, "
        "with a closing remark for good measure.\n\n"
    )
    text = section * 40

    assert len(answer_html(answer_of(Text(text))).encode()) <= 2.5 * len(text)


# MathML names each letter of a formula, and a heading of one word has its size with it.
DEAR = {"formulas", "maths", "tiny"}


@pytest.mark.parametrize("shape", sorted(set(SHAPES) - DEAR))
def test_whatever_an_answer_is_made_of_it_costs_no_more(shape: str) -> None:
    thought, text = SHAPES[shape](20_000)

    assert saved_size.in_file(saved_size.ours(thought, text)) <= 2.5 * len(
        f"{thought}{text}".encode()
    )


def test_words_of_an_answer_are_those_of_its_markdown() -> None:
    assert words(to_html("# A\n\nb *c*\n\n- d\n\n```\ne\n```")) == "A b c d e"
