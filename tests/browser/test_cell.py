"""An answer in a cell of a real JupyterLab: seen streaming, drawn safely, left as one output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..fakes.provider import Service, answer, said
from ..fakes.steps import Steps, grouped
from ..nightly import by_day
from ..render.payloads import REQUESTS, SCRIPTS, SINK
from .cells import SEE_ALL, Ask, let_come, outputs
from .lab import Lab

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_first_chat.ipynb"


def test_an_answer_is_seen_while_it_streams_and_leaves_one_output(
    ask: Ask, service: Service
) -> None:
    words = [f"word{n} " for n in range(100)]
    begin, *chunks = said(*words, thought=["let me ", "see"])
    steps = Steps([], [begin, *chunks[:2]], *grouped(chunks[2:], 10), gap=0.01)
    service.plays(steps)
    notebook = ask("%%chat kimi-k2-thinking\nTalk", own_page=True)
    notebook.page.evaluate(SEE_ALL)

    notebook.run(1, wait=False)
    tens = [f"word{n}" for n in range(9, 99, 10)]
    let_come(notebook, steps, ["waiting…", "thinking…", *tens, "tok/s"])
    notebook.ready()
    seen = notebook.page.evaluate("[...window.seen]")

    for doing in ("waiting…", "thinking…"):
        assert any(f"kimi-k2-thinking · {doing}" in s for s in seen)
    assert any("word" in s and "tok/s" in s for s in seen)
    for n in range(9, 99, 10):
        assert any(f"word{n}" in s and f"word{n + 1}" not in s for s in seen)
    (left,) = outputs(notebook, 1)
    assert left.startswith("Thinking, 3 words")
    assert "word0 word1" in left
    assert "kimi-k2-thinking · 9 → 12 tokens" in left


def test_a_long_answer_keeps_every_word_and_jupyterlabs_output_limit(
    ask: Ask, service: Service
) -> None:
    """JupyterLab shows 50 outputs of a cell."""
    blocks = [
        f"Paragraph {n} of the answer, which is long enough to be one.\n\n" for n in range(400)
    ]
    steps = Steps(*grouped(said(*blocks), 40), gap=0.01)
    service.plays(steps)
    notebook = ask("%%chat kimi-k2.6\nTalk", own_page=True)
    notebook.page.evaluate(
        """() => { window.most = 0;
            new MutationObserver(() => { window.most = Math.max(window.most,
                document.querySelectorAll('.jp-OutputArea-child').length) })
            .observe(
                        document.body, {childList: true, subtree: true}) }"""
    )

    notebook.run(1, wait=False)
    let_come(notebook, steps, [f"Paragraph {n} of" for n in range(38, 360, 40)])
    steps.finish()
    notebook.ready()

    (left,) = outputs(notebook, 1)
    assert all(f"Paragraph {n} of" in left for n in range(400))
    assert 3 < notebook.page.evaluate("window.most") < 40


def test_nothing_an_answer_says_acts_or_is_fetched(ask: Ask, service: Service) -> None:
    """Live, final, and after the page is loaded again."""
    with Service() as sink:
        sink.always(answer(b"no", status=204))
        payloads = [
            p.replace(SINK, f"{sink.url}/leak?q=SECRET").replace(
                "sink.example", f"127.0.0.1:{sink.port}"
            )
            for p in (*SCRIPTS, *REQUESTS)
        ]
        pieces = [piece for p in payloads for piece in (p[: len(p) // 2], p[len(p) // 2 :], "\n\n")]
        service.plays(answer(*said(*pieces, thought=pieces[:30]), gap=0.01))
        notebook = ask("%%chat kimi-k2.6\nTalk", own_page=True)
        asked: list[str] = []
        notebook.page.on("request", lambda request: asked.append(request.url))
        notebook.page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
        notebook.run(1)
        notebook.save()
        notebook.load()
        notebook.page.wait_for_timeout(1000)
        tags = notebook.page.evaluate(
            """() => [...document.querySelectorAll('.jp-OutputArea-output .nbc *')].filter(e =>
                /^(script|img|iframe|object|embed|link|meta|video|audio|source|form|input|svg|base)$/i.test(e.tagName)
                && e.type !== 'checkbox' || [...e.attributes].some(a => /^on/i.test(a.name)))
                .map(e => e.outerHTML)"""
        )

        assert tags == []
        assert [url for url in asked if str(sink.port) in url or url.startswith("dialog")] == []
        assert sink.requests == []
        assert notebook.page.evaluate("window.pwned ?? window.xss ?? null") is None


def test_money_stays_text_and_formulas_are_drawn(ask: Ask, service: Service) -> None:
    service.answers(
        *said(r"It costs $5 and $6. But \(x^2\) and $$\frac{1}{2}$$ are maths; `$a$` is code.")
    )
    notebook = ask("%%chat kimi-k2.6\nTalk")

    notebook.run(1)

    (left,) = outputs(notebook, 1)
    assert "It costs $5 and $6." in left
    assert "$a$" in left
    assert notebook.page.locator(".jp-OutputArea-output math").count() == 2
    assert notebook.page.locator(".jp-OutputArea-output mjx-container").count() == 0


def test_a_refusal_is_two_lines_in_the_cell(ask: Ask, service: Service) -> None:
    service.answers(b'{"error":{"message":"no such key"}}', status=401)
    notebook = ask("%%chat kimi-k2.6\nTalk")

    notebook.run(1)

    (left,) = outputs(notebook, 1)
    assert left.startswith("KeyRefused: Moonshot AI (Kimi) refuses the key from KIMI_API_KEY (401)")
    assert len(left.split("\n")) == 2


def test_the_interrupt_button_stops_it_and_keeps_the_words(ask: Ask, service: Service) -> None:
    service.plays(answer(*said("word " * 3)[:2], hold=600))
    notebook = ask("%%chat kimi-k2.6\nTalk")

    notebook.run(1, wait=False)
    notebook.page.wait_for_selector("text=word word")
    notebook.page.click("[data-command='notebook:interrupt-kernel']")
    notebook.page.wait_for_selector("text=Ask again, or go on.")

    answer_, error = outputs(notebook, 1)
    assert answer_.startswith("word word")
    assert error.startswith("Interrupted: stopped after ")


@pytest.mark.parametrize("dark", by_day(1, [True, False]))
def test_the_first_notebook_reads_well_in_both_themes(lab: Lab, dark: bool) -> None:
    """Every word has the contrast that WCAG asks of small text, 4.5 to 1."""
    cells = [
        cell["source"]
        for cell in json.loads(NOTEBOOK.read_text())["cells"]
        if cell["cell_type"] == "code"
    ]
    notebook = lab.open(*("".join(c) for c in cells[:6]), dark=dark, size=(1000, 2400))

    notebook.run()
    poor = notebook.page.evaluate(CONTRAST)
    notebook.close()

    assert poor == []
    assert notebook.errors == []


CONTRAST = """() => {
  const parse = c => {
    const m = c.match(/color\\(srgb ([\\d. ]+)(?:\\/ ([\\d.]+))?\\)/);
    if (m) return [...m[1].trim().split(' ').map(x => x * 255), m[2] === undefined ? 1 : +m[2]];
    const v = c.match(/[\\d.]+/g).map(Number);
    return v.length < 4 ? [...v, 1] : v };
  const over = (f, b) => [0, 1, 2].map(i => f[i] * f[3] + b[i] * (1 - f[3]));
  const linear = x => (x /= 255) <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4;
  const light = c => { const [r, g, b] = c.map(linear); return .2126 * r + .7152 * g + .0722 * b };
  const back = e => {
    const layers = [];
    for (; e; e = e.parentElement) layers.unshift(parse(getComputedStyle(e).backgroundColor));
    return layers.reduce((under, layer) => over(layer, under), [255, 255, 255]) };
  const seen = e => {
    let part = 1;
    for (; e; e = e.parentElement) part *= getComputedStyle(e).opacity;
    return part };
  const texts = e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent);
  const own = e => texts(e).join('').trim();
  const poor = [];
  for (const e of document.querySelectorAll('.jp-OutputArea-output .nbc *')) {
    if (!own(e) || !e.offsetParent || e.tagName === 'STYLE') continue;
    const under = back(e), colour = parse(getComputedStyle(e).color);
    colour[3] *= seen(e);
    const text = over(colour, under);
    const [a, b] = [light(text), light(under)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push(`${own(e).slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


@pytest.mark.field("L7")
def test_a_restarted_kernel_says_what_can_be_resumed_until_the_next_cell_runs(
    ask: Ask, service: Service, lab: Lab, tmp_path: Path
) -> None:
    service.always(answer(*said("Yes.")))
    kept = f"os.environ['NBCHAT_HISTORY'] = '{tmp_path / 'history.sqlite'}'"
    notebook = ask(kept, "%%chat kimi-k2.6\nOne", "%%chat\nTwo", "%%chat kimi-k2.6\nThree", "1 + 1")
    notebook.run(1, 2, 3)
    notebook.restart()
    notebook.ready()
    notebook.run(0, 1, 4)
    there, line = outputs(notebook, 4)
    notebook.run(5)
    after = outputs(notebook, 4)
    notebook.save()
    saved = json.loads((lab.folder / "notebooks" / notebook.path).read_text())["cells"][4]

    assert there.startswith("Yes.")
    assert line == (
        "A new kernel remembers nothing by itself. "
        "This notebook has a conversation of 2 turns from today: %chat resume"
    )
    assert after == [there]
    assert [output["data"] == {} for output in saved["outputs"]] == [False, True]
