"""Interrupts at random moments of real cells: calm, kept, and the kernel goes on."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import time

import pytest

from nbchat.interrupts import Interrupts

from ...fakes.provider import Service, answer, said
from ...nightly import size
from ...running_kernel import DEADLINE, Ran, RunningKernel
from ...waiting import until

TURNS = """
import json
from nbchat import render
print(json.dumps([render.plain(turn.answer) for turn in chat.turns]), end="")
"""
INTERRUPTS = size(40, nightly=200)
# Where one strikes inside a finalizer, before the cell is ours, Python says this and goes on.
LOST = re.compile(r"Exception ignored in: .*KeyboardInterrupt", re.DOTALL)


@pytest.fixture
def talking(kernel: RunningKernel, service: Service) -> RunningKernel:
    """A kernel whose Kimi thinks for a moment, talks for two seconds, and ends only later."""
    service.always(answer(*said(*["word "] * 100, thought=["hm "] * 10), gap=0.02, hold=20))
    # However late a busy machine brings it, a second press of a test is an impatient one.
    kernel.run("from nbchat import interrupts; interrupts.SECOND_INTERRUPT_SECONDS = 60.0")
    kernel.run(f"import os; os.environ.update(KIMI_API_KEY='k', KIMI_BASE_URL='{service.url}/v1')")
    kernel.run("%%chat demo\nwarm up")
    kernel.run("import nbchat; chat = nbchat.chat('talk')")
    return kernel


def finish_or_lose(kernel: RunningKernel, started: str) -> Ran:
    """The same, also where ipykernel gives no reply, as it does to a cell that was not yet run."""
    ran = Ran(kernel.wait_until(started, lambda seen: "'idle'" in str(seen[-1:]), "end"))
    asked = kernel.client.kernel_info()
    while not ran.reply:
        reply = kernel.client.get_shell_msg(timeout=DEADLINE)
        if reply["parent_header"].get("msg_id") == asked:
            return ran
        if reply["parent_header"].get("msg_id") == started:
            ran.reply = reply
    return ran


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_a_second_press_right_behind_the_end_is_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        with Interrupts(lingers=True) as interrupts:
            press()
        press()
        with Interrupts(lingers=True):
            press()
        press()
        assert interrupts.seen
        monkeypatch.setattr("nbchat.interrupts.SECOND_INTERRUPT_SECONDS", 0.0)
        with pytest.raises(KeyboardInterrupt):  # a late one is none of ours, whoever came between
            press()
    finally:
        signal.signal(signal.SIGINT, before)


def test_without_a_press_nothing_lingers() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupts(lingers=True):
        pass
    with Interrupts():
        press()
    assert signal.getsignal(signal.SIGINT) == before


def test_an_interrupt_at_any_moment_keeps_what_is_shown(
    talking: RunningKernel, service: Service
) -> None:
    dice = random.Random(7)
    before: list[str] = []  # the turns that the conversation has
    for round_ in range(INTERRUPTS):
        asked = len(service.requests)
        started = talking.start("%%chat kimi-k2.6 --name talk\nTalk")
        talking.wait_for(started, "execute_input")
        time.sleep(dice.uniform(0.0, 0.6))
        talking.interrupt()
        if round_ % 4 == 0:  # an impatient second press
            time.sleep(
                dice.choice([0.02, dice.uniform(0.0, 0.006)])
            )  # while the error is being shown
            talking.interrupt()
        ran = finish_or_lose(talking, started)

        shown = [o["data"]["text/plain"] for o in ran.outputs if "data" in o]
        turns = json.loads(talking.run(TURNS).text)
        is_lost = LOST.match(ran.stderr) is not None
        if is_lost and ran.reply and ran.status == "ok":
            assert turns == [*before, *shown]
            before = turns
            continue
        if len(service.requests) == asked and (not ran.reply or "KeyboardInterrupt" in ran.error):
            continue  # it struck before IPython had handed the cell to us
        assert ran.status == "error", ran.text
        assert re.search(r"Interrupted.*stopped (after|before)", ran.error), ran.error
        if "nothing was kept" in ran.error:
            assert turns == before
        else:
            assert len(shown) == 1
            assert turns == [*before, *shown]
        before = turns
        assert ran.stderr == "" or is_lost
    assert before

    assert talking.run("%%chat demo\nWhat did I just ask?").status == "ok"
    until(lambda: service.open <= 1)
