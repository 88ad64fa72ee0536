"""The line under an answer."""

from __future__ import annotations

from nbchat.events import Answer, Usage
from nbchat.frontends.footer import footer
from nbchat.messages import Message
from nbchat.turns import Turn


def test_the_parts_are_model_tokens_cost_and_what_was_sent() -> None:
    usage = Usage(input=1204, output=386, cached=1024)
    answer = Answer(model="kimi-k2-thinking", provider="kimi", usage=usage)
    turn = Turn(Message("user", "hi"), answer, inserted=("df (150 × 5, 1.1 kB)",))

    assert footer(turn) == [
        "kimi-k2-thinking",
        "1,204 → 386 tokens, 1,024 cached",
        "$0.0012",
        "sent df (150 × 5, 1.1 kB)",
    ]
