"""How far a map is, in words: while it goes on, and what stays when it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.dataframes.progress import Progress

FIRST_TENTHS = 10  # rows a second, below which a tenth of a row says something


class News:
    """What a person has not been told yet, where each line is printed once."""

    def __init__(self) -> None:
        self._plan = ""
        self._told = 0  # of the remarks

    def of(self, progress: Progress) -> list[str]:
        """What it will take, where that is known better now, and the remarks that are new."""
        plan, remarks = progress.plan, progress.lines[self._told :]
        is_new = plan != self._plan
        self._plan, self._told = plan, self._told + len(remarks)
        return [*([plan] if is_new and plan else []), *remarks]


def share(progress: Progress) -> float:
    """How much of it is behind us, from 0 to 1."""
    return _settled(progress) / progress.rows if progress.rows else 1.0


def state_words(progress: Progress) -> list[str]:
    """Who answers, how far it is, how fast it goes, and what it has cost so far.

    >>> from nbchat.dataframes.progress import Progress
    >>> " · ".join(state_words(Progress("demo", 5000, done=2100, per_second=87.2)))
    'demo · 2,100 of 5,000 rows · 87 rows/s'
    """
    words = [
        progress.model,
        _share_in_words(progress),
        _failed(progress),
        _speed(progress.per_second),
        str(progress.cost),
    ]
    if progress.rate:
        words.append(f"at most {_number(progress.rate)} requests/s")
    if progress.seconds_left is not None:
        words.append(f"{duration(progress.seconds_left)} left")
    return [word for word in words if word]


def ending_words(progress: Progress) -> list[str]:
    """What came of it. Nothing in it depends on the clock, so a second run says the same.

    >>> from nbchat.dataframes.progress import Progress
    >>> " · ".join(ending_words(Progress("demo", 5000, done=4985, failed=3, skipped=12)))
    'demo · 5,000 rows · 3 failed · 12 skipped'
    """
    rows = plural(progress.rows, "row")
    if _settled(progress) < progress.rows:
        rows = _share_in_words(progress)
    skipped = f"{progress.skipped:,} skipped" if progress.skipped else ""
    words = [
        *(progress.model, rows, _failed(progress), skipped),
        *(str(progress.usage), str(progress.cost)),
    ]
    return [word for word in words if word]


def duration(seconds: float) -> str:
    """A time as people say it, not to the second where it is long.

    >>> duration(0.2), duration(48), duration(200), duration(9000)
    ('1 s', '48 s', '3 min', '2 h 30 min')
    """
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min"


def _settled(progress: Progress) -> int:
    """Rows about which nothing is open."""
    return progress.done + progress.failed + progress.skipped


def _share_in_words(progress: Progress) -> str:
    if progress.rows == 1:
        return f"{_settled(progress):,} of 1 row"
    return f"{_settled(progress):,} of {progress.rows:,} rows"


def _failed(progress: Progress) -> str:
    return f"{progress.failed:,} failed" if progress.failed else ""


def _speed(per_second: float) -> str:
    return f"{_number(per_second)} rows/s" if per_second > 0 else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= FIRST_TENTHS else f"{value:.1f}"
