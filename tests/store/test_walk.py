"""A random walk through a conversation and its store, against a model of both in a few lines.

Whatever was asked, failed, stopped, taken back, branched or reloaded: what was
acknowledged is never lost, roles alternate, no assistant message is empty, and what
is on disk is what is in memory.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from nbchat.errors import RateLimited
from nbchat.events import Notice, Stop, Usage
from nbchat.messages import Text, Thought

from ..conversation.talk import Talk, facts
from ..fakes.source import HANG

WORDS = st.text(alphabet="ab \n四\ud800\u2028é", min_size=1, max_size=8)
REASONS = st.sampled_from(["end", "length", "broken"])
CELLS = st.sampled_from([None, "a", "b", "c"])


class Walk(RuleBasedStateMachine):
    """The model: every turn by its number, with its parent; where it stands; what an undo left."""

    @initialize()
    def start(self) -> None:
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "history.sqlite"
        self.talk = Talk(self.path)
        self.neighbour = Talk(self.path)
        self.said_next_door = 0
        self.parents: dict[str, str | None] = {}  # of every turn that was acknowledged, in order
        self.cells: dict[str, str | None] = {}
        self.answers: dict[str, str] = {}
        self.head: str | None = None
        self.left: list[str | None] = []

    def teardown(self) -> None:
        if hasattr(self, "talk"):
            self.talk.close()
            self.neighbour.close()
            self.folder.cleanup()

    def branch(self, head: str | None) -> list[str]:
        found: list[str] = []
        while head is not None:
            found.append(head)
            head = self.parents[head]
        return found[::-1]

    def asked(self, parent: str | None, cell: str | None, text: str) -> None:
        """What the model makes of a turn that was kept."""
        id = self.talk.chat.turns[-1].id
        assert id not in self.parents
        self.parents[id], self.cells[id], self.answers[id], self.head = parent, cell, text, id
        self.left.clear()

    def follows(self, cell: str | None) -> str | None:
        rerun = [id for id in self.branch(self.head) if cell is not None and self.cells[id] == cell]
        return self.parents[rerun[0]] if rerun else self.head

    # --- what a person does ------------------------------------------------------------------

    @rule(
        question=WORDS.filter(str.strip),
        answer=WORDS,
        cell=CELLS,
        reason=st.sampled_from(["end", "length", "broken"]),
    )
    def ask(self, question: str, answer: str, cell: str | None, reason: str) -> None:
        parent = self.follows(cell)
        stop = Stop(reason)  # type: ignore[arg-type]
        self.talk.ask(question, Thought("hm"), Text(answer), Usage(5, 5), stop, cell=cell)
        self.asked(parent, cell, answer)

    @rule(cell=CELLS)
    def think_without_a_word(self, cell: str | None) -> None:
        parent = self.follows(cell)
        self.talk.ask("Think", Thought("hm"), Stop("length"), cell=cell)
        self.asked(parent, cell, "")

    @rule(cell=CELLS)
    def fail(self, cell: str | None) -> None:
        with pytest.raises(RateLimited):
            self.talk.ask("Fail", Notice("again"), RateLimited("too many"), cell=cell)

    @rule(words=WORDS)
    def interrupt(self, words: str) -> None:
        parent = self.head
        self.talk.begin("Stop me", Text(words), HANG)
        self.talk.stop()
        self.asked(parent, None, words)

    @rule()
    def interrupt_before_the_first_word(self) -> None:
        self.talk.begin("Stop me", Usage(5, 0), HANG)
        self.talk.stop()

    @rule(turns=st.integers(1, 3))
    def undo(self, turns: int) -> None:
        gone = self.branch(self.head)[-turns:]
        assert [turn.id for turn in self.talk.chat.undo(turns)] == gone
        if gone:
            self.left.append(self.head)
            self.head = self.parents[gone[0]]

    @rule()
    def redo(self) -> None:
        self.talk.chat.redo()
        if self.left:
            self.head = self.left.pop()

    @rule()
    def reset(self) -> None:
        self.talk.chat.reset()
        if self.head:
            self.left.append(self.head)
            self.head = None

    @precondition(lambda self: self.parents)
    @rule(data=st.data())
    def goto(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(list(self.parents)))
        below = [id for id in self.parents if target in self.branch(id)]
        self.head = below[-1]
        self.left.clear()
        assert self.talk.chat.goto(target).id == self.head

    @precondition(lambda self: self.parents)
    @rule()
    def reload(self) -> None:
        before = [facts(turn) for turn in self.talk.chat.all_turns]
        self.talk.close()
        self.talk = self.talk.resume(self.path)
        self.left.clear()
        assert [facts(turn) for turn in self.talk.chat.all_turns] == before

    @precondition(lambda self: self.parents)
    @rule()
    def delete(self) -> None:
        id = self.talk.chat.id
        self.talk.chat.forget()
        assert self.talk.store.delete(id)
        self.parents, self.head, self.left = {}, None, []
        self.cells, self.answers = {}, {}

    @rule()
    def another_kernel_asks(self) -> None:
        self.neighbour.ask("And I?")
        self.said_next_door += 1

    # --- what holds at every step ------------------------------------------------------------

    @invariant()
    def nothing_acknowledged_is_lost(self) -> None:
        if hasattr(self, "talk"):
            known = {turn.id: turn for turn in self.talk.chat.all_turns}
            assert list(known) == list(self.parents)
            assert {id: turn.answer.text for id, turn in known.items()} == self.answers
            assert [turn.id for turn in self.talk.chat.turns] == self.branch(self.head)

    @invariant()
    def what_was_sent_is_valid(self) -> None:
        if hasattr(self, "talk"):
            for messages in self.talk.script.sent:
                assert [m.role for m in messages] == ["user", "assistant"] * (
                    len(messages) // 2
                ) + ["user"]
                assert all(m.text.strip() for m in messages)

    @invariant()
    def the_disk_has_what_memory_has(self) -> None:
        if not hasattr(self, "talk"):
            return
        stored = {
            c.header.id: c.header
            for c in self.talk.store.ask(lambda database: database.conversations())
        }
        assert len(stored) == bool(self.parents) + bool(self.said_next_door)
        if self.parents:
            ours = stored[self.talk.chat.id]
            turns = self.talk.store.ask(lambda database: database.turns(ours.id))
            assert [facts(turn) for turn in turns] == [
                facts(turn) for turn in self.talk.chat.all_turns
            ]
            assert (ours.head, ours.length) == (self.head, len(self.branch(self.head)))
        if self.said_next_door:
            assert stored[self.neighbour.chat.id].length == self.said_next_door


Walk.TestCase.settings = settings(
    max_examples=120,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
    database=None,
)
TestWalk = Walk.TestCase
