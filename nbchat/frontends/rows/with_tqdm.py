"""How far a map is, by tqdm: what people know from their scripts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from nbchat.frontends.rows.words import News, ending_words
from nbchat.languages import translated
from nbchat.render.terminal.clean import clean_words

if TYPE_CHECKING:
    from nbchat.dataframes.mapped import Mapped
    from nbchat.dataframes.progress import Progress

GAP = 0.25  # seconds between two paints
UNIT = "rows"


class TqdmBar:
    """The bar of tqdm on standard error, made when the number of rows is known."""

    def __init__(self) -> None:
        self._bar: Any = None  # tqdm has no types
        self._news = News()

    def show(self, progress: Progress) -> None:
        """Move it."""
        from tqdm import tqdm

        settled = progress.done + progress.failed + progress.skipped
        if self._bar is None:
            self._bar = tqdm(
                desc=clean_words(progress.model),
                total=progress.rows,
                initial=settled,
                unit=f" {translated(UNIT)}",
                mininterval=GAP,
                file=sys.stderr,
            )
        for line in self._news.of(progress):
            self._bar.write(clean_words(translated(line)), file=sys.stderr)
        self._bar.set_postfix_str(clean_words(str(progress.cost)), refresh=False)
        self._bar.update(settled - self._bar.n)

    def end(self, progress: Progress, result: Mapped | None = None) -> None:
        """Leave it where it stands, and say what came of it."""
        self.show(progress)
        self._bar.close()
        print(clean_words(" · ".join(map(translated, ending_words(progress)))), file=sys.stderr)
