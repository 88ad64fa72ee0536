"""What taking back a turn does not take back: what its tools have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbchat.messages import INTERRUPTED, ToolResult
from nbchat.tools import READY, ready_tool
from nbchat.turns import Turn


def runs(turns: Iterable[Turn]) -> Iterator[ToolResult]:
    """The results of tools that have run; a call that was refused has not."""
    for turn in turns:
        for part in turn.answer.parts:
            if isinstance(part, ToolResult) and _has_run(part):
                yield part


def _has_run(result: ToolResult) -> bool:
    # Of one that was left running the seconds are not known.
    words = result.content if isinstance(result.content, str) else ""
    return result.seconds > 0 or words.startswith(INTERRUPTED)


def what_stays(turns: Iterable[Turn]) -> str:
    """A sentence for whoever takes these turns back; empty where tools have changed nothing."""
    names = dict.fromkeys(run.name for run in runs(turns) if not _reads_only(run.name))
    return f"What {' and '.join(names)} changed stays as it is." if names else ""


def _reads_only(name: str) -> bool:
    return name in READY and ready_tool(name).reads_only
