"""What a notebook holds that is saved, or reloaded, in the middle of an answer."""

from __future__ import annotations

from typing import Any

import pytest

from ...fakes.provider import Service
from ...running_kernel import Ran, RunningKernel
from .conftest import plain
from .unhurried import Unhurried

STILL_ARRIVING = "still arriving; %chat history has it"
BEGINNING = "It has begun. "
MORE = ["\n\n", *["and more "] * 400]


@pytest.mark.field("L11")
@pytest.mark.parametrize(
    ("cell", "thought"),
    [
        ("%%chat kimi-k2.6\nTalk", []),
        ("%%chat kimi-k2.6\nTalk", ["Let me think. "] * 200),
        ("print('before')\n%chat ask Talk", []),
        ("print('before')\n%chat ask Talk", ["Let me think. "] * 200),
    ],
    ids=["alone", "alone, thinking", "beside a print", "beside a print, thinking"],
)
def test_at_every_moment_the_painting_says_that_more_comes_and_the_end_does_not(
    kernel: RunningKernel, kimi: Service, cell: str, thought: list[str]
) -> None:
    kernel.run("%chat use kimi-k2.6")
    talk = Unhurried(before=[BEGINNING], thought=thought, after=MORE, gap=0.003)
    kimi.plays(talk)

    started = kernel.start(cell)
    seen = kernel.wait_until(started, lambda seen: BEGINNING in str(seen[-1:]), "word")
    seen += kernel.wait_for(started, "update_display_data", 6)
    talk.end()
    ran = kernel.finish(started, seen)

    moments = paintings(ran)
    assert len(moments) > 5
    for painted in moments:
        html, text = (
            [output["data"][kind] for output in painted if "data" in output]
            for kind in ("text/html", "text/plain")
        )
        assert any(STILL_ARRIVING in plain(page) for page in html[-3:])
        assert all(STILL_ARRIVING in words for words in text if words)
        assert any(text)
    assert STILL_ARRIVING not in str(ran.outputs)
    assert ran.text.endswith("and more " * 400)
    assert BEGINNING in kernel.run("%chat history").text


def paintings(ran: Ran) -> list[list[dict[str, Any]]]:
    """What the notebook holds after each message of the painting, as soon as it is there."""
    found = []
    for count in range(1, len(ran.messages)):
        message = ran.messages[count - 1]
        if "nbc-foot" in str(message["content"]) or message["header"]["msg_type"] == "clear_output":
            break
        if "update" in message["header"]["msg_type"]:
            found.append(Ran(ran.messages[:count]).outputs)
    return found
