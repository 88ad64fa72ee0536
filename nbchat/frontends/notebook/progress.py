"""Whether an answer waits, thinks or speaks, and how fast: the line below its open end."""

from __future__ import annotations

BYTES_PER_TOKEN = 4  # as tokenizers do in most scripts


class Progress:
    """Counts what arrives. Times are seconds of one clock."""

    def __init__(self, model: str, start: float) -> None:
        self.thinks = False  # now
        self._model = model
        self._start = start
        self._kinds: set[bool] = set()  # what there has been: thoughts (True), words (False)
        self._first_at: float | None = None  # when the first words or thoughts came
        self._tokens = 0.0

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
        self._kinds.add(thinks)
        if self._first_at is None:
            self._first_at = now
        self._tokens += len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN

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
        if self._first_at is None:
            return f"{self._model} · waiting… {seconds:.0f} s"
        if self.thinks:
            return f"{self._model} · thinking… {seconds:.0f} s"
        since = now - self._first_at
        rate = f" · {self._tokens / since:.0f} tok/s" if since >= 1 else ""
        return f"{self._model} · {seconds:.0f} s{rate}"
