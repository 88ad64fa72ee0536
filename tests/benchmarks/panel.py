"""What the panel costs the page: beside a panel of plain ipywidgets, and with a long conversation.

    python -m tests.benchmarks.panel [stream] [load] [many]

stream: 20,000 characters come in pieces of 5, 200 a second, into a panel in a real
JupyterLab in Chromium: once into ours; then into an `ipywidgets.HTML` that is given the
answer so far at every piece, as tutorials do, and one that is given it 20 times a second.
load: 200 turns with tables, code and formulas are shown by a fresh panel.
many: five panels of one conversation while an answer streams.
Bytes and messages are those of the kernel's WebSocket. CPU is what the page's main
thread ran, less what it runs in the same time when nothing happens; the ratios are of that.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..browser.lab import Lab, Notebook, launched
from ..fakes.provider import Service, said
from .answers import markdown, paced
from .cell_in_browser import metrics

LENGTH = 20_000  # characters
PIECE = 5  # characters, about a token
RATE = 200  # pieces a second
TURNS = 200

LOAD = """\
import os
os.environ.update(KIMI_API_KEY="benchmark", KIMI_BASE_URL="{url}/v1", NBCHAT_MODEL="kimi-k2.6")
%load_ext nbchat
import nbchat
from nbchat import render
render.to_html("# warm $x$\\n\\n`up`")
"""

OURS = "panel = nbchat.ChatPanel()\npanel"

PLAIN = """\
import asyncio, time
import ipywidgets
answer, question = ipywidgets.HTML(), ipywidgets.Textarea()
send = ipywidgets.Button(description="Send")

async def ask():
    text, shown = "", 0
    async for event in nbchat.stream("kimi-k2.6", question.value or "go on"):
        if isinstance(event, nbchat.Text):
            text += event.text
        if time.monotonic() - shown > {gap}:
            answer.value = render.to_html(text)
            shown = time.monotonic()
    answer.value = render.to_html(text) + "<p class='the-end'>done</p>"

send.on_click(lambda _: asyncio.ensure_future(ask()))
ipywidgets.VBox([answer, question, send], layout={{"height": "680px", "overflow": "auto"}})
"""

TALK = """\
from nbchat.events import Answer, Stop, Usage
from nbchat.messages import Message, Text
from nbchat.turns import Turn
def turn(n):
    answer = Answer(model="kimi-k2.6")
    for event in (Text(texts[n]), Usage(1200, 480), Stop("end")):
        answer.add(event)
    question = Message("user", f"Question {n}: what follows from the table above, and why?")
    return Turn(question, answer)
chain = [turn(n) for n in range(len(texts))]
for one, next_ in zip(chain, chain[1:]):
    next_.parent = one
