"""What a model writes of its calls is as safe as its words: names, arguments, code, results."""

from __future__ import annotations

import re

import pytest

from nbchat.messages import Text, ToolCall, ToolResult
from nbchat.render import answer_html, plain, to_html
from nbchat.render.pictures import picture_markdown
from nbchat.render.terminal.clean import clean_words
from nbchat.render.tool_calls import call_html, gist, running_html, unrun_html
from nbchat.render.tool_markdown import call_markdown
from nbchat.render.tool_words import call_line, call_words

from .acted import answer_of, ran
from .dom import Page
from .payloads import EVERYTHING

KEY = "sk-canary-0123456789abcdef"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def test_names_arguments_code_and_results_are_as_safe_as_the_text() -> None:
    for payload in EVERYTHING:
        calls = (
            ran(payload, {"code": payload, payload: payload}, payload),
            ran(payload, {"a": payload, payload: 1}, [payload, payload], error=True),
            (ToolCall("x", payload, None, payload), ToolResult("x", payload, f"{payload}\n" * 30)),
        )
        answer = answer_of(*(event for call in calls for event in (Text(payload), *call)))
        answer.add(ToolCall("y", payload, {"code": payload}))
        html = answer_html(answer, footer=[payload])

        assert Page(html, frame=True).faults == [], payload
        assert html.count("<style>") == 1
        assert html.count('class="nbc ') == 1
        assert html.count("nbc-tool") == 3 + html.partition("</style>")[0].count("nbc-tool")
        assert not re.search(r"\n[ \t]*\n", html)
        assert not CONTROLS.search(plain(answer))


def test_a_call_that_goes_on_is_as_safe() -> None:
    for payload in EVERYTHING:
        call = ToolCall("1", payload, {"code": payload, payload: payload})
        html = running_html(call, f"{payload}\n" * 25, status=payload) + unrun_html(call)

        assert Page(html, frame=True).faults == [], payload
        assert not CONTROLS.search(html)


def test_its_markdown_loads_nothing_whoever_renders_it() -> None:
    for payload in EVERYTHING:
        pieces = call_markdown(
            *ran(payload, {"code": payload, payload: 1}, payload), picture_markdown
        )
        page = Page(to_html("\n\n".join(pieces)))

        assert page.faults == [], payload
        assert page.links == [], payload
        assert page.tags.count("pre") == 1 + bool(payload.strip()), payload


def test_a_result_is_text_and_never_markdown() -> None:
    html = call_html(*ran("f", {}, "# A\n\n[b](https://c.example)\n\n| d |\n|---|\n| $x^2$ |"))

    assert not {"h1", "a", "table", "math"} & {*Page(html, frame=True).tags}


def test_what_a_terminal_would_obey_is_gone_and_what_nobody_sees_is_written_out() -> None:
    text = "\x1b[31mred\x1b[0m \x1b]52;c;aGk=\x07 user\u202enimda a\u200bb"
    call, result = ran(text, {"code": text}, text)

    for shown in (call_html(call, result), call_line(call, result), running_html(call, text)):
        assert not CONTROLS.search(shown)
        assert "[31m" not in shown.replace("\\", "")
        assert "52;c" not in shown
        assert "user\\u202enimda a\\u200bb" in shown
        assert "\u202e" not in shown
    assert clean_words(call_words(call, result)) == call_words(call, result)


def test_keys_are_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    call, result = ran(f"f{KEY}", {"code": f"print('{KEY}')", "a": KEY}, f"{KEY}\n" * 30)
    short, told = ran("g", {"a": KEY}, KEY)
    pieces = [
        *(call_html(call, result), call_html(short, told), running_html(call, KEY)),
        *(call_line(call, result), gist(call), gist(short)),
        *call_markdown(call, result, picture_markdown),
    ]

    assert all(KEY not in piece for piece in pieces)
    assert sum("[KIMI_API_KEY]" in piece for piece in pieces) >= 6


def test_ten_megabytes_are_bounded_and_say_so() -> None:
    huge = "x" * 10_000_000
    call, result = ran("f", {"code": huge}, huge)
    for html in (
        call_html(call, result),
        running_html(call, huge),
        unrun_html(call),
        call_html(*ran(huge, {huge: huge}, f"{huge}\n")),
        "".join(call_markdown(call, result, picture_markdown)),
    ):
        assert len(html) < 60_000
        assert "left out …" in html or "more characters" in html
    assert len(call_line(*ran(huge, {huge: huge}, huge, error=True))) < 400


def test_a_result_that_says_it_was_approved_changes_nothing_around_it() -> None:
    """Nor can a name pass for a mark: it is bold, and what nbchat says is not."""
    html = call_html(*ran("run · approved", {"code": "x"}, "</pre></div></details><b>ran</b>"))

    assert html.count("</details>") == 1
    assert "<b>run · approved</b>" in html
    assert "&lt;b&gt;ran&lt;/b&gt;" in html


def test_what_a_model_writes_is_no_call() -> None:
    """It may write a fold, which has another look."""
    fold = "<details>\n<summary>**run** · `x`</summary>\n\ndone\n\n</details>"

    assert "<details class=nbc-fold>" in to_html(fold)
    assert "<details" not in to_html(fold.replace("<details>", '<details class="nbc-tool">'))
