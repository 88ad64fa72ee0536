"""Questions whose tools need consent, asked in a conversation as a cell or a panel asks them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

import nbchat
from nbchat import runtime
from nbchat.tools.tool import FunctionTool


@dataclass
class Ran:
    """A tool that takes Python, always asks, and only writes down what it was given."""

    codes: list[str] = field(default_factory=list)

    @property
    def tool(self) -> FunctionTool:
        def run(code: str) -> str:
            "Run Python."
            self.codes.append(code)
            return f"ran {code}"

        return replace(nbchat.tool(approve=True)(run), code="code")


def ask(tools: Sequence[Any], question: str = "Go on", name: str = "main") -> Future[None]:
    """Ask, and return at once."""

    async def read() -> None:
        async with nbchat.chat(name).open(question, tools=tools) as stream:
            async for _ in stream.batches():
                pass

    return runtime.current().thread.submit(read())
