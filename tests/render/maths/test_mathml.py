"""What is a formula, what is money, and what a formula may not do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.render import to_html
from nbchat.render.maths.chemistry import expand_chemistry
from nbchat.render.maths.mathml import mathml
from nbchat.render.maths.tex import LONGEST_FORMULA
from tests.render.dom import Page
from tests.render.maths.formulas import DISPLAYED, INLINE
from tests.render.payloads import FORMULAS

from ...nightly import examples


@pytest.mark.parametrize(
    "text",
    [
        "the area is $x^2$.",
        "$x$",
        "($n$)",
        "$n$-th",
        "其中$x$是变量",
        r"$\alpha$",
        "$2x + 1$",
        "$10^{-3}$",
        "$a,b$",
        r"\(x\)",
        r"so \(a_1 + b\) holds",
        "$$x^2$$",
        "in line $$x^2$$ too",
        r"\[x^2\]",
        "$$\nx^2\n$$",
        "\\[\nx = 1\n\\]",
        "- item\n\n  $$\n  x\n  $$",
        "> $$\n> x\n> $$",
        "text\n$$\nx\n$$\nmore",
        "$$\nx\n$$ where $x$ is",
        "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}",
        "```math\nx^2\n```",
        "| $x$ |\n|---|\n| y |",
        "**$x$**",
        "$x$, $y$ and $z$",
        "$f(x) = \\begin{cases} 1 & x > 0 \\\\ 0 & x \\le 0 \\end{cases}$",
    ],
)
def test_a_formula_is_drawn(text: str) -> None:
    html = to_html(text)

    assert "<math" in html
    assert Page(html).faults == []


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $6",
        "costs $5.",
        "$5-$6",
        "from $5 to $10",
        "$5/$6",
        "($5) and ($6)",
        "US$5 and C$6",
        "US$5, A$6",
        "$5, $6 or $7",
        "$1,000 - $2,000",
        "$20k and $30k",
        "价格是$5和$6元",
        "$HOME/bin:$PATH",
        "echo $HOME $USER",
        "$x and y$ z",
        "$ x$",
        "$x $",
        "$$",
        "$ $",
        r"\$x\$",
        r"\$5 and \$6",
        "a $ b $ c",
        r"\(\)",
        r"\[\]",
        r"\[not a link](/foo)",
        r"\[note to self\]",
        r"\\(x\\)",
        "`$x$`",
        "```\n$x$\n```",
        "    $x$",
        "$`x`$",
        "$5 is what I paid, not $6, so $",
        "the variable $name or $other_name",
        "$$ is the process id of the shell",
    ],
)
def test_money_shells_and_escapes_are_not_formulas(text: str) -> None:
    html = to_html(text)

    assert "<math" not in html
    assert "nbc-tex" not in html


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_hostile_formula_has_nothing_but_mathml(formula: str) -> None:
    html = to_html(formula)

    assert Page(html).faults == []
    for word in ("href", "style=", "class=", "id=", "onclick", "mathcolor", "mathbackground"):
        marks = html.replace("class=nbc-", "").split("<math")
        assert all(
            word not in piece.split("</math>")[0].replace("&lt;", "<x ")
            for piece in marks[1:]
            if "<" in piece[:1]
        )


@pytest.mark.parametrize(
    "command",
    [
        "href", "url", "style", "class", "cssId", "require", "unicode", "includegraphics",
        "htmlClass", "def", "newcommand", "renewcommand", "let", "csname", "input", "bbox",
        "data", "char", "verb", "rule",
    ],
)  # fmt: skip
def test_a_command_that_acts_shows_the_source(command: str) -> None:
    html = to_html(rf"a $\{command}{{x}}{{y}}$ b")

    assert "<math" not in html
    assert rf"<code class=nbc-tex>$\{command}{{x}}{{y}}$</code>" in html


@pytest.mark.parametrize(
    "broken",
    [
        r"\frac{a",
        r"x^",
        r"\left(x",
        r"\unknown{x}",
        r"\begin{aligned}x",
        r"{x_1",
        "x_1}_",
        r"\frac",
    ],
)
def test_a_formula_that_does_not_parse_shows_its_source(broken: str) -> None:
    html = to_html(f"a ${broken}$ b")

    assert "<math" not in html or broken == "{x_1"
    assert "merror" not in html


def test_a_block_that_never_ends_shows_its_source_until_the_blank_line() -> None:
    html = to_html("$$\nx^2\n\nwords")

    assert html == "<pre class=nbc-plain>$$\nx^2</pre>\n<p>words</p>\n"


def test_words_behind_a_block_stay() -> None:
    html = to_html("$$\nx\n$$ where *x* is\nlong")

    assert "<p>where <em>x</em> is</p>" in html
    assert "<p>long</p>" in html


def test_every_formula_can_be_read_on_pages_without_mathml() -> None:
    """In a notebook that is not trusted JupyterLab strips MathML; `hidden` then hides the rest."""
    html = to_html("$x^2$ and $\\binom{n}{k}$")

    assert "<i hidden=1><math>" in html
    assert "</math></i><i>x²</i>" in html
    assert "</math></i><code>$\\binom{n}{k}$</code>" in html


@pytest.mark.parametrize(
    ("tex", "part"),
    [
        (r"\mathbb{R}", "<mi>ℝ</mi>"),
        (r"\mathbf{AB}", "<mi>𝐀</mi><mi>𝐁</mi>"),
        (r"\mathcal{L}", "<mi>ℒ</mi>"),
        (r"\mathrm{Attention}(Q)", "<mi>Attention</mi>"),
        (r"\mathrm{d}x", '<mi mathvariant="normal">d</mi>'),
        (
            r"\operatorname*{arg\,max}_x",
            '<munder><mo movablelimits="true" lspace="0" rspace="0">arg\u2009max</mo>'
            "<mi>x</mi></munder>",
        ),
        (r"\lim_{x\to0} f", '<munder><mo movablelimits="true" lspace="0" rspace="0">lim</mo>'),
        (r"a \sim b", "<mo>∼</mo>"),
        (r"a < b \text{ if } c", "<mo>&lt;</mo>"),
        (r"\text{a_b \& c}", "a_b\xa0&amp;\xa0c"),
        (r"\boxed{x}", '<mrow class="nbc-box">'),
        (r"\langle x \rangle", '<mo stretchy="false">⟨</mo>'),
        (r"\overline{AB}", '<mrow class="nbc-over"><mrow><mi>A</mi><mi>B</mi></mrow></mrow>'),
        (r"\underline{x}", '<mrow class="nbc-under"><mi>x</mi></mrow>'),
        (r"\boldsymbol{\theta} \mathbf{\Sigma}", "<mi>𝜽</mi><mi>𝚺</mi>"),
        (r"a \not= b \not\in c", "<mo>≠</mo><mi>b</mi><mo>∉</mo>"),
        (
            r"\begin{aligned} a &= b \\[4pt] c &= d \end{aligned}",
            '</mtr><mtr><mtd class="nbc-right"><mi>c</mi>',
        ),
        (r"\color{red}{x} + \textcolor{blue}{y}", "<math><mi>x</mi><mo>+</mo><mi>y</mi></math>"),
        (r"\log p", '<mi>log</mi><mspace width=".17em"></mspace><mi>p</mi>'),
        (r"2 \sin x", '<mn>2</mn><mspace width=".17em"></mspace><mi>sin</mi>'),
        (r"\log (p)", '<mi>log</mi><mo stretchy="false">(</mo>'),
        (r"\operatorname{Var}(X)", '<mi>Var</mi><mo stretchy="false">(</mo>'),
        (
            r"\ce{2H2 + O2 -> 2H2O}",
            '<mn>2</mn><msub><mi mathvariant="normal">H</mi><mn>2</mn></msub><mo>+</mo>',
        ),
        (r"\ce{SO4^2-}", "<msubsup><mrow><mi>SO</mi></mrow><mn>4</mn>"),
        (r"速度 = \frac{路程}{时间}", "<mfrac>"),
        (r"x \tag{1}", "<mtext>(1)</mtext>"),
        (
            r"\begin{aligned} a &= b \\ &= c \end{aligned}",
            '<mtd class="nbc-right"><mi>a</mi></mtd><mtd class="nbc-left">',
        ),
        (r"\begin{gathered} a \\ b \end{gathered}", "<mtr>"),
        (r"\begin{equation} a \label{x} \end{equation}", "<mi>a</mi>"),
        (
            r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
            "<mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd>",
        ),
        (r"\frac{\partial f}{\partial x}", "<mfrac><mrow><mo>∂</mo><mi>f</mi></mrow>"),
    ],
)
def test_the_formulas_models_write_are_understood(tex: str, part: str) -> None:
    made = mathml(tex)

    assert made is not None
    assert part in made
    assert Page(made).faults == []


def test_what_models_write_is_drawn() -> None:
    """222 formulas; a package for units is the one thing among them that is shown as typed."""
    assert len({*INLINE, *DISPLAYED}) >= 200
    for tex in (*INLINE, *DISPLAYED):
        made = mathml(tex, tex in DISPLAYED)
        assert (made is None) is tex.startswith(r"\SI"), tex
        assert Page(to_html(f"a ${tex}$ b")).faults == []
        assert "merror" not in (made or "")


@pytest.mark.parametrize(
    ("formula", "tex"),
    [
        (r"\ce{H2O}", r"\mathrm{H}_{2}\mathrm{O}"),
        (
            r"\ce{Na+ + Cl- -> NaCl(s)}",
            r"\mathrm{Na}^{+}+\mathrm{Cl}^{-}\rightarrow \mathrm{NaCl}\text{ (s)}",
        ),
        (r"\ce{CuSO4.5H2O}", r"\mathrm{CuSO}_{4}\cdot 5\mathrm{H}_{2}\mathrm{O}"),
        (r"\ce{[Fe(CN)6]^{4-}}", r"[\mathrm{Fe}(\mathrm{CN})_{6}]^{4-}"),
        (r"\ce{^{14}_{6}C}", r"{}^{14}_{6}\mathrm{C}"),
        (r"\ce{CH3-CH2=O}", r"\mathrm{CH}_{3}-\mathrm{CH}_{2}=\mathrm{O}"),
        (r"\ce{0.5O2}", r"0.5\mathrm{O}_{2}"),
        (r"x + \ce{OH-}", r"x + \mathrm{OH}^{-}"),
        (r"\ce{\href{javascript:x}{y}}", r"\ce{\href{javascript:x}{y}}"),
        (r"\ce{<script>}", r"\ce{<script>}"),
        (r"\ce{A", r"\ce{A"),
    ],
)
def test_chemistry_is_written_out_or_left_as_it_was(formula: str, tex: str) -> None:
    assert expand_chemistry(formula) == tex


@pytest.mark.parametrize(
    "tex",
    [
        r"\hspace{9999px}x",
        r"\hspace{-50em}x",
        r"\kern-99em x",
        r"\raise{99em}{x}",
        r"\mspace{999mu}x",
    ],
)
def test_a_formula_cannot_leave_its_place(tex: str) -> None:
    made = mathml(tex)

    assert made is not None
    assert "99" not in made
    assert "-50" not in made


def test_a_long_or_deep_formula_shows_its_source() -> None:
    assert mathml("x" * (LONGEST_FORMULA + 1)) is None
    assert mathml("{" * 100 + "x" + "}" * 100) is None
    assert mathml(r"\left(" * 100 + "x" + r"\right)" * 100) is None


@settings(max_examples=examples(300))
@given(
    st.lists(
        st.sampled_from(
            [
                *r"{}^_&'xy1 <>()[]\%$#~",
                r"\frac",
                r"\sqrt",
                r"\left(",
                r"\right)",
                r"\begin{align}",
                r"\end{align}",
                r"\\",
                r"\text{",
                r"\limits",
                r"\sum",
                r"\middle|",
                r"\color{red}",
                r"\mathbb{",
                r"\not",
                r"\over",
                r"\hspace{1em}",
            ]
        ),
        max_size=14,
    ).map("".join),
    st.booleans(),
)
def test_no_tex_at_all_raises_or_escapes(tex: str, display: bool) -> None:
    made = mathml(tex, display)

    assert made is None or Page(made).faults == []
