"""What stays as typed, whatever the variables are called: code, formulas, doubled braces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbchat.context.expand import expand
from nbchat.context.untouched import pieces

VALUES = {name: f"VALUE OF {name}" for name in ("n", "a", "b", "k", "x", "i", "df", "name")}

UNTOUCHED = [
    r"$\sum_{k=1}^{n} k$", r"\sum_{k=1}^{n}", r"\frac{a}{b}", r"\sqrt[3]{x}", r"\textbf{{a}}{b}",
    r"\dfrac{a}{\sqrt{b}}", "$x^{n}$", "$$\n{a}\n\n{b}\n$$", r"\(x_{i}\)", r"\[ {a} \]",
    "\\begin{align}\n{a} &= {b}\n\n\\end{align}", "\\begin{cases*}{a}\\end{cases*}", "${name}",
    "#{name}", "%{name}", "x^{n}", "x_{i}", r"\{a}", "{{a}}", "{{ a }}", "{{{a}}}",
    "{{ a | upper {b} }}", "`{a}`", "``{a} ` {b}``", '`print(f"{df}")`', "`one\nline {a}`",
    "```python\n{a}\n```", "    ```\n    {a}\n    ```", "\t~~~\n\t{a}\n\t~~~",
    "> ```\n> {a}\n> ```",
    "> - ~~~~\n>   {a}\n>   ~~~\n>   {b}\n>   ~~~~", "1. ```\n   {a}\n   ```",
    "    x = df[{a}]\n    print({b})", 'f"{df}"', "f'{a}'", 'rf"""{a}"""', "$3{a}$", "$2n_{a}$",
    "$a$, $b_{n}$ and ${name}", r"\frac {a} {b}", r"\sqrt [3] {x}", r"\binom{n} {k}",
    r"\left( {a} \right)", r"\sum_{i}^{n}{x}", "> a\n>\n>     {a} = {b}\n>     {n}\n",
    "<code>{a}</code>", '<pre class="x">\n{a}\n\n{b}\n</pre>', "{{a}", "```{a}```",
]  # fmt: skip


@pytest.mark.field("V7")
@pytest.mark.parametrize("text", UNTOUCHED)
def test_code_and_formulas_stay_byte_for_byte(text: str) -> None:
    got = expand(f"{text}\n\nWhat is {{x}}?", VALUES)

    assert got.text == f"{text}\n\nWhat is {VALUES['x']}?"


def test_a_fence_that_nobody_closes_goes_on_to_the_end() -> None:
    text = "```\n{a}\n\n{b}\n"

    assert expand(text, VALUES).text == text


@pytest.mark.field("V7")
@pytest.mark.parametrize(
    "text",
    [
        "I have $5 and {x} for $7", "It costs $5, {x} cost $10", "US$5 and {x} for US$7",
        "between $5-$10 for {x}", "5$, {x} or 7$", "$5 for {x} or 6 US$", "a ` and {x}",
        "one `\n\n{x} ` two", "- one `\n- {x} `", r"\`{x}\`", r"\$a {x} b\$", "({x})", '"{x}"',
        '{"a": {x}}', "C:\\data and {x}", "*{x}*", "> {x}", "# {x}", "| {x} |", "- {x}",
        "    Compare these: {x}", "{x}{x}", "[{x}]", "see {x}.", "``` {x} ` `", "fine{x}",
        "```\n{a}\n```\n{x}", "> ```\n> {a}\n{x}", r"\left( {x}", r"\alpha {x}",
        r"\frac{1}{2} of{x} {x}", "<code> {x}", "<codes>{x}</codes>",
        "> a\n>\n> {x}", r"\( {x}", r"\begin{align} {x}", "$$ {x}",
    ],
)  # fmt: skip
def test_ordinary_words_are_filled_in(text: str) -> None:
    assert expand(text, {"x": 7}).text == text.replace("{x}", "7")


@given(st.text(alphabet="{}ab`~$\\ \n>-_^f'()[]1", max_size=80))
def test_the_pieces_are_the_whole_text(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text


@pytest.mark.parametrize(
    "piece", ["{{ ", "^{", "`a``b```c", "$ a", "\\(", "\\begin{a}", "f'", "> "]
)
def test_what_is_never_closed_is_read_once(piece: str) -> None:
    text = piece * (20_000 // len(piece))

    assert "".join(part.text for part in pieces(text)) == text