nbchat.chat("long").add(chain)
"""

LONG = """() => {
    window.blocked = 0;
    const add = (list) =>
        list.getEntries().forEach((entry) => (window.blocked += entry.duration - 50));
    new PerformanceObserver(add).observe({ type: "longtask" });
}"""
# Playwright's own waiting looks at every frame, and makes the page draw one for it.
UNTIL = """(there) => new Promise((done) => {
    const timer = setInterval(() => eval(there) && done(clearInterval(timer)), 100);
})"""
CPU = "import time; time.process_time()"


@dataclass
class Cost:
    """What one stream, or one load, took."""

    messages: int
    bytes: int
    cpu: float  # seconds that the page's main thread ran
    blocked: float  # seconds beyond 50 ms in each long task: the page did not answer
    kernel: float  # seconds of the kernel's CPU
    wall: float
    errors: int  # of the page

    def show(self, name: str, floor: float) -> None:
        print(
            f"  {name:30} {self.messages:5} messages {self.bytes / 1000:8.0f} kB"
            f"   page {self.cpu - floor * self.wall:6.2f} s CPU, blocked {self.blocked:4.1f} s"
            f"   kernel {self.kernel:5.1f} s CPU   {self.wall:6.1f} s in all"
            f"   {self.errors} page errors",
            flush=True,
        )


class Meter:
    """Reads what a page and its kernel have spent, before and after."""

    def __init__(self, notebook: Notebook, cpu_cell: int) -> None:
        self.notebook = notebook
        self.cpu_cell = cpu_cell
        self.devtools = notebook.page.context.new_cdp_session(notebook.page)
        self.devtools.send("Performance.enable")

    def _kernel(self) -> float:
        self.notebook.run(self.cpu_cell)
        cell = self.notebook.page.locator(".jp-Cell").nth(self.cpu_cell)
        return float(cell.locator(".jp-OutputArea-output").inner_text())

    def floor(self) -> float:
        """Seconds of CPU a second when nothing happens."""
        before = metrics(self.devtools)["ThreadTime"]
        self.notebook.page.wait_for_timeout(5_000)
        return (metrics(self.devtools)["ThreadTime"] - before) / 5

    @contextmanager
    def measures(self, into: list[Cost]) -> Iterator[None]:
        page, received = self.notebook.page, self.notebook.received
        kernel = self._kernel()
        page.evaluate(LONG)
        page.wait_for_timeout(500)
        before, heard, started = metrics(self.devtools), len(received), time.monotonic()
        yield
        after, wall, got = metrics(self.devtools), time.monotonic() - started, received[heard:]
        into.append(
            Cost(
                len(got),
                sum(got),
                after["ThreadTime"] - before["ThreadTime"],
                page.evaluate("blocked") / 1000,
                self._kernel() - kernel,
                wall,
                len(self.notebook.errors),
            )
        )


@contextmanager
def opened(lab: Lab, service: Service, *cells: str) -> Iterator[tuple[Notebook, Meter]]:
    notebook = lab.open(LOAD.format(url=service.url), *cells, CPU)
    try:
        notebook.run(0)
        yield notebook, Meter(notebook, len(cells) + 1)
    finally:
        notebook.close()


def ask(page: Any) -> None:
    page.locator(".nbp-comp textarea").first.fill("go on")
    page.locator(".nbp-comp textarea").first.press("Enter")


def streamed(lab: Lab, service: Service, panel: str, end: str) -> tuple[Cost, float]:
    costs: list[Cost] = []
    with opened(lab, service, panel) as (notebook, meter):
        notebook.run(1)
        page = notebook.page
        page.wait_for_timeout(2_000)
        floor = meter.floor()
        with meter.measures(costs):
            if panel == OURS:
                ask(page)
            else:
                page.get_by_role("button", name="Send").click()
            page.evaluate(UNTIL, f"document.querySelector('{end}')")
    return costs[0], floor


def stream(lab: Lab, service: Service) -> None:
    text = markdown(LENGTH)
    pieces = said(*[text[at : at + PIECE] for at in range(0, len(text), PIECE)])
    service.always(paced(pieces, len(pieces) / RATE))
    print(f"{len(text):,} characters in pieces of {PIECE}, {RATE} a second", flush=True)
    ours, floor = streamed(lab, service, OURS, ".nbp-foot")
    ours.show("ChatPanel", floor)
    for name, gap in (
        ("ipywidgets.HTML, every piece", 0),
        ("ipywidgets.HTML, 20 a second", 1 / 20),
    ):
        plain, idle = streamed(lab, service, PLAIN.format(gap=gap), ".the-end")
        plain.show(name, idle)
        ratio = (plain.cpu - idle * plain.wall) / (ours.cpu - floor * ours.wall)
        print(
            f"  {'of ours':30} {plain.messages / ours.messages:5.1f}x"
            f"         {plain.bytes / ours.bytes:8.1f}x"
            f"          {ratio:6.1f}x{plain.kernel / ours.kernel:43.1f}x"
        )
    print()


def load(lab: Lab, service: Service) -> None:
    texts = [markdown(2_000).replace("Section ", f"Part {n} ") for n in range(TURNS)]
    costs: list[Cost] = []
    print(f"{TURNS} turns of 2,000 characters, shown by a fresh panel", flush=True)
    with opened(lab, service, f"texts = {texts!r}\n{TALK}", "nbchat.ChatPanel('long')") as (
        notebook,
        meter,
    ):
        notebook.run(1)
        with meter.measures(costs):
            notebook.run(2)
            notebook.page.evaluate(
                UNTIL, f"document.querySelectorAll('.nbp-turn .nbp-foot').length === {TURNS}"
            )
        costs[0].show("ChatPanel", 0)
    print()


def many(lab: Lab, service: Service) -> None:
    text = markdown(LENGTH // 4)
    pieces = said(*[text[at : at + PIECE] for at in range(0, len(text), PIECE)])
    service.always(paced(pieces, len(pieces) / RATE))
    print(f"{len(text):,} characters, so quick as well", flush=True)
    for count in (1, 5):
        costs: list[Cost] = []
        with opened(lab, service, *["nbchat.ChatPanel()"] * count) as (notebook, meter):
            notebook.run(*range(1, count + 1))
            with meter.measures(costs):
                ask(notebook.page)
                notebook.page.evaluate(
                    UNTIL, f"document.querySelectorAll('.nbp-foot').length === {count}"
                )
            costs[0].show(f"{count} ChatPanel{'s' if count > 1 else ''}", 0)
    print()


def main(arguments: list[str]) -> None:
    parts = {"stream": stream, "load": load, "many": many}
    with (
        tempfile.TemporaryDirectory() as folder,
        launched() as browser,
        Service() as service,
        Lab(Path(folder), browser) as lab,
    ):
        for name in arguments or parts:
            parts[name](lab, service)


if __name__ == "__main__":
    main(sys.argv[1:])
