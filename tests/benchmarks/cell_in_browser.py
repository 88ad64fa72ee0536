"""What streaming an answer costs the page that shows it: a real JupyterLab in a headless Chromium.

    python -m tests.benchmarks.cell_in_browser [--runs N] [SHAPE ...]

An answer of 20,000 characters comes from loopback as 4,000 pieces over 10 s, into a
cell of `%%chat`, and beside it by the ways that are usual: an `update_display` of the
whole text ten times a second, as Markdown and as our own HTML, and one at every piece.
The last never catches up, so it is given a sixteenth of the text and computed to
scale. `tasks` is Chromium's own sum of its main thread's work (`TaskDuration`); on a
machine that has more to do it grows while the thread waits for its turn, so the ratios
are of the thread's CPU seconds, less those of an empty cell of the same length.
SHAPES name other texts, `all` is each.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from ..browser.lab import Lab, Notebook, launched
from ..fakes.provider import Service, said
from .answers import SHAPES, paced

PIECE = 5  # characters a chunk, about one token
SIZE = 20_000  # characters
SECONDS = 10.0
SHORT = 16  # an update at every piece gets one part in so many of the text, at the same pace
FIRST = 5.0  # seconds in which a reader watches closely

WATCH = """n => {
  const cell = [...document.querySelectorAll('.jp-Cell')][n];
  const area = cell.querySelector('.jp-Cell-outputWrapper');
  const seen = window.seen = { paints: [], long: [], outputs: 0, start: performance.now() };
  let asked = false, last = '';
  seen.observer = new MutationObserver(() => {
    seen.outputs = Math.max(seen.outputs, area.querySelectorAll('.jp-OutputArea-child').length);
    if (asked) return;
    asked = true;
    requestAnimationFrame(now => {
      asked = false;
      const text = area.textContent;
      if (text !== last) seen.paints.push(now);
      last = text;
    });
  });
  seen.observer.observe(area, { childList: true, subtree: true, characterData: true });
  const durations = list => list.getEntries().map(e => e.duration);
  seen.tasks = new PerformanceObserver(list => seen.long.push(...durations(list)));
  seen.tasks.observe({ type: 'longtask' });
}"""
SEEN = """() => {
  const { observer, tasks, ...seen } = window.seen;
  observer.disconnect();
  tasks.disconnect();
  return seen;
}"""

IDLE = "import time; time.sleep({seconds})"
USUAL = """
import httpx2, json, time
from IPython.display import HTML, Markdown, display
handle, text, shown = display(Markdown(""), display_id=True), "", 0.0
with httpx2.stream("POST", "{url}/v1/chat/completions", json={{}}, timeout=None) as response:
    for line in response.iter_lines():
        if line.startswith("data: {{"):
            for choice in json.loads(line[6:])["choices"]:
                text += choice["delta"].get("content") or ""
            if time.monotonic() >= shown + {gap}:
                shown = time.monotonic()
                handle.update({what})
