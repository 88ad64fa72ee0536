"""What rich draws in a terminal: the words of the answer, whole and clean."""

from __future__ import annotations

import io
import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from nbchat.render.styled import THEME, Lines, Sources, open_page, page
from tests.render.streaming.test_incremental import documents

from .payloads import EVERYTHING
from .sequences import CONTROLS, SEQUENCES

STYLES = re.compile(r"\x1b\[[0-9;]*m")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def drawn(*sources: str, width: int = 60, styles: bool = False, tail: bool = False) -> str:
    file = io.StringIO()
    console = Console(
        file=file,
        theme=THEME,
        width=width,
        force_terminal=True,
        color_system="standard",
        highlight=False,
    )
    for source in sources:
        console.print(Lines(open_page(source) if tail else page(source)))
    return file.getvalue() if styles else STYLES.sub("", file.getvalue())


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("# Title", "Title\n"),
        ("*a* **b** `c` ~~d~~", "a b c d\n"),
        ("- a\n- b", " • a\n • b\n"),
        ("3. a\n4. b", " 3 a\n 4 b\n"),
        ("- [x] done", " • ☑ done\n"),
        ("> quote", "▌ quote\n"),
        ("```python\nx = 1\n\ny = 2\n```", "  python\n  x = 1\n\n  y = 2\n"),
        ("    indented", "  indented\n"),
        ("a $x_1 * y_1$ b", "a $x_1 * y_1$ b\n"),
        (r"a \(x\) b", "a \\(x\\) b\n"),
        ("$$\nx^2\n$$", "  $$\n  x^2\n  $$\n"),
        ("costs $5 and $6", "costs $5 and $6\n"),
        ("[docs](https://a.example/x)", "docs (https://a.example/x)\n"),
        ("<https://a.example>", "https://a.example\n"),
        ("see https://a.example/x.", "see https://a.example/x.\n"),
        ("<me@a.example>", "me@a.example\n"),
        ("[x](javascript:alert(1))", "x (javascript:alert(1))\n"),
        (
            "![plot](https://a.example/p.png)",
            "plot: image at a.example (not loaded) (https://a.example/p.png)\n",
        ),
        ("<b>raw</b>", "<b>raw</b>\n"),
        ("[bold]no markup[/bold] :smile:", "[bold]no markup[/bold] :smile:\n"),
        ("[^1]: A note.", "[1] A note.\n"),
        ("| a | n |\n|---|---|\n| b | 1 |", " a   n\n ─────\n b   1\n"),
    ],
)
def test_markdown_is_drawn(markdown: str, shown: str) -> None:
    assert drawn(markdown, width=80) == shown


def test_what_is_wide_goes_on_below_and_loses_nothing() -> None:
    cell = "花瓣宽度，这是一个比较长的单元格用来测试换行"
    code = "x = '" + "y" * 90 + "'"
    shown = drawn(
        f"| a | b |\n|---|---|\n| {cell} | {'word ' * 12} |", f"```\n{code}\n```", width=40
    )

    assert set(cell) <= set(shown)
    assert shown.count("word") == 12
    assert "".join(shown.split()).endswith(code.replace(" ", ""))
    assert all(len(line) <= 40 for line in shown.split("\n"))


def test_code_has_the_terminals_own_colours() -> None:
    shown = drawn("```python\ndef f():\n    return 'a'\n```", styles=True)

    assert "\x1b[1mdef\x1b[0m" in shown
    assert "\x1b[32m'a'\x1b[0m" in shown


@pytest.mark.parametrize("hostile", [*CONTROLS, *SEQUENCES])
def test_no_control_of_the_model_is_printed(hostile: str) -> None:
    entities = "".join(f"&#{ord(c)};" for c in hostile)
    for words in (hostile, entities):
        source = f"# {words}\n\n{words} `{words}` [{words}](https://a.example/{words})\n\n- {words}\n\n```{words}\n{words}\n```\n"
        assert not CONTROL.search(drawn(source))
        assert not CONTROL.search(drawn(source[:-4], tail=True))


def test_no_payload_breaks_it() -> None:
    for payload in EVERYTHING:
        shown = drawn(payload) + drawn(payload, tail=True)

        assert not CONTROL.search(shown), payload
        assert shown.strip()


@settings(max_examples=150, deadline=None)
@given(documents)
def test_any_document_can_be_drawn(text: str) -> None:
    assert not CONTROL.search(drawn(text) + drawn(text, tail=True))


@settings(max_examples=200, deadline=None)
@given(documents, st.lists(st.integers(0, 10_000), max_size=30))
def test_blocks_are_cut_from_a_stream_without_losing_any(text: str, places: list[int]) -> None:
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    sources = Sources()
    taken: list[str] = []
    for start, end in itertools.pairwise(edges):
        sources.feed(text[start:end])
        taken += sources.taken()
    sources.finish()
    taken += sources.taken()

    whole = Sources()
    whole.feed(text)
    whole.finish()
    assert "".join("".join(taken).split()) == "".join("".join(whole.taken()).split())
    assert sources.tail == ""
