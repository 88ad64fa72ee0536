"""The order of messages that every provider takes, as one strict check."""

from __future__ import annotations

from collections.abc import Sequence

from nbchat.messages import Message


def check_messages(messages: Sequence[Message]) -> None:
    """Fails for messages that any provider would refuse because of their order.

    Questions and answers alternate, nothing is empty, and each call is answered once, right
    behind it and in order. The last message is a question, or the results of tools.
    """
    order = [message.role for message in messages if message.role != "system"]
    assert order, "nothing is sent"
    assert order[0] == "user"
    assert order[-1] in ("user", "tool"), f"nothing is asked: {order}"
    waiting: list[str] = []
    before = ""
    for message in messages:
        match message.role:
            case "tool":
                assert before in ("assistant", "tool"), f"a result behind {before}"
                assert waiting, "a result without a call"
                assert message.tool_call_id == waiting.pop(0), "results out of order"
                assert message.parts, "an empty result"
            case "assistant":
                assert before in ("user", "tool"), f"an answer behind {before}"
                assert not waiting, f"calls without results: {waiting}"
                assert message.text.strip() or message.tool_calls, "an empty answer"
                waiting = [call.id for call in message.tool_calls]
            case "user":
                assert before in ("", "assistant"), f"a question behind {before}"
                assert not waiting, f"calls without results: {waiting}"
                assert message.parts, "an empty question"
        before = message.role if message.role != "system" else before
    assert not waiting, f"calls without results: {waiting}"
