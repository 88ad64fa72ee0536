"""Whether an answer waits, thinks or speaks, and how fast: the line below its open end."""

from __future__ import annotations

from nbchat.languages import translated
from nbchat.wording import plural, token_count


class Progress:
    """Counts what arrives. Times are seconds of one clock."""

    def __init__(self, model: str, start: float) -> None:
        self.thinks = False  # now
        self.doing = ""  # what goes on in place of an answer
        self._paused_at: float | None = None  # since when a tool runs
        self._paused = 0.0  # seconds that tools have run since the first words
        self._model = model
        self._start = start
        self._kinds: set[bool] = set()  # what there has been: thoughts (True), words (False)
        self._first_at: float | None = None  # when the first words or thoughts came
        self._tokens = 0.0
        self._rows: int | None = None  # of a value that is a list

    def is_first(self, *, thinks: bool) -> bool:
        """Whether there have been no thoughts yet, or no words."""
        return thinks not in self._kinds

    @property
    def has_begun(self) -> bool:
        """Whether there have been words or thoughts."""
        return bool(self._kinds)

    def count(self, text: str, now: float, *, thinks: bool) -> None:
        """Some words have arrived, or some thoughts."""
        self.thinks = thinks
        self.doing = ""
        self._kinds.add(thinks)
        if self._first_at is None:
            self._first_at = now
        self._tokens += token_count(text)

    def count_rows(self, rows: int | None, now: float) -> None:
        """A value grows: of a list there are so many rows by now."""
        self.thinks = False
        self.doing = ""
        self._kinds.add(False)
        self._rows = rows
        if self._first_at is None:
            self._first_at = now

    def pause(self, doing: str, now: float) -> None:
        """A tool runs: meanwhile no words can come."""
        self.doing = doing
        self._paused_at = now

    def go_on(self, now: float) -> None:
        """The model is waited for again."""
        self.doing = "waiting…"
        if self._paused_at is not None and self._first_at is not None:
            self._paused += now - self._paused_at
        self._paused_at = None

    def status_line(self, now: float) -> str:
        """The line below the open end, as of now.

        >>> progress = Progress("kimi-k2.6", start=0.0)
        >>> progress.status_line(2.0)
        'kimi-k2.6 · waiting… 2 s'
        >>> progress.count("word" * 50, 2.0, thinks=False)
        >>> progress.status_line(4.0)
        'kimi-k2.6 · 4 s · 25 tok/s'
        """
        seconds = now - self._start
        if self.doing:
            return f"{self._model} · {translated(self.doing)} {seconds:.0f} s"
        if self._first_at is None:
            return f"{self._model} · {translated('waiting…')} {seconds:.0f} s"
        if self.thinks:
            return f"{self._model} · {translated('thinking…')} {seconds:.0f} s"
        if self._rows is not None:
            rows = translated(plural(self._rows, "row"))
            return f"{self._model} · {rows} · {seconds:.0f} s"
        since = now - self._first_at - self._paused
        rate = f" · {self._tokens / since:.0f} tok/s" if since >= 1 and self._tokens else ""
        return f"{self._model} · {seconds:.0f} s{rate}"
