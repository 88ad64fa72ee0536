"""A small notebook with its tools `look` and `run`, in which the demo acts through the rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

import nbchat
from nbchat.context.question import compose
from nbchat.conversation.rounds import Rounds
from nbchat.engine.engine import Engine
from nbchat.events import Answer
from nbchat.messages import ToolResult
from nbchat.settings import Settings
from nbchat.tools.consent import ConsentQuestion, Decision
from nbchat.tools.running import Job, Outcome
from nbchat.tools.tool import FunctionTool
from nbchat.tools.workplace import set_workplace

from ...context.paper_notebook import PaperNotebook

SALES = pd.DataFrame(
    {
        "stand": ["park", "harbour", "station"] * 50,
        "cones": [*range(150)],
        "day": pd.date_range("2026-05-01", periods=150),
    }
)


@dataclass
class Person:
    """Who is asked: says what `decide` says, and remembers the code that was to run."""

    decide: Callable[[ConsentQuestion], Decision] = lambda _: Decision(True)
    asked: list[str] = field(default_factory=list)

    async def perform(self, job: Job) -> Outcome:
        return job.perform()

    async def ask(self, question: ConsentQuestion) -> None:
        question.take()
        self.asked.append(str(question.arguments.get("code", question.call.name)))
        question.answer(self.decide(question), by="the cell")


def tools_of(variables: Mapping[str, Any]) -> list[FunctionTool]:
    """`look` and `run` for these variables."""
    notebook = PaperNotebook()
    notebook.variables |= variables

    def look(name: str = "") -> str:
        """Show a variable; without a name, all of them."""
        if not name:
            return "\n".join(f"{n}: {type(v).__name__}" for n, v in notebook.others().items())
        if name not in notebook.variables:
            return f"not run: there is no variable {name!r}."
        return "".join(map(str, compose(f"{{{name}}}", notebook).content)).partition("\n\n")[2]

    @nbchat.tool(approve=True)
    def run(code: str) -> str:
        """Run a line of Python."""
        return str(eval(code, notebook.variables))

    return [nbchat.tool(look), run]


async def act(
    question: str, tools: Sequence[Any], person: Person | None = None, **options: Any
) -> Answer:
    """The demo's answer to a question with these tools."""
    if person:
        set_workplace(person)
    engine = Engine()
    engine.demo.pace = 0
    async with Rounds(lambda: engine, Settings.load).stream(
        "demo", question, tools=tools, **options
    ) as stream:
        async for _ in stream:
            pass
    return stream.result


def called(answer: Answer) -> list[tuple[str, dict[str, Any]]]:
    """Its calls, in order: the tool and the arguments."""
    return [(call.name, dict(call.arguments or {})) for call in answer.tool_calls]


def results(answer: Answer) -> list[str]:
    """What its tools gave back, as words."""
    return [str(part.content) for part in answer.parts if isinstance(part, ToolResult)]


def last_words(answer: Answer) -> str:
    """What it says behind its last result."""
    return str(getattr(answer.parts[-1], "text", ""))
