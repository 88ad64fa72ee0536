"""A notebook that somebody else has saved.

JupyterLab takes our style sheet away, and it looks the same.
"""

from __future__ import annotations

from typing import Any

import pytest

from ..fakes.provider import Service, answer, said
from ..nightly import IS_NIGHT
from .cells import Ask, outputs
from .lab import Lab, Notebook
from .test_cell_look import TEXT, THOUGHT

FORMULAS = """
Where $E = mc^2$, $x_{n+1}$ and $\\frac{1}{2}mv^2$ are read, \
and $\\begin{pmatrix} a & b \\end{pmatrix}$ as it was typed.
"""
TABLE = """
| plan | what it does | price |
|:-----|:------------:|------:|
| free | a few questions | 0 |
| team | shared history | 20 |
"""

# Theme and width of the page; at night each with each.
LOOKS = [(dark, width) for dark in (False, True) for width in (800, 1600)]
LOOKS = LOOKS if IS_NIGHT else [LOOKS[0], LOOKS[-1]]

FRAMES = (
    "fieldset legend pre h2 h3 p ul ol li blockquote table thead th td tr details summary small"
    " code a sup section"
)
# Of everything that is drawn: what its weight and its columns say. Margins, sizes and frames are
# JupyterLab's own where our style sheet is taken away.
LOOK = """names => {
  const page = document.querySelector('.jp-OutputArea-output .nbc');
  const properties = ['display', 'opacity', 'fontWeight', 'fontStyle', 'textDecorationLine',
    'listStyleType', 'verticalAlign'];
  const found = [...page.querySelectorAll(names)]
    .filter(e => !e.closest('i[hidden]') && e.checkVisibility());
  return found.filter(e => !e.matches('i[hidden] + *')).map(e => {
    const style = getComputedStyle(e);
    const align = style.textAlign === 'start'
      ? (style.direction === 'ltr' ? 'left' : 'right') : style.textAlign;
    const drawn = properties.map(name => `${name} ${style[name]}`);
    return [e.tagName, e.className, align, ...drawn].join(', ')
  })
}"""


def look(notebook: Notebook) -> list[str]:
    found: list[str] = notebook.page.evaluate(
        LOOK, ", ".join([*FRAMES.split(), ".nbc", ".nbc-wide"])
    )
    return found


def copied(lab: Lab, notebook: Notebook) -> str:
    """The same notebook under another name, written by somebody else and so not signed."""
    path = lab.folder / "notebooks" / f"stranger-{notebook.path}"
    path.write_text((lab.folder / "notebooks" / notebook.path).read_text().replace("Talk", "Talk!"))
    return path.name


def opened_both_ways(
    lab: Lab, ask: Ask, service: Service, **page: Any
) -> tuple[Notebook, Notebook]:
    text = TEXT + FORMULAS + TABLE
    service.plays(answer(*said(text, thought=[THOUGHT], usage=(1204, 386), finish="length")))
    trusted = ask("%%chat kimi-k2-thinking\nTalk", **page)
    trusted.run(1)
    trusted.save()
    trusted.load()
    untrusted = lab.open(path=copied(lab, trusted), **page)
    for notebook in (trusted, untrusted):
        notebook.page.wait_for_selector(".nbc-foot")
        notebook.page.evaluate(
            "document.querySelectorAll('.numbering-entry').forEach(e => e.remove())"
        )
    return trusted, untrusted


@pytest.mark.parametrize(("dark", "width"), LOOKS)
def test_it_has_the_same_order_and_columns(
    dark: bool, width: int, lab: Lab, ask: Ask, service: Service
) -> None:
    """What it says is all there, with its weight; its margins and frames need the style sheet."""
    trusted, untrusted = opened_both_ways(lab, ask, service, dark=dark, size=(width, 1600))
    try:
        ours, theirs = look(trusted), look(untrusted)

        assert untrusted.page.locator(".jp-OutputArea-output style").count() == 0
        assert len(ours) > 60
        assert [pair for pair in zip(theirs, ours, strict=True) if pair[0] != pair[1]] == []
    finally:
        untrusted.close()


def test_it_has_frames_labels_and_formulas_that_can_be_read(
    lab: Lab, ask: Ask, service: Service
) -> None:
    _, untrusted = opened_both_ways(lab, ask, service)
    try:
        drawn = untrusted.page.evaluate(
            """() => {
              const page = document.querySelector('.jp-OutputArea-output .nbc');
              const one = name => page.querySelector(name);
              const all = name => [...page.querySelectorAll(name)];
              const style = name => getComputedStyle(one(name));
              return {
                frame: style('fieldset').borderTopStyle + style('fieldset').borderTopWidth,
                label: one('legend').innerText,
                colours: new Set(all('pre *').map(e => getComputedStyle(e).color)).size,
                thinking: one('details').open, folded: one('details p').checkVisibility(),
                foot: parseFloat(style('small').fontSize) < parseFloat(style('p').fontSize),
                columns: all('td').slice(0, 3).map(e => getComputedStyle(e).textAlign),
                scrolls: one('.nbc-wide').scrollWidth > one('.nbc-wide').clientWidth,
                typeset: all('math, mjx-container').length,
              } }"""
        )
        text = outputs(untrusted, 1)[0]

        assert drawn == {
            "frame": "solid1px",
            "label": "python",
            "colours": 3,
            "thinking": False,
            "folded": False,
            "foot": True,
            "columns": ["left", "right", "right"],
            "scrolls": True,
            "typeset": 0,
        }
        assert "so F = a/b explodes" in text
        assert (
            "Where E = mc², xₙ₊₁ and ½mv² are read,"
            " and $\\begin{pmatrix} a & b \\end{pmatrix}$ as it was typed." in text
        )
        assert "kimi-k2-thinking · 1,204 → 386 tokens" in text
        assert "The answer is incomplete" in text
    finally:
        untrusted.close()
