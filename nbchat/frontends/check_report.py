"""The words of a check: what is to be done first, and a row for each thing that was looked at.

All of them are in the person's language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nbchat.engine.findings import NOT_LOOKED_AT, Finding, first_to_do
from nbchat.languages import listed, translated
from nbchat.render.terminal.clean import columns, padded, wrapped
from nbchat.wording import to_copy

HEAD = ("looked at", "", "what was seen")
STATES = {"ok": "ok", "wrong": "wrong", "unknown": "?"}
FINE = "Nothing is wrong with what was looked at."
COSTS = "--live asks two short questions, which cost a few tokens."
GAP = "  "
NARROWEST = 24  # columns of what was seen


class Fault(NamedTuple):
    """What is wrong, what to do about it, and what can be pasted for that, if anything."""

    what: str
    to_do: str
    command: str


def faults(findings: Sequence[Finding]) -> list[Fault]:
    """What is wrong, the first thing first."""
    told = []
    for finding in first_to_do(findings):
        command = to_copy(f"{finding.seen}\n{finding.to_do}")
        to_do = finding.to_do.removesuffix(command) if command else finding.to_do
        to_do = " ".join(translated(to_do).split())
        told.append(Fault(_heading(finding.about) + translated(finding.seen), to_do, command))
    return told


def _heading(about: str) -> str:
    other = translated(about)
    return f"{other}：" if other != about else f"{about[:1].upper()}{about[1:]}: "


def rows(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    """A row of each: what was looked at, whether it fits, and what was seen.

    What is told above is not told again, and what was not looked at is one row.
    """
    table = []
    skipped = [one.about for one in findings if one.seen == NOT_LOOKED_AT]
    for one in findings:
        if one.to_do:
            table.append((one.about, STATES[one.state], "see above"))
        elif one.seen != NOT_LOOKED_AT:
            table.append((one.about, STATES[one.state], one.seen))
        elif one.about == skipped[0]:
            table.append(("the rest", STATES[one.state], f"{NOT_LOOKED_AT}: {listed(skipped)}"))
    return [
        (translated(about), translated(state), translated(seen)) for about, state, seen in table
    ]


def head() -> list[str]:
    """What stands above the rows."""
    return [*map(translated, HEAD)]


def report_lines(findings: Sequence[Finding], width: int) -> Iterator[str]:
    """The whole report as text: what to do, and below it the rows."""
    wrong = faults(findings)
    for fault in wrong:
        yield from wrapped(fault.what, width)
        to_do = wrapped(fault.to_do, width - len(GAP)) if fault.to_do else []
        yield from (f"{GAP}{line}" for line in (*to_do, fault.command) if line)
    if not wrong:
        yield translated(FINE)
    yield ""
    yield from _table(rows(findings), width)


def _table(table: Sequence[tuple[str, str, str]], width: int) -> Iterator[str]:
    first = max(columns(about) for about, _, _ in table)
    second = max(columns(state) for _, state, _ in table)
    indent = " " * (first + second + 2 * len(GAP))
    room = max(width - len(indent), NARROWEST)
    for about, state, seen in table:
        line, *more = wrapped(seen, room)
        yield f"{padded(about, first)}{GAP}{padded(state, second)}{GAP}{line}"
        yield from (indent + one for one in more)
