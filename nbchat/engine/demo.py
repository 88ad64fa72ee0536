"""The embedded model: a demonstration that answers in process, so a first chat needs no key.

It speaks the openai-chat wire format byte for byte, so that all of nbchat runs as
it would with a provider. It is a script, not a model: the same question always
gets the same answer, and it says so.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

HOST = "demo.invalid"  # RFC 2606: a name that can never be a real host

INTRODUCTION = """\
Hello! I am **demo**, the small script inside nbchat that answers when no provider is set up. \
I am not a language model: I know a few tricks and show how an answer looks here.

Ask me for a *table*, some *code*, a *formula*, *headings* or some *thinking*, or ask: \
*what did I just ask?* For real answers set a key, such as `KIMI_API_KEY`, and name a model: `%%chat kimi-k2.6`."""

HEADINGS = """\
### A heading

Text under it, with a list:

1. first this,
2. then that, with `code` in a line."""

TABLE = """\
| feature | mean | spread |
|---|---:|---:|
| petal length | 3.76 | 1.77 |
| petal width | 1.20 | 0.76 |
| sepal length | 5.84 | 0.83 |"""

CODE = """\
```python
def mean(values: list[float]) -> float:
    return sum(values) / len(values)

print(mean([1.0, 2.0, 4.5]))  # 2.5
```"""

MATHS = r"""The mean is $\bar{x} = \frac{1}{n}\sum_{i=1}^{n} x_i$, and the spread around it

$$s = \sqrt{\frac{1}{n-1}\sum_{i=1}^{n}(x_i - \bar{x})^2}$$"""

THOUGHT = "The question asks to see thinking. A demonstration has none of its own, so it shows where thinking goes."

TRICKS = (
    (("heading", "markdown", "everything"), "Headings and lists look like this:", HEADINGS),
    (("table", "everything"), "Here is a table, with made-up numbers:", TABLE),
    (("code", "python", "function", "everything"), "Here is some code:", CODE),
    (("math", "formula", "equation", "everything"), "Here is some mathematics.", MATHS),
)


@dataclass(slots=True)
class Demo:
    """A service without a network; `pace` is the seconds between two pieces of an answer."""

    pace: float = 0.02

    async def __call__(self, body: bytes) -> AsyncIterator[bytes]:
        request = json.loads(body)
        text = reply([m for m in request["messages"] if m["role"] == "user"])
        thinks = (request.get("thinking") or {}).get("type") == "enabled" or "thinking" in _words(
            request["messages"][-1]
        )
        thought = THOUGHT if thinks else ""
        yield _event({"role": "assistant", "content": ""})
        for name, words in (("reasoning_content", thought), ("content", text)):
            for piece in re.findall(r"\S+\s*|\s+", words):
                if self.pace:
                    await asyncio.sleep(self.pace)
                yield _event({name: piece})
        yield _event({}, finish="stop")
        asked = sum(len(_text(m)) for m in request["messages"])
        yield _data({"choices": [], "usage": _usage(asked, len(text) + len(thought), len(thought))})
        yield b"data: [DONE]\n\n"


def reply(questions: list[dict[str, Any]]) -> str:
    """The answer to the last of these user messages.

    >>> reply([{"role": "user", "content": "Hi"}, {"role": "user", "content": "What did I just ask?"}])
    'Just before this you asked: "Hi"'
    """
    if not questions:  # a tool's result alone, say
        return INTRODUCTION
    words = _words(questions[-1])
    if "what did i" in words and "ask" in words:
        if len(questions) < 2:
            return "This is the first question of our conversation."
        return f'Just before this you asked: "{_text(questions[-2])}"'
    shown = [f"{intro}\n\n{example}" for names, intro, example in TRICKS if any(name in words for name in names)]
    return "\n\n".join(shown) or INTRODUCTION


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _words(message: dict[str, Any]) -> str:
    return _text(message).lower()


def _usage(asked: int, said: int, thought: int) -> dict[str, Any]:
    """Counted as four characters a token, which is what a rule of thumb says of English."""
    return {
        "prompt_tokens": asked // 4 + 1,
        "completion_tokens": said // 4 + 1,
        "total_tokens": asked // 4 + said // 4 + 2,
        "completion_tokens_details": {"reasoning_tokens": thought // 4},
    }


def _event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    return _data({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _data(value: dict[str, Any]) -> bytes:
    head = {"id": "demo", "object": "chat.completion.chunk", "created": 0, "model": "demo"}
    return b"data: " + json.dumps({**head, **value}, ensure_ascii=False).encode() + b"\n\n"
