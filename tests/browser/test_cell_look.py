"""What a person sees of an answer.

While it streams, afterwards, in the dark, by keyboard, reopened.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from ..benchmarks.answers import SHAPES, paced
from ..fakes.provider import Service, answer, said
from ..fakes.steps import Steps, grouped
from ..nightly import by_day
from .cells import Ask, outputs
from .lab import Notebook

THOUGHT = (
    "The user wants *the best* feature. " * 12
    + "An ANOVA with `f_oneway` is cheap.\n\nPetal length. " * 4
)
TEXT = """\
## Petal length separates best

**Petal length** does, by a wide margin: one threshold at *x* ≈ 2.45 cm; \
see [the docs](https://example.com). It costs $5 and $6, ~~not 7~~ 🎉.

| feature | F | p |
|---|---|---|
| petal length | 1,180 | < 10⁻⁹⁰ |
| petal width | 960 | < 10⁻⁸⁴ |

```python
# one dot for each flower
def plot(df, alpha=0.5):
    return sns.stripplot(df, x="petal length (cm)", y="species", alpha=alpha, hue="species", \
palette="deep", size=3)
```

### Why

1. Between-group variance is large:
   - so $F = \\frac{a}{b}$ explodes
2. Within-group variance is small.

$$
F = \\frac{\\sum_i n_i (\\bar{x}_i - \\bar{x})^2}{N - k}
$$

> A quotation with *emphasis*.

- [x] load the data
- [ ] fit a model

花瓣长度最能区分三个品种。**粗体**和`代码`也要好看。

طول البتلة هو أفضل ميزة، مع `df.mean()` في الوسط.

| a very wide table | second column | third column | fourth column | fifth column | sixth column |
|---|---|---|---|---|---|
| some_long_identifier_name | another_long_identifier | averyveryverylongword \
| more_and_more | another_one | the_last |

A footnote[^1].

[^1]: The note.
"""

LINE = 22  # pixels
MARGIN = 4  # by which two margins differ that meet when a block settles

# Of every frame: how high the output is, and what is to be read in it.
FRAMES = """n => {
  const cell = [...document.querySelectorAll('.jp-Cell')][n];
  const area = cell.querySelector('.jp-Cell-outputWrapper');
  const frames = window.frames_ = [];
  const look = () => {
    const text = area.innerText, height = area.offsetHeight, last = frames.at(-1);
    if (!area.isConnected) return;
    if (!last || last[0] !== height || last[1] !== text) frames.push([height, text]);
    requestAnimationFrame(look);
  };
  look();
}"""


def cut(text: str, size: int = 6) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def frames_of(notebook: Notebook, cell: int, steps: Steps, shown: str) -> list[tuple[int, str]]:
    """Run a cell, and return what each frame showed that was not as the one before.

    Each part of the answer comes when the one before is `shown`: a function of the frames, of how
    many parts have come, and of how many frames there were before.
    """
    notebook.page.evaluate(FRAMES, cell)
    notebook.run(cell, wait=False)
    before = 0
    for number in range(1, len(steps.parts)):
        state = [number, before]
        notebook.page.wait_for_function(
            f"([n, before]) => ({shown})(frames_, n, before)", arg=state
        )
        before = notebook.page.evaluate("frames_.length")
        steps.go_on()
    notebook.ready()
    notebook.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
    found: list[tuple[int, str]] = notebook.page.evaluate("window.frames_")
    return found


def test_an_answer_only_grows_while_it_streams(ask: Ask, service: Service) -> None:
    """Frame by frame: no half-typed fence or formula makes the output lower again.

    The columns of a wide table find their widths anew with its first row, which may give back a
    line of its heading.
    """
    steps = Steps(*grouped(said(*cut(TEXT, 4)), 8))
    service.plays(steps)
    notebook = ask("%%chat kimi-k2.6\nTalk", size=(1000, 2000))

    frames = frames_of(notebook, 1, steps, "(frames, _, before) => frames.length > before")

    heights = [height for height, _ in frames]
    assert len(frames) > 30
    drops = [before - after for before, after in pairwise(heights) if after < before - MARGIN]
    assert len(drops) <= 1
    assert max(drops, default=0) <= LINE
    streaming = [text for _, text in frames if "tok/s" in text]
    assert [
        text for text in streaming if any(mark in text for mark in ("**", "```", "|--", "$$\n$$"))
    ] == []


def test_thinking_streams_in_a_box_that_folds_and_then_belongs_to_the_reader(
    ask: Ask, service: Service
) -> None:
    thought = cut(THOUGHT)
    words = said(*cut(TEXT), thought=thought)
    middle = 1 + len(thought)
    steps = Steps([], words[:middle], words[middle : middle + 8], words[middle + 8 :], gap=0.01)
    service.plays(steps)
    notebook = ask("%%chat kimi-k2-thinking\nTalk")
    box = notebook.page.locator(".jp-OutputArea-output details")

    notebook.run(1, wait=False)
    notebook.page.wait_for_selector("text=/kimi-k2-thinking · waiting… [1-9]/")
    steps.go_on()
    notebook.page.wait_for_selector("text=kimi-k2-thinking · thinking…")
    notebook.page.wait_for_selector("details:has-text('best')")
    assert box.evaluate("box => box.open")
    steps.go_on()
    notebook.page.wait_for_selector("text=Petal length separates")
    notebook.page.wait_for_selector(".nbc details:not([open])")
    box.locator("summary").click()
    steps.finish()
    notebook.page.wait_for_selector("text=Within-group variance")

    assert box.evaluate("box => box.open")
    assert "An ANOVA with f_oneway is cheap." in box.inner_text()
    notebook.ready()


def test_the_reader_s_place_stays(ask: Ask, service: Service) -> None:
    """Somebody who reads in the middle is not moved by what comes, nor by the end."""
    first, mark, rest = SHAPES["answer"](6_000)[1].partition("## Section 7")
    chunks = said(*cut(mark + rest))[1:]
    steps = Steps(said(*cut(first))[:-3], *grouped(chunks, 30), gap=0.003)
    service.plays(steps)
    notebook = ask("%%chat kimi-k2.6\nTalk", size=(1000, 600))
    top = "document.querySelector('.jp-WindowedPanel-outer')"
    heading = (
        "[...document.querySelectorAll('.nbc h2')].find(h => h.innerText.includes('Section 3'))"
    )
    where = f"{heading}.getBoundingClientRect().top"
    notebook.run(1, wait=False)
    notebook.page.wait_for_selector("h2:has-text('Section 6')")
    notebook.page.evaluate(f"{top}.scrollTop += {where} - 200")
    before = notebook.page.evaluate(where)
    places = []
    for _ in steps.parts[2:]:  # but for the last one, after which the page is laid out anew
        steps.go_on()
        notebook.page.wait_for_timeout(50)
        places.append(notebook.page.evaluate(where))
    notebook.page.wait_for_selector("h2:has-text('Section 15')", state="attached")
    places.append(notebook.page.evaluate(where))
    steps.finish()
    notebook.ready()
    notebook.page.wait_for_timeout(300)
    places.append(notebook.page.evaluate(where))

    assert len(places) > 10
    assert max(abs(place - before) for place in places[:-1]) <= 3, places
    assert (
        abs(places[-1] - before) <= 40
    )  # the page is laid out anew: the gaps between outputs are gone


@pytest.mark.parametrize(
    "shape", by_day(1, ["table", "paragraph", "fence", "list", "item", "line"])
)
def test_an_endless_block_is_never_sent_again_as_a_whole(
    shape: str, ask: Ask, service: Service
) -> None:
    text = SHAPES[shape](12_000)[1]
    service.plays(paced(said(*cut(text)), 4.0))
    notebook = ask("%%chat kimi-k2.6\nTalk", own_page=True)
    notebook.page.evaluate(
        """() => { window.most = 0; new MutationObserver(() => { window.most = Math.max(window.most,
            document.querySelectorAll('.jp-OutputArea-child').length) })
            .observe(document.body, {childList: true, subtree: true}) }"""
    )
    notebook.received.clear()
    notebook.run(1)

    *_, greatest, whole = sorted(notebook.received)  # that of the answer itself, at the end
    assert greatest < 0.6 * whole, (greatest, whole)
    assert sum(notebook.received) < 30 * len(text)
    assert notebook.page.evaluate("window.most") < 48
    assert len(outputs(notebook, 1)) == 1


@pytest.mark.parametrize("dark", by_day(1, [True, False]))
def test_axe_finds_nothing_and_the_keyboard_opens_the_thinking(
    dark: bool, ask: Ask, service: Service, axe: str
) -> None:
    service.plays(answer(*said(TEXT, thought=[THOUGHT], usage=(1204, 386))))
    notebook = ask("%%chat kimi-k2-thinking\nTalk", dark=dark, size=(800, 1600))
    page = notebook.page
    notebook.run(1)
    page.evaluate(
        """() => { const notebook = window.jupyterapp.shell.currentWidget.content;
            notebook.activeCellIndex = 1; notebook.mode = 'command';
            notebook.activeCell.node.focus() }"""
    )
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.parentElement.open")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.evaluate(axe)
    found = page.evaluate(
        """() => axe.run(document.querySelector('.jp-OutputArea-output .nbc')).then(result =>
            result.violations.map(
                v => [v.id, v.nodes.map(node => node.html + node.failureSummary)]))"""
    )
    assert found == []


@pytest.mark.parametrize("dark", by_day(1, [True, False]))
def test_the_name_of_an_error_can_be_read(dark: bool, ask: Ask) -> None:
    notebook = ask("%%chat nosuch:model\nHi", dark=dark)
    notebook.run(1)
    contrast = notebook.page.get_by_text("UnknownModel", exact=True).evaluate(
        """name => {
            const numbers = (node, kind) =>
                getComputedStyle(node)[kind].match(/[\\d.]+/g).map(Number);
            const under = numbers(document.querySelector('.jp-Notebook'), 'backgroundColor');
            const over = numbers(name.closest('.jp-RenderedText'), 'backgroundColor');
            const [,,, share = 1] = over;
            const paper = under.map((part, n) => share * over[n] + (1 - share) * part);
            const light = (colour) => {
                const [r, g, b] = colour.map((part) => part / 255).map(
                    (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
                return 0.05 + 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ratio = light(numbers(name, 'color')) / light(paper);
            return Math.max(ratio, 1 / ratio);
        }"""
    )

    assert contrast > 4.5


def test_a_reopened_notebook_looks_as_it_was_left(ask: Ask, service: Service) -> None:
    service.plays(answer(*said(TEXT, thought=[THOUGHT], usage=(1204, 386))))
    notebook = ask("%%chat kimi-k2-thinking\nTalk")
    notebook.run(1)
    before = look(notebook)
    notebook.save()
    notebook.load()
    notebook.page.wait_for_selector(".nbc-foot")
    for _ in range(100):  # until the page has its places
        if (after := look(notebook)) == before:
            break
        notebook.page.wait_for_timeout(100)

    assert after == before


def look(notebook: Notebook) -> tuple[str, list[Any]]:
    """What is to be read, and where everything stands."""
    found: tuple[str, list[Any]] = tuple(
        notebook.page.evaluate(
            """() => {
                const page = document.querySelector('.jp-OutputArea-output .nbc');
                const top = page.getBoundingClientRect();
                // JupyterLab's own
                document.querySelectorAll('.numbering-entry').forEach(e => e.remove());
                return [page.innerText, [...page.querySelectorAll('*')].map(e => {
                    const r = e.getBoundingClientRect();
                    return [e.tagName, r.x - top.x, r.y - top.y, r.width, r.height]
                        .join(' ') })] }"""
        )
    )
    return found
