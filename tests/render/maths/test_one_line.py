"""Formulas for pages that show no MathML: on one line as people write them, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.render import to_html
from nbchat.render.maths.mathml import in_letters, mathml
from tests.render.dom import Page
from tests.render.maths.formulas import DISPLAYED, INLINE

from ...nightly import examples


@pytest.mark.parametrize(
    ("tex", "line"),
    [
        (r"E = mc^2", "E = mc²"),
        (r"\alpha", "α"),
        (r"x_{n+1}", "xₙ₊₁"),
        (r"x_i^2", "xᵢ²"),
        (r"e^{i\pi} + 1 = 0", "e<sup>iπ</sup> + 1 = 0"),
        (r"x_{\text{max}}", "xₘₐₓ"),
        (r"x_B", "x<sub>B</sub>"),
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{1}{2}mv^2", "½mv²"),
        (r"\frac{8\pi G}{c^4} T", "((8πG)/c⁴)T"),
        (r"\frac{dy}{dx} = \frac{f(x)}{2a}", "dy/dx = f(x)/(2a)"),
        (r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}", "x = (−b ± √(b² − 4ac))/(2a)"),
        (r"\left(1 + \frac{1}{n}\right)^n", "(1 + 1/n)ⁿ"),
        (r"\sqrt{2}", "√2"),
        (r"\sqrt[3]{x}", "³√x"),
        (r"\hat{y}_i - \bar{y}", "ŷᵢ − ȳ"),
        (r"f''(x)", "f″(x)"),
        (r"90^\circ", "90°"),
        (r"X^\top y", "Xᵀy"),
        (r"\sin^2\theta", "sin² θ"),
        (r"\log p", "log p"),
        (r"n \log n", "n log n"),
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"\int_0^1 f(t)\,dt", "∫₀¹ f(t) dt"),
        (r"\lim_{x \to 0} f", "lim<sub>x→0</sub> f"),
        (r"-a - b", "−a − b"),
        (r"a < b", "a &lt; b"),
        (r"1, 2, \ldots, n", "1, 2, …, n"),
        (r"\ce{2H2 + O2 -> 2H2O}", "2H₂ + O₂ → 2H₂O"),
        (r"\ce{SO4^2-}", "SO₄²⁻"),
        (r"\mathbb{R}^d", "ℝᵈ"),
        (r"速度 = \frac{路程}{时间}", "速度 = 路程/时间"),
        (r"\boxed{x = 1}", "x = 1"),
    ],
)
def test_a_formula_stands_on_one_line(tex: str, line: str) -> None:
    assert in_letters(tex) == line


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"\begin{aligned} a &= b \\ &= c \end{aligned}",
        r"\cfrac{1}{1+\cfrac{1}{x}}",
        r"\binom{n}{k}",
        r"\overline{AB}",
        r"\underbrace{a + b}_{n}",
        r"\text{costs \$5}",
        "+".join("x" * 100),
    ],
)
def test_what_no_line_can_hold_is_left_to_its_source(tex: str) -> None:
    made = mathml(tex)

    assert in_letters(tex) is None
    assert made is None or "</math></i><code>$" in to_html(f"${tex}$")


def test_nothing_in_it_would_be_typeset_by_a_page() -> None:
    for tex in (*INLINE, *DISPLAYED):
        line = in_letters(tex, tex in DISPLAYED)

        assert not set(line or "") & set("$\\"), tex
        assert Page(line or "").faults == []


PIECES = [
    *r"{}^_&'xy1 <>()[]%~+-=",
    r"\frac",
    r"\sqrt",
    r"\sum",
    r"\hat",
    r"\text{",
    r"\bar{",
    r"\lim",
    r"\ce{",
    r"\sqrt[3]",
]


@settings(max_examples=examples(300))
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_tex_at_all_raises_or_escapes(tex: str) -> None:
    line = in_letters(tex)

    assert line is None or Page(line).faults == []
