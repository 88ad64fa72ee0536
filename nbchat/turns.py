"""A tree of turns, and the moves on it. Nothing is ever taken out of the tree.

A branch is the way from a first question to the turn where the conversation
stands. Asking grows it, undo and goto move it; what is left behind stays.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from nbchat import known_keys
from nbchat.errors import BadCall, NotThere
from nbchat.events import Answer
from nbchat.messages import Message
from nbchat.wrong_calls import tells_wrong_calls

TITLE_LENGTH = 48  # characters
SYSTEM_WITH_VALUES = "--system with values in it"  # as that is told among what was inserted


@dataclass(slots=True, eq=False, repr=False)
class Turn:
    """A question with its answer; `parent` is the turn before it."""

    question: Message
    answer: Answer
    parent: Turn | None = None
    cell: str | None = None
    seconds: float = 0.0
    inserted: tuple[str, ...] = ()  # which notebook variables are in the question, for people
    left_out: int = 0  # how many of the turns before it were not sent with it
    id: str = field(default_factory=lambda: uuid4().hex)
    asked_at: float = field(default_factory=time.time)  # seconds since the epoch
    execution: str | None = None  # of its cell; the questions of one follow one another
    sent: dict[str, str] = field(default_factory=dict)  # hashes of the data that was sent, by name
    by_default: bool = False  # the demo answered because nobody had chosen a model
    waiting: tuple[str, ...] = ()  # ids of the calls that wait for an answer
    data: str = ""  # how much of the notebook's values was allowed; of a program's: empty
    typed: str = ""  # the question before values were put in, where that is not what was sent
    others: dict[str, Any] = field(default_factory=dict)  # what a newer nbchat stored with it

    def __repr__(self) -> str:
        return f"<Turn {self.title!r}: {self.answer!r}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from nbchat.display import conversation_bundle

        return conversation_bundle("", [self])

    def replaces(self, earlier: Turn) -> bool:
        """Whether its cell asked the earlier one, and has been run again since."""
        if self.cell is None or self.cell != earlier.cell:
            return False
        return self.execution is None or self.execution != earlier.execution

    @property
    def path(self) -> list[Turn]:
        """From the first turn of the branch to this one."""
        turns: list[Turn] = [self]
        while (parent := turns[-1].parent) is not None:
            turns.append(parent)
        return turns[::-1]

    def note_typed(self, words: str, data: str = "") -> None:
        """Remember the question as it was typed, where that is not what is sent.

        `data` is how much of the notebook's values was allowed when they were put in.
        """
        self.data = data
        words = known_keys.hide(words.strip("\n"))
        if self.inserted and words != self.question.text:
            self.typed = words

    @property
    def as_typed(self) -> str:
        """The words of the question as far as they were typed: `{df}`, and not what it holds."""
        return self.typed or self.question.text

    @property
    def title(self) -> str:
        """The first line of the question, short."""
        line = next((line.strip() for line in self.as_typed.splitlines() if line.strip()), "")
        if len(line) <= TITLE_LENGTH:
            return line
        return f"{line[: TITLE_LENGTH - 1].rstrip(' .,;:')}…"


class Tree:
    """All turns in order of asking, and the one where the conversation stands."""

    def __init__(self) -> None:
        self._plant([], None)

    def _plant(self, turns: Iterable[Turn], head: Turn | None) -> None:
        self._all = list(turns)
        self._head = head
        self._left: list[Turn | None] = []  # where it stood before each undo, for redo
        self._title = ""

    def _add(self, turn: Turn) -> None:
        self._all.append(turn)
        self._head = turn
        self._left.clear()

    def _set_aside(self, turn: Turn) -> None:
        """Keep a turn on a branch of its own, and stay."""
        self._all.append(turn)

    def _moved(self) -> None:
        """Called after each move."""

    # --- looking -----------------------------------------------------------------------------

    @property
    def turns(self) -> list[Turn]:
        """The turns of the current branch, oldest first."""
        return self._head.path if self._head else []

    @property
    def all_turns(self) -> list[Turn]:
        """Every turn in order of asking, those of other branches and those taken back included."""
        return list(self._all)

    @property
    def last(self) -> Turn | None:
        """The turn at the end of the branch."""
        return self._head

    @property
    def last_answer(self) -> Answer | None:
        """The answer at the end of the branch; None where nothing has been asked."""
        return self._head.answer if self._head else None

    @property
    def branches(self) -> list[Turn]:
        """The last turn of every branch, in order of asking."""
        followed = {turn.parent for turn in self._all}
        return [turn for turn in self._all if turn not in followed]

    def number_of(self, turn: Turn) -> int:
        """Its place in the order of asking, from 1; it never changes."""
        return self._all.index(turn) + 1

    def siblings(self, turn: Turn) -> list[Turn]:
        """The turns that ask in the same place, in order of asking; `turn` is one of them."""
        found = [t for t in self._all if t.parent is turn.parent]
        return (
            found if turn in found else [*found, turn]
        )  # while it is being answered it is not in the tree

    def families(self) -> dict[Turn | None, list[Turn]]:
        """The turns that ask in the same place, in order of asking, by the turn they follow."""
        found: dict[Turn | None, list[Turn]] = {}
        for turn in self._all:
            found.setdefault(turn.parent, []).append(turn)
        return found

    @property
    def title(self) -> str:
        """What it is about: as set, or the beginning of its first question."""
        first = (self.turns or self._all)[:1]
        return self._title or (first[0].title if first else "")

    @title.setter
    def title(self, title: str) -> None:
        if not isinstance(title, str):
            raise BadCall(f"a title is a text (str), not {type(title).__name__}.")
        self._title = known_keys.hide(" ".join(title.split()))
        self._moved()

    # --- moving ------------------------------------------------------------------------------

    @tells_wrong_calls
    def goto(self, turn: Turn | str) -> Turn:
        """Go to that turn (or its id), and on to the newest end below it. Returns where that is."""
        self._head = self._end_below(self._find(turn))
        self._left.clear()
        self._moved()
        return self._head

    def stand_at(self, turn: Turn) -> None:
        """Go to that turn itself: the next question follows it, whatever else does."""
        self._head = self._find(turn)
        self._left.clear()
        self._moved()

    @tells_wrong_calls
    def undo(self, turns: int = 1) -> list[Turn]:
        """Step back over the last `turns` questions and return them; they stay in the tree."""
        if not isinstance(turns, int) or turns < 1:
            raise BadCall(f"undo takes a number of turns from 1, not {turns!r}.")
        gone = self.turns[-turns:]
        if gone:
            self._left.append(self._head)
            self._head = gone[0].parent
            self._moved()
        return gone

    @tells_wrong_calls
    def redo(self) -> list[Turn]:
        """Take back the last undo or reset; returns the turns that are there again."""
        if not self._left:
            return []
        before = len(self.turns)
        self._head = self._left.pop()
        self._moved()
        return self.turns[before:]

    @property
    def can_redo(self) -> bool:
        """Whether an undo or a reset can be taken back."""
        return bool(self._left)

    @tells_wrong_calls
    def reset(self) -> int:
        """Start over: the next question has no history. Returns how many turns were left behind."""
        return len(self.undo(len(self.turns))) if self.turns else 0

    def _find(self, turn: Turn | str) -> Turn:
        if isinstance(turn, Turn):
            found = [turn] if turn in self._all else []
        elif not isinstance(turn, str):
            raise BadCall(f"a turn is a Turn or its id (a str), not {type(turn).__name__}.")
        else:
            found = [t for t in self._all if turn and t.id.startswith(turn)]
        if len(found) != 1:
            what = "several turns begin" if found else "no turn of this conversation begins"
            named = turn if isinstance(turn, str) else turn.id
            raise NotThere(f"{what} with {named!r}. Where you can go:\n%chat branches")
        return found[0]

    def _end_below(self, turn: Turn) -> Turn:
        """The newest turn that follows from this one, or the turn itself."""
        below = {turn}
        for other in self._all:  # a turn comes after the one it follows
            if other.parent in below:
                below.add(other)
        return next((t for t in reversed(self._all) if t in below), turn)
