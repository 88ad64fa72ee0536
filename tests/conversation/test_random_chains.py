"""Chains made by chance: whatever comes in between, the next request has a valid order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbchat
from nbchat.errors import ConnectionBroken
from nbchat.events import Event, Stop, Usage
from nbchat.messages import Text, Thought, ToolCall
from nbchat.provider_state import ProviderState
from nbchat.tools.consent import ConsentQuestion, Decision
from nbchat.tools.running import Job, Outcome
from nbchat.tools.workplace import set_workplace

from ..fakes.source import HANG, Play
from ..nightly import size
from ..waiting import soon
from .tool_talk import ToolTalk

CHAINS = size(60, nightly=1000)
QUESTIONS = 4  # in each
SIGNED = ProviderState("kimi", "openai-chat", {"signature": "abc"})


@nbchat.tool
def give(value: int = 0) -> str:
    """Give it back."""
    if value == 1:
        raise ValueError("one")
    return str(value)


@nbchat.tool(approve=True)
def guarded(value: int = 0) -> str:
    """Needs consent."""
    return str(value)


@nbchat.tool
async def slow(value: int = 0) -> str:
    """Takes its time."""
    await asyncio.sleep(0.01 * value)
    return str(value)


class Chance:
    """A workplace where tools are interrupted, and people refuse, by chance."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    async def perform(self, job: Job) -> Outcome:
        await asyncio.sleep(self._dice.choice([0, 0, 0.01]))
        outcome = job.perform()
        outcome.interrupted = self._dice.random() < 0.05
        return outcome

    async def ask(self, question: ConsentQuestion) -> None:
        if self._dice.random() < 0.2:
            return
        question.take()
        await asyncio.sleep(self._dice.choice([0, 0.01]))
        decision = self._dice.choice(
            [
                Decision(True),
                Decision(False, "no"),
                Decision(True, for_rest=True),
                Decision(True, arguments={"value": 7}),
                Decision(False, stopped=True),
            ]
        )
        question.answer(decision, by="the panel")


def a_call(dice: random.Random) -> ToolCall:
    name = dice.choice(["give", "guarded", "slow", "slow", "rυn", ""])
    arguments = dice.choice([{"value": dice.randrange(3)}, {}, {"wrong": 1}, None])
    return ToolCall(f"call_{dice.randrange(2)}", name, arguments, "" if arguments else "{")


def a_play(dice: random.Random) -> Play:
    """The answer to one request."""
    said: list[Event | Exception | str] = []
    if dice.random() < 0.4:
        said += [Thought("Hm. "), Thought("", SIGNED)]
    if dice.random() < 0.5:
        said.append(Text(dice.choice(["Let me see. ", " ", "Yes."])))
    said += [a_call(dice) for _ in range(dice.choice([0, 1, 1, 2, 3]))]
    if dice.random() < 0.5:
        said.append(Usage(10, 5))
    reason = dice.choice(["end", "tool_calls", "tool_calls", "length", "filter"])
    end: Event | Exception | str = Stop(reason)
    if dice.random() < 0.15:
        end = dice.choice([ConnectionBroken("gone"), HANG])
    return (*said, end)


async def ask(talk: ToolTalk, dice: random.Random, number: int) -> None:
    """One question, which is stopped now and then."""
    set_workplace(Chance(dice))
    talk.script.plays.extend(a_play(dice) for _ in range(10))
    stream = talk.chat.open(f"Question {number}?", tools=[give, guarded, slow], rounds=4)

    async def read() -> None:
        async with stream:
            async for _ in stream.batches():
                pass

    reading = asyncio.ensure_future(read())
    patience = dice.choice([0.0, 0.005, 0.02, None])
    if patience is None:  # to its end, however slow this machine is
        await soon(lambda: reading.done() or talk.script.hangs)
    else:
        await asyncio.wait([reading], timeout=patience)
    reading.cancel()
    await asyncio.wait([reading])
    if not reading.cancelled():
        assert isinstance(reading.exception(), ConnectionBroken | None)
    talk.script.plays.clear()
    await soon(lambda: not talk.chat.answering)


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[ToolTalk]:
    talk = ToolTalk(tmp_path / "history.sqlite")
    yield talk
    talk.close()


def test_every_request_of_a_random_chain_is_valid(talk: ToolTalk, tmp_path: Path) -> None:
    """So is the next one of a kernel that has taken the conversation up from its file."""
    for seed in range(CHAINS):
        dice = random.Random(seed)
        talk.chat.reset()
        for number in range(QUESTIONS):
            talk.runtime.thread.submit(ask(talk, dice, number)).result(60)
        talk.turn(question="And at last?", tools=[give])

    talk.check()
    longest = max(len(messages) for messages in talk.script.sent)
    stops = {turn.answer.stop.reason for turn in talk.chat.all_turns}
    assert longest > 10
    assert stops >= {"end", "length", "interrupted", "broken", "tool_calls", "filter"}

    again = ToolTalk(tmp_path / "history.sqlite")
    turns = talk.store.ask(lambda database: database.turns(talk.chat.id))
    for turn in turns:
        again.turn(question="Go on?", parent=turn)
    again.close()
