"""How far a map is, in a notebook's cell: a bar while it goes on, one small line at its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbchat.frontends.notebook.standing_output import StandingOutput
from nbchat.frontends.rows.update_clock import UpdateClock
from nbchat.frontends.rows.words import ending_words, share, state_words
from nbchat.languages import translated
from nbchat.render.bar import bar_html
from nbchat.render.characters import readable, undisguised
from nbchat.render.page import note, small_line, styled_page

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.dataframes.mapped import Mapped
    from nbchat.dataframes.progress import Progress
    from nbchat.frontends.notebook.surroundings import Surroundings

MOST_LINES = 3  # that are sent again at each update: the last ones
STILL_GOING = "this is how far it was when the notebook was saved"


class StaticBar:
    """One output at the end and nothing before it: for nbclient, nbval and papermill."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._publisher = shell.display_pub

    def show(self, progress: Progress) -> None: ...

    def end(self, progress: Progress, result: Mapped | None = None) -> None:
        """Show what came of it: of a `result` its first rows, too."""
        self._publisher.publish(ending_output(progress, result))


class CellBar:
    """A bar that is painted again in its place, and leaves what StaticBar would."""

    def __init__(
        self,
        shell: InteractiveShell,
        around: Surroundings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._output = StandingOutput(shell, around)
        self._clock = clock
        self._updates = UpdateClock(clock())
        self._page = ""

    def show(self, progress: Progress) -> None:
        """Paint how far it is, where it is time and anything has changed."""
        now = self._clock()
        if not self._updates.is_due(now):
            return
        facts = [*map(translated, state_words(progress))]
        remarks = translated(" ".join(progress.lines[-MOST_LINES:]))
        plan = translated(progress.plan)
        page = bar_html(share(progress), facts, above=plan, below=remarks)
        if page == self._page:
            return
        # What is added has no text: a front-end that updates nothing would leave it standing.
        text = _plain([*facts, translated(STILL_GOING)]) if self._output.is_there else ""
        self._output.publish({"text/html": page, "text/plain": text})
        self._page = page
        self._updates.note_painted(now, len(page))

    def end(self, progress: Progress, result: Mapped | None = None) -> None:
        """Show the same in place of the bar."""
        self._output.publish(ending_output(progress, result))


def ending_output(progress: Progress, result: Mapped | None = None) -> dict[str, Any]:
    """What stays of a map in its cell: the `result` as it shows itself, or a line about it."""
    remarks = " ".join(progress.lasting)
    if result is not None:
        return result.shown(remarks)
    facts = ending_words(progress)
    html = styled_page(small_line(facts) + (note(remarks) if remarks else ""))
    return {"text/html": html, "text/plain": "\n".join([_plain(facts), *_lines(remarks)])}


def _plain(facts: list[str]) -> str:
    return _safe(" · ".join(facts))


def _lines(remarks: str) -> list[str]:
    return [_safe(remarks)] if remarks else []


def _safe(words: str) -> str:
    return undisguised(readable(words))
