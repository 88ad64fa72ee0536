"""A conversation in which everything is hostile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nbchat.events import Answer, Stop
from nbchat.messages import File, Image, Message, Text, Thought, ToolCall
from nbchat.turns import Turn

BAD = "<img src=x onerror=alert(1)><script>alert(1)</script> [x](javascript:alert(1)) ![y](https://evil.example/q)"


@dataclass
class Talk:
    """As much of a conversation as is shown."""

    turns: list[Turn]
    title: str = BAD
    name: str = "hostile"
    system: str | None = None


def hostile() -> Any:
    """A conversation in which everything is hostile."""
    answer = Answer(model=BAD, notices=[BAD])
    for event in (Thought(BAD), Text(BAD), ToolCall("1", BAD, {"a": BAD}), Stop("broken", BAD)):
        answer.add(event)
    parts = [BAD, f"\n\n{BAD}", Image(b"GIF89a", "image/gif"), File(b"", "application/pdf", BAD)]
    turn = Turn(Message("user", parts), answer, inserted=(BAD,))
    return Talk([turn])


def tags(html: str) -> set[str]:
    return set(re.findall(r"<([a-z]\w*)", html))
