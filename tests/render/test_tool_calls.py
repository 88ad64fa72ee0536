"""What a tool was asked and what it gave: one line, in its place, the rest folded, and safe."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from nbchat.events import Stop
from nbchat.frontends.notebook.terminal import last_lines
from nbchat.messages import (
    INTERRUPTED,
    NOT_RUN,
    REFUSED,
    Content,
    File,
    Image,
    Message,
    Source,
    Text,
    ToolCall,
)
from nbchat.render import answer_html, plain, to_html
from nbchat.render.answer_body import body_html, body_markdown, pictures_in_order
from nbchat.render.pictures import picture_in_words, picture_markdown, picture_place
from nbchat.render.tool_calls import FIRST_LINES, call_html, gist, running_html
from nbchat.render.tool_markdown import call_markdown
from nbchat.render.tool_words import MOST_FIGURES
from nbchat.turns import Turn

from ..pictures import GIF, HUGE, SVG, png
from .acted import PLOT, ROWS, WRITE, acted, answer_of, ran
from .dom import Page, words


def summaries(html: str) -> list[str]:
    found = re.findall("<summary>(.*?)</summary>", html)
    return [" ".join(unescape(re.sub("<[^>]*>", "", one)).split()) for one in found]


# --- one line, in its place ----------------------------------------------------------------------


def test_an_answer_is_drawn_in_the_order_of_its_parts() -> None:
    html = answer_html(acted(), footer=["kimi-k2-thinking"])
    told = (
        *("Thinking, 8 words", "I look at the data first.", "<b>look</b>", "is the candidate"),
        *("· failed ·", "sns", "<img ", "One threshold", "· refused ·", "<b>weather</b>"),
        *("Nothing was written.", "<small>kimi-k2-thinking"),
    )
    places = [html.index(words) for words in told]

    assert places == sorted(places)


def test_a_call_is_one_line_with_the_rest_folded() -> None:
    html = answer_html(acted())

    assert "<details open" not in html
    assert summaries(html) == [
        "Thinking, 8 words",
        "look · df",
        'run · failed · df["petal_length"].mean()',
        'run · sns.stripplot(df, x="petal length (cm)", y="species", alpha=0.5)',
        f"run · refused · {WRITE[:71]}…",
        "run · print(df.to_string())",
        "130 more lines",
        'weather · city="Lisbon", days=3',
    ]


def test_a_figure_stands_under_its_call_and_not_in_the_fold() -> None:
    html = call_html(*ran("run", {"code": "plot()"}, ["done", Image(png(60, 30))]))
    fold, figure = html.split("</details>")

    assert "done" in fold
    assert figure.startswith('<p><img src="data:image/png;base64,')


def test_code_is_highlighted_and_other_arguments_are_json_unless_the_line_says_them_all() -> None:
    code = call_html(*ran("run", {"code": PLOT, "purpose": "to see it"}, ""))
    short = call_html(*ran("look", {"what": "df"}, "150 × 5"))
    long = call_html(*ran("find", {"words": ["petal"] * 30}, "none"))

    assert "<legend>python</legend>" in code
    assert "<b>import</b>" in code
    assert "purpose=" in code
    assert "<fieldset" not in short
    assert "<legend>json</legend>" in long


def test_a_long_result_shows_its_first_lines_and_folds_the_others() -> None:
    html = call_html(*ran("run", {"code": "print(1)"}, ROWS))
    first, rest = html.split("<summary>130 more lines</summary>")

    assert first.count("setosa") == FIRST_LINES
    assert rest.count("setosa") == 130


def test_a_table_is_not_broken_and_prose_is() -> None:
    table = call_html(*ran("look", {}, "a   b\n1   2"))
    prose = call_html(*ran("look", {}, "There are five columns. " * 20))

    assert "white-space:pre" in table
    assert 'class="nbc-plain"' in prose


@pytest.mark.parametrize(
    ("content", "error", "mark"),
    [
        ("3", False, ""),
        (f"{REFUSED}: not now", False, ""),
        (f"{REFUSED}: not now", True, "refused"),
        ("refused: nobody can be asked here.", True, "refused"),
        (f"{NOT_RUN}: stopped by the user", True, NOT_RUN),
        (INTERRUPTED, True, "stopped"),
        ("KeyError: 'a'", True, "failed"),
        ([f"{REFUSED}: no"], True, "refused"),
        ([], True, "failed"),
    ],
)
def test_how_a_call_ended_stands_in_its_line(content: Content, error: bool, mark: str) -> None:
    html = call_html(*ran("f", {"a": 1}, content, error=error))

    assert summaries(html) == [" · ".join(filter(None, ["f", mark, "a=1"]))]


@pytest.mark.parametrize(
    ("arguments", "raw", "words"),
    [
        ({"code": "\n\n# about it\nimport os\nfrom a import b\nx = 1\ny = 2"}, "", "x = 1"),
        ({"code": "import os; os.remove('a')"}, "", "import os; os.remove('a')"),
        ({"code": "import pandas as pd"}, "", "import pandas as pd"),
        ({"code": "# nothing but words"}, "", "# nothing but words"),
        ({"code": "x = '\u202e\u200b'"}, "", "x = '\\u202e\\u200b'"),
        ({"code": "x" * 100}, "", "x" * 71 + "…"),
        ({"code": " \n "}, "", ""),
        ({"code": 3}, "", "code=3"),
        ({"a": 1, "b": [2]}, "", "a=1, b=[2]"),
        ({}, "{}", ""),
        (None, '{"a": ', '{"a":'),
    ],
    ids=[
        *("the first line that acts", "an import that acts", "an import", "a comment"),
        *("hidden", "long", "blank code", "no code", "arguments", "no arguments", "not JSON"),
    ],
)
def test_the_gist_is_the_first_line_that_says_something(
    arguments: dict[str, object] | None, raw: str, words: str
) -> None:
    assert gist(ToolCall("1", "run", arguments, raw)) == words


def test_the_clock_is_in_no_saved_output() -> None:
    call, result = ran("f", {}, "done")
    slow = replace(result, seconds=271828.25)

    assert answer_html(answer_of(call, result)) == answer_html(answer_of(call, slow))
    assert plain(answer_of(call, result)) == plain(answer_of(call, slow))


def test_a_call_that_goes_on_is_open_and_says_what_it_does() -> None:
    call = ToolCall("1", "run", {"code": "train()"})
    html = running_html(call, "epoch 1\nepoch 2\n", status="3 s", pictures=[Image(png())])

    assert '<details class="nbc-tool nbc-live" open' in html
    assert summaries(html) == ["run · 3 s · train()"]
    assert "epoch 2</pre>" in html
    assert html.endswith("</p>")
    assert "<img" in html


def test_what_streams_and_what_stays_hold_the_same_code_and_result() -> None:
    call, result = ran("run", {"code": PLOT}, ROWS)
    live, whole = running_html(call, ROWS), call_html(call, result)

    assert live.partition("</summary>")[2] == whole.partition("</summary>")[2]


def test_a_call_that_nobody_answered_is_told_as_not_run_where_it_stands() -> None:
    answer = answer_of(*ran("f", {}, "1"), ToolCall("x", "g", {"a": 2}), Text("So."))
    html = answer_html(answer)

    assert html.count("asked for tool <code>g</code>; not run") == 1
    assert html.index("asked for tool") < html.index("So.")
    assert "[g, not run: a=2]" in plain(answer)


def test_numbers_of_sources_stand_where_they_belong_on_both_sides_of_a_call() -> None:
    one, two = "Water is bluish.", "So is ice."
    answer = answer_of(
        *(Text(one), Source("https://a.example", "A", ends=[len(one)])),
        *ran("f", {}, "done"),
        *(Text(two), Source("https://b.example", "B", ends=[len(two)])),
    )
    text = words(body_html(answer, picture_in_words))

    assert "Water is bluish.[1]" in text
    assert "So is ice.[2]" in text
    assert plain(answer).startswith(
        "Water is bluish.[1]\n\n[f]\n\nSo is ice.[2]\n\nSources:\n[1] A"
    )


def test_an_answer_that_reached_the_limit_says_so() -> None:
    answer = answer_of(*ran("f", {}, "1"))
    answer.stop = Stop("tool_calls", "limit")

    assert "it reached the limit of calls. Ask again to go on." in answer_html(answer)


# --- without HTML --------------------------------------------------------------------------------


def test_plain_text_has_a_line_for_each_call() -> None:
    assert plain(acted()).split("\n\n") == [
        "I look at the data first.",
        "[look: df]",
        "**Petal length** is the candidate:",
        '[run, failed: df["petal_length"].mean()]\n'
        '[run: sns.stripplot(df, x="petal length (cm)", y="species", alpha=0.5)]\n'
        f"{picture_in_words(Image(png(600, 300)))[3:-4]}",
        "One threshold isolates *setosa*. I would like to write it to a file:",
        f"[run, refused: {WRITE[:71]}…]\n"
        "[run: print(df.to_string())]\n"
        '[weather: city="Lisbon", days=3]',
        "Nothing was written.",
    ]


def test_an_answer_that_only_acted_says_what_it_did() -> None:
    assert plain(answer_of(*ran("f", {"a": 1}, "2"))) == "[f: a=1]"


def test_a_terminal_tells_below_an_answer_of_no_call_that_was_run() -> None:
    """Those were told where they stand."""
    asked = answer_of(ToolCall("1", "f", {"a": 1}, '{"a": 1}'))
    limit = acted()
    limit.stop = Stop("tool_calls", "limit")
    below = [last_lines(Turn(Message("user", "?"), one)) for one in (acted(), asked, limit)]

    assert [len(lines) for lines in below] == [1, 2, 2]
    assert below[1][0] == 'asked for tool f({"a": 1}); not run'
    assert "limit of calls" in below[2][0]


def test_markdown_has_code_and_result_as_blocks_that_nothing_in_them_ends() -> None:
    code = "print('''\n```\n![x](https://sink.example/x.png)\n''')"
    pieces = call_markdown(*ran("run", {"code": code}, "````\n<img src=x>"), picture_markdown)
    pages = [to_html(piece) for piece in pieces]

    assert pieces[0] == "*`run`*"
    assert [page.count("<pre") for page in pages] == [0, 1, 1]
    assert "img" not in Page("".join(pages)).tags


def test_markdown_of_an_answer_is_in_order_and_has_its_figures() -> None:
    pieces = body_markdown(acted(), lambda picture: "PICTURE")

    assert pieces[:3] == [
        "I look at the data first.",
        "*`look`*",
        '```json\n{\n  "what": "df"\n}\n```',
    ]
    assert "*`run`, refused*" in pieces
    assert pieces.index("PICTURE") < pieces.index("*`run`, refused*")


# --- figures -------------------------------------------------------------------------------------


def test_only_what_is_a_picture_by_its_bytes_is_drawn() -> None:
    bad = [Image(SVG), Image(HUGE), Image(b"<script>alert(1)</script>", "image/png")]
    html = call_html(*ran("f", {}, [*bad, Image(GIF, "text/html")]))

    assert re.findall(r'src="data:([^;]*)', html) == ["image/gif"]
    assert html.count("[picture, ") == 4  # one as the words for those who do not see it


def test_a_hundred_figures_are_not_all_drawn() -> None:
    html = call_html(*ran("f", {}, [Image(png())] * 100))

    assert html.count("<img") == MOST_FIGURES
    assert html.count("<p>[picture, 3 × 2, ") == 100 - MOST_FIGURES


def test_places_for_pictures_are_in_the_order_of_the_pictures() -> None:
    answer = answer_of(
        *ran("f", {}, ["a", Image(png(5, 5)), Image(SVG)]),
        Text("b"),
        Image(GIF),
        *ran("g", {}, "c"),
    )
    places = re.findall("<p class=nbc-picture>(.*?)</p>", body_html(answer, picture_place))

    assert [picture_in_words(one)[3:-4] for one in pictures_in_order(answer)] == places
    assert len(places) == 2


def test_a_file_in_a_result_is_told_by_its_name() -> None:
    html = call_html(*ran("f", {}, ["Here:", File(b"%PDF-1.7", name="a<b>.pdf")]))

    assert "[a&lt;b&gt;.pdf, application/pdf]" in html
