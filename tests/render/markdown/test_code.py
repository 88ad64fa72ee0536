"""Code blocks: labelled, coloured with few spans, never changed, never slow."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import PythonLexer

from nbchat.render import to_html
from nbchat.render.markdown.code import (
    LANGUAGES,
    LONGEST_COLOURED,
    LONGEST_LINE_COLOURED,
    MOST_LINES_COLOURED,
    WINDOW,
    code_block,
    colour_code,
    colour_pieces,
    growing_block,
    language_of,
)
from tests.render.dom import Page

from ...nightly import examples


def test_a_fence_has_its_language_and_its_colours() -> None:
    html = to_html('```python\ndef f(x):  # hm\n    return "a" + 1\n```')

    assert "<legend>python</legend><pre>" in html
    assert "<b>def</b> <font color=#37d>f</font>(x):  <i># hm</i>" in html


def test_indented_code_and_unnamed_fences_have_no_label() -> None:
    assert to_html("    a < b").endswith('1em 0"><pre>a &lt; b</pre></fieldset>\n')
    assert to_html("```\na\n\n```").endswith('1em 0"><pre>a\n</pre></fieldset>\n')


def test_a_blank_first_line_is_kept() -> None:
    """HTML takes a line end right behind `<pre>` for the author's convenience."""
    assert "<pre><b></b>\na</pre>" in to_html("```\n\na\n```")


def test_an_unknown_language_is_plain() -> None:
    assert "<legend>klingon</legend><pre>def x</pre>" in to_html("```klingon\ndef x\n```")


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ("{python}", "python"),
        ("{.python .numberLines}", "python"),
        ("python title=x", "python"),
        ("js{1,3}", "js"),
        ("c++", "c++"),
        ("", ""),
        ('"><script>', '"><script>'),
        ("x" * 500, "x" * 30),
    ],
)
def test_the_language_is_the_first_word_of_the_fence(info: str, language: str) -> None:
    assert language_of(info) == language


def test_every_language_of_the_list_has_a_lexer() -> None:
    from pygments.lexers import get_lexer_by_name

    from nbchat.render.markdown.code import _ALIASES

    for name in LANGUAGES:
        get_lexer_by_name(_ALIASES.get(name, name))


@settings(max_examples=examples(150))
@given(
    st.sampled_from(sorted(LANGUAGES)),
    st.text(alphabet="ab1 \n\t\"'`#/*<>(){}[]=;:-\\$@é中\u2028", max_size=80),
)
def test_colouring_never_changes_the_code(language: str, source: str) -> None:
    page = Page(colour_code(source, language))

    assert page.text == source
    assert page.faults == []


@pytest.mark.parametrize(
    "source",
    [
        "x" * (LONGEST_COLOURED + 1),
        "x\n" * (MOST_LINES_COLOURED + 1),
        "x" * (LONGEST_LINE_COLOURED + 1),
    ],
)
def test_large_code_is_plain(source: str) -> None:
    assert "<b>" not in colour_code(f"import {source}", "python")


@pytest.mark.parametrize(
    ("language", "seed"),
    [
        ("java", "a "),
        ("csharp", "a\n"),
        ("sas", " "),
        ("python", " \n"),
        ("hcl", "a"),
        ("ipython", "\n"),
    ],
)
def test_lexers_that_are_slow_are_kept_from_long_code(language: str, seed: str) -> None:
    """Each took 5 to 40 s for 20,000 characters without our limits: so the lexer reads none."""
    source = (seed * LONGEST_COLOURED)[:LONGEST_COLOURED]

    assert colour_pieces(source, language) == [("", source)]


@pytest.mark.parametrize("language", ["java", "sas"])
def test_lexers_that_are_quadratic_in_the_whole_read_5_000_characters(language: str) -> None:
    line = "x = 'a';" * 10 + "\n"
    short, long = line * 60, line * 63

    assert len(colour_pieces(short, language)) > 60
    assert colour_pieces(long, language) == [("", long)]


def test_characters_that_reorder_code_are_written_out() -> None:
    """Code that reads differently from what it does (CVE-2021-42574)."""
    assert "access\\u202e" in to_html("```python\naccess\u202e = 1\n```")


FUNCTION = '''def mean(numbers):
    """The mean of numbers.

    It is what you think.
    """
    # a remark
    return sum(numbers) / len("abc")

'''


@pytest.mark.parametrize("size", [1, 10, 60])
def test_code_that_grows_has_the_colours_it_will_have(size: int) -> None:
    code = FUNCTION * size

    growing = growing_block(code, "python")

    assert growing == code_block(code, "python")


def test_code_that_grows_is_read_in_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each paint reads the last lines again, and not all of them."""
    read = []
    tokens = PythonLexer.get_tokens_unprocessed

    def counting(lexer: PythonLexer, text: str, *more: object) -> object:
        read.append(len(text))
        return tokens(lexer, text, *more)

    monkeypatch.setattr(PythonLexer, "get_tokens_unprocessed", counting)
    line = "    total = total + first_of(numbers)  # number {}\n"
    code = "".join(line.format(number) for number in range(300))
    for end in range(0, len(code), 100):
        growing_block(code[:end], "python")

    assert max(read) <= WINDOW
    assert sum(read) < len(code) / 100 * WINDOW * 1.2
