"""An answer carries the rules it uses, and no others."""

from __future__ import annotations

from nbchat.events import Answer, Stop
from nbchat.messages import Text
from nbchat.render import STYLE, answer_html
from nbchat.render.stylesheets import lines, rules_for
from tests.benchmarks.answers import SHAPES


def test_a_plain_answer_has_little_style() -> None:
    answer = Answer()
    answer.add(Text("Hi *there*."))
    answer.add(Stop("end"))

    style = "<style>.nbc.nbc.nbc{p{margin:.55em 0}}</style>"
    assert style in answer_html(answer, footer=["kimi-k2.6"])


def test_a_rule_comes_with_its_group_and_with_all_that_it_names() -> None:
    html = rules_for("<p dir=auto>Hi</p><pre><b>x</b></pre>")

    assert ".nbc.nbc.nbc{p{margin:.55em 0}" in html
    assert "[dir] p,p[dir]{text-align:start}" in html
    assert "pre b,pre i,font{" in html
    assert "pre i{" not in html
    assert "tbody" not in html
    assert html.count("{") == html.count("}")


def test_words_are_no_reason_for_a_rule() -> None:
    assert rules_for("<p>table nbc-wide &lt;table&gt; .nbc-plain</p>") == rules_for("<p>Hi</p>")


def test_plain_text_is_broken_between_words() -> None:
    """JupyterLab breaks a `pre` of an output within them."""
    assert "word-break:normal" in rules_for('<pre class="nbc-plain">x</pre>')


def test_what_is_used_is_of_the_sheet_and_in_its_order() -> None:
    for shape in SHAPES.values():
        answer = Answer()
        answer.add(Text(shape(2_000)[1]))
        answer.add(Stop("end"))
        style = answer_html(answer).partition("<style>")[2].partition("</style>")[0]
        rules = [line for line in lines("style.css") if line in style]

        assert "".join(line for line in rules if line != "}").replace("}", "") == style.replace(
            "}", ""
        )


def test_each_line_of_a_sheet_is_a_rule_or_begins_or_ends_a_group() -> None:
    for line in lines("style.css"):
        assert line == "}" or (line.count("{"), line.count("}")) in ((1, 0), (1, 1)), line
    assert "".join(lines("style.css")) == STYLE
