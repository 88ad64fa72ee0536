"""The numbers the design promises, measured now: each beside its reference of the same run.

    python -m tests.benchmarks [--quick]

`--quick` leaves out what takes more than half a minute. What cannot be measured says why.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from . import (
    distributions,
    engine_cpu,
    first_text,
    hidden_limit,
    interrupts,
    iopub,
    loading,
    rows_at_once,
    saved_size,
    spending,
    stopped_rows,
    tables,
    tool_interrupts,
    tool_output,
)
from .answers import SHAPES


@dataclass
class Row:
    what: str
    value: str
    beside: str  # the ratio, and to what
    target: str
    holds: bool | None  # None where nothing was measured

    def __str__(self) -> str:
        verdict = {True: "yes", False: "NO", None: "-"}[self.holds]
        return f"{self.what:50} {self.value:>12}  {self.beside:44} {self.target:>12}  {verdict}"


LEFT_OUT = "left out by --quick"


def bytes_sent(quick: bool) -> Iterator[Row]:
    what = "iopub, 10 kB over 40 s"
    if quick:
        yield Row(what, "", LEFT_OUT, "<= 0.4 MB", None)
        return
    ours, naive = iopub.costs(10_000, 40.0)
    ratio = f"1/{naive.bytes / ours.bytes:.0f} of an update at every chunk"
    yield Row(what, f"{ours.bytes / 1e6:.2f} MB", ratio, "<= 0.4 MB", ours.bytes <= 0.4e6)


def in_the_browser(quick: bool) -> Iterator[Row]:
    thread, sent = "JupyterLab's main thread, 20,000 characters, 10 s", "iopub, the same"
    if quick:
        yield Row(thread, "", LEFT_OUT, "<= 2.0 s", None)
        yield Row(sent, "", LEFT_OUT, "<= 0.45 MB", None)
        return
    from ..browser.lab import Lab, launched
    from ..fakes.provider import Service, said
    from . import cell_in_browser as cell
    from .answers import paced

    with (
        tempfile.TemporaryDirectory() as folder,
        launched() as browser,
        Service() as service,
        Lab(Path(folder), browser) as lab,
    ):
        floor = cell.in_a_cell(lab, service, cell.IDLE.format(seconds=cell.SECONDS)).cpu
        _, text = SHAPES["answer"](cell.SIZE)
        service.always(paced(said(*cell.cut(text)), cell.SECONDS))
        ours = cell.in_a_cell(lab, service, "%%chat kimi-k2.6\nGo")
        usual = cell.in_a_cell(
            lab, service, cell.USUAL.format(url=service.url, gap=0.1, what=cell.MARKDOWN)
        )
    ratio = f"1/{(usual.cpu - floor) / (ours.cpu - floor):.1f} of Markdown 10 times a second"
    yield Row(thread, f"{ours.cpu - floor:.2f} s", ratio, "<= 2.0 s", ours.cpu - floor <= 2.0)
    ratio = f"1/{usual.bytes / ours.bytes:.1f} of Markdown 10 times a second"
    yield Row(sent, f"{ours.bytes / 1e6:.2f} MB", ratio, "<= 0.45 MB", ours.bytes <= 0.45e6)


def loads(quick: bool) -> Iterator[Row]:
    rounds = loading.measured(3 if quick else loading.ROUNDS)
    bare, ours, heavy = (
        median(r[name][0] for r in rounds)
        for name in ("nothing", "%load_ext nbchat", "import httpx2, pydantic")
    )
    ratio = f"{(ours - bare) / heavy:.2f} of importing httpx2 and pydantic"
    yield Row(
        "%load_ext nbchat, CPU over bare IPython",
        f"{ours - bare:.1f} ms",
        ratio,
        "<= 20 ms",
        ours - bare <= 20,
    )


def words(quick: bool) -> Iterator[Row]:
    ours, bare = first_text.measured(5 if quick else first_text.ROUNDS)
    ratio = f"{ours / bare:.1f}x a bare update loop, {bare:.1f} ms"
    yield Row(
        "first text after the provider's first byte",
        f"{ours:.1f} ms",
        ratio,
        "<= +10 ms",
        ours - bare <= 10,
    )


def engine(quick: bool) -> Iterator[Row]:
    names = {"burst": "engine CPU per delta, a burst", "paced": "engine CPU per delta, paced"}
    for way, ms in engine_cpu.measured(1 if quick else 3):
        ratio = ms["engine"] / ms["floor"]
        most = 2.5 if way == "200 at once" else 5.0
        streamed = ms["nbchat.stream"] / ms["floor"]
        said = f"{ratio:.1f}x a raw socket + split (nbchat.stream {streamed:.1f}x)"
        what = names.get(way, "200 concurrent streams, CPU per delta")
        yield Row(what, f"{ms['engine']:.2f} us", said, f"<= {most:g}x", ratio <= most)


def stops(quick: bool) -> Iterator[Row]:
    found = interrupts.measured(10 if quick else interrupts.ROUNDS)
    yield _until_idle("interrupt to idle, server silent, p95", found.ours, found.bare)
    yield _lost("partial answers lost, history made invalid", found.of - found.kept, found.of)


def tool_stops(quick: bool) -> Iterator[Row]:
    found = tool_interrupts.measured(10 if quick else tool_interrupts.ROUNDS)
    yield _until_idle("interrupt inside a tool to idle, p95", found.ours, found.bare)
    yield _lost("turns whose tool was stopped that are not valid", found.of - found.valid, found.of)


def _until_idle(what: str, waits: list[float], sleeping: list[float]) -> Row:
    ours, bare = interrupts.p95(waits), interrupts.p95(sleeping)
    ratio = f"{ours / bare:.1f}x a sleeping cell, {bare:.0f} ms"
    return Row(what, f"{ours:.0f} ms", ratio, "< 150 ms", ours < 150)


def _lost(what: str, lost: int, of: int) -> Row:
    return Row(what, f"{lost}", f"of {of} interrupts", "0", lost == 0)


def tool_prints(quick: bool) -> Iterator[Row]:
    cost = tool_output.measured(3 if quick else tool_output.ROUNDS)
    ratio = f"1/{cost.cell / cost.tool:,.0f} of a cell that prints it"
    yield Row(
        "iopub, a tool prints 5 MB",
        f"{cost.tool / 1e3:.1f} kB",
        ratio,
        "<= 100 kB",
        cost.tool <= 1e5,
    )
    kept = cost.tool_memory
    ratio = f"a cell that prints it {cost.cell_memory / 1e3:,.0f} kB"
    yield Row(
        "memory kept of it, each time", f"{kept / 1e3:,.0f} kB", ratio, "<= 100 kB", kept <= 1e5
    )


def saved(quick: bool) -> Iterator[Row]:
    text = SHAPES["answer"](20_000)
    ours, usual = (
        saved_size.in_file(make(*text)) / 20_000 for make in (saved_size.ours, saved_size.usual)
    )
    ratio = f"{ours / usual:.2f} of markdown-it and Pygments without style"
    yield Row(
        "HTML of a saved answer, bytes a character",
        f"{ours:.2f}",
        ratio,
        "<= 2.5",
        ours <= saved_size.PROMISED,
    )


def what_was_spent(quick: bool) -> Iterator[Row]:
    what = "what a million requests cost, summed"
    if quick:
        yield Row(what, "", LEFT_OUT, "<= 300 ms", None)
        return
    ours, of_the_rows = spending.seconds_for(spending.REQUESTS)
    ratio = f"{ours / of_the_rows:.2f} of a sum of their rows, {of_the_rows * 1000:,.0f} ms"
    yield Row(what, f"{ours * 1000:,.0f} ms", ratio, "<= 300 ms", ours <= spending.PROMISED)


def packages(quick: bool) -> Iterator[Row]:
    added, there = distributions.measured()
    ratio = f"{len(added) / there:.2f} of JupyterLab's {there}"
    yield Row(
        "distributions more than JupyterLab has", f"{len(added)}", ratio, "<= 12", len(added) <= 12
    )


def large_tables(quick: bool) -> Iterator[Row]:
    ours, described = tables.measured(tables.of_all_kinds(), 1 if quick else tables.ROUNDS)
    ratio = f"{ours / described:.2f} of df.describe(), {described:,.0f} ms"
    yield Row(
        "a question about 1,000,000 rows × 50, CPU",
        f"{ours:.0f} ms",
        ratio,
        "<= 300 ms",
        ours <= tables.PROMISED,
    )


def limited_rows(quick: bool) -> Iterator[Row]:
    rows = 1_500 if quick else hidden_limit.ROWS
    found, others = hidden_limit.measured(rows)
    what = f"{rows:,} rows at a hidden limit of 100/s"
    beside = f"each row retries itself: {others.rate:.0f} rows/s"
    promised = hidden_limit.PROMISED_RATE
    yield Row(what, f"{found.rate:.1f} rows/s", beside, f">= {promised:g}", found.rate >= promised)
    share, most = found.refused / rows, hidden_limit.PROMISED_REFUSED
    beside = f"each row retries itself: {others.refused / rows:.1%}"
    yield Row("of them refused", f"{share:.2%}", beside, f"<= {most:.1%}", share <= most)
    yield Row("of them failed", f"{found.failed}", f"of {rows:,}", "0", found.failed == 0)


def many_rows(quick: bool) -> Iterator[Row]:
    found, bare = rows_at_once.measured(rounds=1 if quick else rows_at_once.ROUNDS)
    ratio, promised = found.rate / bare.rate, rows_at_once.PROMISED
    beside = f"{ratio:.2f} of bare aiohttp, {bare.rate:.0f} rows/s"
    target = f">= {promised:g}x"
    yield Row(
        "256 rows at once, a server of 300 ms",
        f"{found.rate:.0f} rows/s",
        beside,
        target,
        ratio >= promised,
    )


def stopped_maps(quick: bool) -> Iterator[Row]:
    by_number = stopped_rows.measured(3 if quick else stopped_rows.TIMES)
    few, many = by_number.values()
    ratio = f"{median(many) / median(few):.1f}x a stop with {min(by_number)} on their way"
    yield Row(
        f"stop of a map with {max(by_number)} on their way, worst",
        f"{1000 * many[-1]:.0f} ms",
        ratio,
        "< 300 ms",
        many[-1] < stopped_rows.PROMISED,
    )


PARTS: dict[str, Callable[[bool], Iterator[Row]]] = {
    "iopub": bytes_sent,
    "the browser": in_the_browser,
    "loading": loads,
    "the first text": words,
    "the engine": engine,
    "interrupts": stops,
    "interrupts of tools": tool_stops,
    "output of tools": tool_prints,
    "a saved notebook": saved,
    "distributions": packages,
    "tables": large_tables,
    "rows at a hidden limit": limited_rows,
    "rows at once": many_rows,
    "stopped rows": stopped_maps,
    "spending": what_was_spent,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="leave out what takes more than half a minute"
    )
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="these rows alone; may be repeated"
    )
    given = parser.parse_args()
    print(f"{'what':50} {'now':>12}  {'beside it':44} {'promised':>12}  holds")
    for name in given.only or PARTS:
        try:
            for row in PARTS[name](given.quick):
                print(row, flush=True)
        except Exception as error:  # one row that cannot be measured leaves the others
            print(
                Row(name, "", f"not measured: {type(error).__name__}: {error}"[:120], "", None),
                flush=True,
            )


if __name__ == "__main__":
    main()
