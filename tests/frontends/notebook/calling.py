"""A model that calls tools, in the format of OpenAI, and a person who answers input boxes."""

from __future__ import annotations

import queue
import time
from collections.abc import Mapping
from itertools import count
from typing import Any

from ...fakes.calls import tool_calls
from ...fakes.provider import sse
from ...running_kernel import DEADLINE, Ran, RunningKernel

IDS = count()
# A tool as `run` is one, and a function that needs nobody.
TOOLS = """
import dataclasses, nbchat

def execute(code: str) -> str:
    "Run Python."
    exec(code, globals())
    return f"ran {code}"

act = dataclasses.replace(nbchat.tool(approve=True, name="act")(execute), code="code")

def add(a: int, b: int) -> int:
    "Add two numbers."
    return a + b
"""


def calls(*called: tuple[str, Mapping[str, Any]], words: str = "") -> bytes:
    """An answer that calls these tools, by their names and arguments."""
    deltas = tool_calls(called, (f"call_{number}" for number in IDS))
    choice = {
        "index": 0,
        "delta": {"content": words, "tool_calls": deltas},
        "finish_reason": "tool_calls",
    }
    return sse({"choices": [choice]})


def answer_boxes(kernel: RunningKernel, started: str, *replies: str) -> tuple[Ran, list[str]]:
    """What came of a started cell whose input boxes are answered so; and what each box said."""
    prompts = [reply_to_next(kernel, reply) for reply in replies]
    return kernel.finish(started), prompts


def next_box(kernel: RunningKernel) -> str:
    """Wait for an input box; what stands before it."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        try:
            message = kernel.client.get_stdin_msg(timeout=1)
        except queue.Empty:
            continue
        if message["header"]["msg_type"] == "input_request":
            return str(message["content"]["prompt"])
    raise AssertionError("no input box came")


def reply_to_next(kernel: RunningKernel, reply: str) -> str:
    """Answer the next input box; what stood before it."""
    prompt = next_box(kernel)
    kernel.client.input(reply)
    return prompt
