"""What a type checker says of lines that people write. It is checked by `mypy`, and never run.

A line that is wrong has an `ignore`, which mypy reports where the line is taken.
"""

from __future__ import annotations

from typing import assert_type

import nbchat


def an_answer_reads_like_its_text(answer: nbchat.Answer) -> None:
    assert_type(answer.upper(), str)
    assert_type(answer.split(","), list[str])
    assert_type(answer.encode(), bytes)
    assert_type(answer.startswith("Hi"), bool)
    assert_type(answer.format(n=1), str)
    assert_type(answer[:3], str)
    assert_type(answer + "!", str)
    assert_type("> " + answer, str)
    assert_type(answer + answer, str)
    assert_type(len(answer), int)
    assert_type("Hi" in answer, bool)
    assert_type(answer == "Hi", bool)
    assert_type(answer < "Hi", bool)
    assert_type(2 * answer, str)


def it_is_no_text(answer: nbchat.Answer) -> None:
    answer.uper()  # type: ignore[attr-defined]
    answer.split(3)  # type: ignore[arg-type]
    list(answer)  # type: ignore[call-overload]
    text: str = answer  # type: ignore[assignment]
    assert text


@nbchat.tool
def add(a: int, b: int = 1) -> int:
    """Add two numbers."""
    return a + b


@nbchat.tool(approve=True, name="write")
async def save(text: str) -> bool:
    """Save a text."""
    return bool(text)


async def a_tool_is_called_as_its_function_is() -> None:
    assert_type(add(1, b=2), int)
    assert_type(await save("Hi"), bool)
    assert_type(add.name, str)
    add("1")  # type: ignore[arg-type]
    nbchat.ask("demo", "Hi", tools=[add, save, len, nbchat.tools.look], approve=lambda call: "no")