handle.update({what})
"""
MARKDOWN = "Markdown(text)"
HTML = "HTML(to_html(text))"


@dataclass
class Cost:
    """One cell, from its start until the page has come to rest."""

    task: float = 0.0  # seconds of the main thread's tasks, by the clock
    cpu: float = 0.0  # seconds that the main thread was running
    long: list[float] = field(default_factory=list)  # milliseconds of each task beyond 50
    bytes: int = 0  # of WebSocket frames
    messages: int = 0
    paints: list[float] = field(default_factory=list)  # seconds since the first
    lag: float = 0.0  # seconds from the end of the stream to that of the last repaint
    most: int = 0  # outputs at a time
    outputs: int = 0  # saved in the notebook
    html: int = 0  # characters of it beside its plain text
    plain: int = 0

    def rate(self, start: float, end: float) -> float:
        """Repaints a second."""
        end = min(end, self.paints[-1]) if self.paints else end
        return sum(start <= at < end for at in self.paints) / (end - start) if end > start else 0.0

    @property
    def slowest(self) -> int:
        """The fewest repaints in any one second."""
        if not self.paints:
            return 0
        return min(
            (sum(s <= at < s + 1 for at in self.paints) for s in range(int(self.paints[-1]))),
            default=0,
        )

    @property
    def quickest(self) -> int:
        """The most repaints in any one second."""
        return max((sum(s <= at < s + 1 for at in self.paints) for s in self.paints), default=0)


def metrics(cdp: Any) -> dict[str, float]:
    return {m["name"]: m["value"] for m in cdp.send("Performance.getMetrics")["metrics"]}


def measured(lab: Lab, notebook: Notebook, cdp: Any, cell: int) -> Cost:
    page = notebook.page
    page.evaluate(WATCH, cell)
    notebook.received.clear()
    before = metrics(cdp)
    notebook.run(cell)
    page.wait_for_timeout(1_500)
    after = metrics(cdp)
    seen = page.evaluate(SEEN)
    task, cpu = (after[name] - before[name] for name in ("TaskDuration", "ThreadTime"))
    cost = Cost(task, cpu, seen["long"], most=seen["outputs"])
    cost.bytes, cost.messages = sum(notebook.received), len(notebook.received)
    start = seen["paints"][0] if seen["paints"] else 0.0
    cost.paints = [(at - start) / 1000 for at in seen["paints"]]
    cost.lag = max(0.0, cost.paints[-1] - SECONDS) if cost.paints else 0.0
    notebook.save()
    page.wait_for_timeout(500)
    saved = json.loads((lab.folder / "notebooks" / notebook.path).read_text())["cells"][cell][
        "outputs"
    ]
    cost.outputs = len(saved)
    for output in saved:
        data = {kind: "".join(lines) for kind, lines in output.get("data", {}).items()}
        cost.plain += len(data.pop("text/plain", ""))
        cost.html += len(json.dumps(list(data.values()), ensure_ascii=False))
    return cost


def in_a_cell(lab: Lab, service: Service, code: str) -> Cost:
    """The cost of a cell in a page, a kernel and a notebook of its own."""
    setup = (
        "%load_ext nbchat\nimport os; os.environ.update("
        f"KIMI_API_KEY='benchmark', KIMI_BASE_URL='{service.url}/v1')\n"
        "from nbchat.render import to_html; to_html('# warm\\n\\n`up`'); import httpx2"
    )
    notebook = lab.open(setup, "%%chat demo\nwarm up", code)
    try:
        notebook.run(0, 1)
        cdp = notebook.page.context.new_cdp_session(notebook.page)
        cdp.send("Performance.enable")
        notebook.page.wait_for_timeout(2_000)
        return measured(lab, notebook, cdp, 2)
    finally:
        notebook.close()


def row(name: str, cost: Cost, floor: float, size: int, ours: Cost) -> str:
    ratio = (cost.cpu - floor) / (ours.cpu - floor)
    return (
        f"  {name:22} {cost.task:6.2f} s tasks {cost.cpu:6.2f} s CPU {ratio:5.1f}x"
        f"  {len(cost.long):3} long {max(cost.long, default=0):4.0f} ms"
        f"  {cost.messages:5} messages {cost.bytes / 1e6:6.2f} MB"
        f"  {cost.rate(0, FIRST):4.1f}/s, then {cost.rate(FIRST, 1e9):4.1f}"
        f" ({cost.slowest}-{cost.quickest})"
        f"  at most {cost.most:2}, {cost.outputs} saved, {cost.html / size:5.2f} a character"
    )


def compare(
    lab: Lab, service: Service, shape: str, floor: float, runs: int, *, usual: bool
) -> None:
    thought, text = SHAPES[shape](SIZE)
    service.always(paced(said(*cut(text), thought=cut(thought)), SECONDS))
    size = len(text) + len(thought)
    html = "from nbchat.render import to_html" + USUAL
    ways = {"%%chat": "%%chat kimi-k2.6\nGo"}
    if usual:
        ways |= {
            "Markdown, 10 a second": USUAL.format(url=service.url, gap=0.1, what=MARKDOWN),
            "our HTML, 10 a second": html.format(url=service.url, gap=0.1, what=HTML),
        }
    costs = {
        name: [in_a_cell(lab, service, code) for _ in range(runs)] for name, code in ways.items()
    }
    middle = {
        name: sorted(found, key=lambda cost: cost.cpu)[len(found) // 2]
        for name, found in costs.items()
    }
    ours = middle["%%chat"]
    print(f"{shape}: {size:,} characters in {size // PIECE:,} pieces over {SECONDS:g} s")
    for name, cost in middle.items():
        print(row(name, cost, floor, size, ours))
    if usual:
        print(per_piece(lab, service, text, floor, ours))
    print(flush=True)


def per_piece(lab: Lab, service: Service, text: str, floor: float, ours: Cost) -> str:
    """A short run.

    In a whole one there are SHORT times as many updates, each SHORT times as long.
    """
    short = text[: len(text) // SHORT]
    service.always(paced(said(*cut(short)), SECONDS / SHORT))
    cost = in_a_cell(lab, service, USUAL.format(url=service.url, gap=0.0, what=MARKDOWN))
    work, size = cost.cpu - floor / SHORT, cost.bytes
    whole, sent = work * SHORT**2, size * SHORT**2
    return (
        f"  {'Markdown, every piece':22} {work:6.2f} s CPU for {len(short):,} characters,"
        f" {size / 1e6:.2f} MB; to scale {whole:.0f} s"
        f" ({whole / (ours.cpu - floor):.0f}x), at most {sent / 1e6:.0f} MB"
    )


def cut(text: str) -> list[str]:
    return [text[at : at + PIECE] for at in range(0, len(text), PIECE)]


def main(arguments: list[str]) -> None:
    runs = 1
    if "--runs" in arguments:
        at = arguments.index("--runs")
        runs = int(arguments[at + 1])
        del arguments[at : at + 2]
    shapes = list(SHAPES) if "all" in arguments else arguments or ["answer"]
    with (
        tempfile.TemporaryDirectory() as folder,
        launched() as browser,
        Service() as service,
        Lab(Path(folder), browser) as lab,
    ):
        floor = median(
            in_a_cell(lab, service, IDLE.format(seconds=SECONDS)).cpu for _ in range(runs)
        )
        print(
            f"An empty cell of {SECONDS:g} s: {floor:.2f} s CPU."
            " The ratios are of what comes on top."
        )
        for shape in shapes:
            compare(lab, service, shape, floor, runs, usual=shape == "answer")


if __name__ == "__main__":
    main(sys.argv[1:])
