"""How many tokens the turns of a branch are, for each place where it could begin.

Where it begins makes a difference: a value that stays behind with an early turn is sent again
with the next one that has it. Tokens are the provider's own count as far as it has counted, and
for the rest an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from nbchat.conversation.past_answers import answer_messages
from nbchat.conversation.sent_values import SentValues
from nbchat.conversation.unanswered import question_to_send
from nbchat.engine.estimates import estimate_tokens
from nbchat.turns import Turn

# A provider's count below this share of our estimate is ignored: some do not count cached tokens.
LEAST_BELIEVED = 0.2


class _Counted(NamedTuple):
    """A provider counted the turns from `first` on, with the question of `last`."""

    first: int
    last: int
    scale: float  # of what was counted to the estimate


class Sizes:
    """Of `turns`, and of the question that is asked after them."""

    def __init__(self, turns: Sequence[Turn], asked: Turn) -> None:
        self._turns = turns
        self._asked = asked
        self._answers = [estimate_tokens(answer_messages(turn.answer)) for turn in turns]
        self._estimates: dict[int, list[int]] = {}  # by where the branch begins
        self._counted = self._find_counted()

    def from_turn(self, first: int) -> int:
        """Tokens of the turns from that one on, with the question."""
        *questions, asked = self._questions(first)
        total = asked
        for number, question in enumerate(questions, first):
            total += self._size(number, question)
        return total

    def _size(self, number: int, question: int) -> int:
        answer, counted = self._answers[number], self._counted
        if counted is None or not counted.first <= number <= counted.last:
            return question + answer
        if number < counted.last:
            return ceil((question + answer) * counted.scale)
        spoken = estimate_tokens([self._turns[number].answer.message])
        generated = self._turns[number].answer.usage.output or spoken
        return ceil(question * counted.scale) + min(spoken, generated)

    def _questions(self, first: int) -> list[int]:
        """Estimates of the questions from that turn on, the one that is asked now at the end."""
        if first not in self._estimates:
            values = SentValues()
            self._estimates[first] = [
                estimate_tokens([question_to_send(turn, values)])
                for turn in [*self._turns[first:], self._asked]
            ]
        return self._estimates[first]

    def _find_counted(self) -> _Counted | None:
        """What a provider has counted last, of those counts that can be believed."""
        for last in reversed(range(len(self._turns))):
            first, usage = self._turns[last].left_out, self._turns[last].answer.usage
            if not usage.input or 0 < last <= first:  # not counted, or asked without those before
                continue
            if len(self._turns[last].answer.rounds) > 1:  # counted once for each request
                continue
            questions = self._questions(first)
            estimate = sum(questions[: last - first + 1]) + sum(self._answers[first:last])
            scale = usage.input / estimate
            if scale >= LEAST_BELIEVED:
                return _Counted(first, last, scale)
        return None
