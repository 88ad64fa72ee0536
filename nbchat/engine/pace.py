"""How fast requests may go out: found out from what a provider says, answers and refuses.

It starts at the headers' word, or at 20 a second, and each success raises it, until the first
refusal for coming too soon. A refusal takes a fifth off, and from then on it grows slowly. Only
arithmetic: the time is handed in, and who waits for what is in `gate`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nbchat.engine.limit_headers import NOTHING_SAID, Allowance
from nbchat.events import Usage

START = 20.0  # requests a second, where nothing is known
SLOWEST = 1 / 60  # requests a second
GROWTH = 1.0  # requests a second that a success adds, until the first refusal
SLOW_GROWTH = 0.02  # the same after it; of a rate below 1, this part of it
CUT = 0.8  # what a refusal leaves of the rate
CUT_GAP = 0.3  # seconds between two cuts
LATE = 0.05  # seconds of lateness that are made up for
SUPPOSED_LATENCY = 1.0  # seconds, until the first answer has ended
FEWEST_AT_ONCE, MOST_AT_ONCE = 4, 256  # requests on their way
PATIENCE = 15 * 60.0  # seconds of refusals without one success, after which waiting is no use


@dataclass(slots=True)
class Mean:
    """A mean in which what came last counts most."""

    value: float | None = None
    weight: float = 1 / 8

    def note(self, found: float) -> None:
        before = found if self.value is None else self.value
        self.value = before + (found - before) * self.weight


@dataclass(slots=True)
class Pace:
    """The rate of one key for one family of models. Moments and lengths are in seconds.

    >>> pace = Pace()
    >>> pace.grow()
    >>> pace.rate
    21.0
    >>> pace.cut(sent_at=1.0, now=1.5)
    >>> round(pace.rate, 1), pace.is_known
    (16.8, True)
    """

    rate: float = START  # requests a second
    is_known: bool = False  # whether there is a limit: the provider has said one, or refused
    has_met: bool = False  # whether the rate has been too high
    next_at: float = 0.0  # when the next request may go
    paused_until: float = 0.0
    cut_at: float = float("-inf")
    refused_since: float | None = None  # when the refusals began after which nothing succeeded
    allowance: Allowance = NOTHING_SAID
    latency: Mean = field(default_factory=Mean)
    input: Mean = field(default_factory=Mean)  # tokens of a request
    output: Mean = field(default_factory=Mean)

    # --- what it allows ------------------------------------------------------------------------

    def take(self, now: float, highest: float | None) -> None:
        """A request goes out; the next may go a moment later."""
        rate = self.rate if highest is None else min(highest, self.rate)
        self.next_at = max(self.next_at, now - LATE) + 1 / rate

    def room(self) -> int:
        """How many requests may be on their way: twice of what the rate and the latency make."""
        latency = SUPPOSED_LATENCY if self.latency.value is None else self.latency.value
        return min(max(int(self.rate * 2 * latency), FEWEST_AT_ONCE), MOST_AT_ONCE)

    def is_hopeless(self, now: float) -> bool:
        """Whether everything has been refused for so long that waiting is no use."""
        return self.refused_since is not None and now - self.refused_since > PATIENCE

    # --- what it learns ------------------------------------------------------------------------

    def start_at(self, rate: float) -> None:
        """Begin at a rate that a person has given, unless it has been too high before."""
        if not self.has_met:
            self.rate = rate

    def hear(self, allowance: Allowance) -> None:
        """Note what the provider says it allows, and begin there."""
        if not self.is_known and allowance.requests:
            self.rate = allowance.requests
        self.is_known = True
        self.allowance = allowance

    def succeed(self) -> None:
        """A request was accepted."""
        self.refused_since = None

    def grow(self, highest: float | None = None) -> None:
        """A request that had waited for its turn was accepted: more may go.

        Up to `highest`, where a person has given it, and else up to what the provider says.
        """
        self.rate += SLOW_GROWTH * min(1.0, self.rate) if self.has_met else GROWTH
        if highest is None:
            self._keep_to_allowance()
        else:
            self.rate = min(self.rate, highest)

    def _keep_to_allowance(self) -> None:
        said = self.allowance.requests_for(self.input.value, self.output.value)
        if said is not None:
            self.rate = max(SLOWEST, min(self.rate, said))

    def cut(self, sent_at: float, now: float, *, was_paced: bool = True) -> None:
        """A request was refused for coming too soon.

        One that was sent before the last cut says nothing of the rate since. One that did not
        wait for its turn says that there is a limit, and not which.
        """
        if self.refused_since is None:
            self.refused_since = now
        if sent_at <= self.cut_at or now - self.cut_at < CUT_GAP:
            return
        self.cut_at = now
        self.is_known = True
        if was_paced:
            self.has_met = True
            self.rate = max(SLOWEST, self.rate * CUT)

    def pause(self, until: float) -> None:
        """The provider asks to wait."""
        self.paused_until = max(self.paused_until, until)

    def note_answer(self, seconds: float) -> None:
        """An answer has ended, so long after it was asked for."""
        self.latency.note(seconds)

    def note_usage(self, usage: Usage) -> None:
        """What a request has cost in tokens."""
        if usage.input is not None:
            self.input.note(usage.input)
        if usage.output is not None:
            self.output.note(usage.output)
        self._keep_to_allowance()
