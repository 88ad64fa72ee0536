"""The calls of an answer while it streams: asked about, running, and done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nbchat.context.cells import Output
from nbchat.frontends.asked_about import asked_about
from nbchat.languages import translated
from nbchat.languages.live import live
from nbchat.messages import ToolCall, ToolResult
from nbchat.render.tool_calls import FIRST_LINES, call_html, running_html
from nbchat.render.would_run import would_run_html
from nbchat.tools.consent import ConsentQuestion
from nbchat.tools.running import Job
from nbchat.wording import plural, shorten

LONGEST_LINE = 160  # characters of a line of what a tool prints
WAITS = "waits for your answer below"
PLAN_WAITS = "may run, exactly as they stand here? Waits for your answer below"


@dataclass(slots=True, eq=False)
class GrowingCall:
    """One call, from the model's wish to its result. Times are seconds of one clock."""

    call: ToolCall
    result: ToolResult | None = None
    question: ConsentQuestion | None = None
    job: Job | None = None
    started: float = 0.0
    outputs: Sequence[Output] = field(default_factory=tuple)

    @live()
    def html(self, now: float) -> str:
        """As it stands now."""
        if self.result is not None:
            return call_html(self.call, self.result)
        if self.question is not None:
            return question_html(self.question)
        if self.job is None:
            return running_html(self.call)
        # A person may have edited what it runs with.
        running = replace(self.call, arguments=dict(self.job.arguments))
        output = first_lines(self.outputs)
        return running_html(running, output, status=f"{now - self.started:.0f} s")


def question_html(question: ConsentQuestion) -> str:
    """What would run, above the input box; a panel in the same page finds that box by the id."""
    return would_run_html(asked_about(question), waits(question), question.id)


def waits(question: ConsentQuestion) -> str:
    """What is said beside it."""
    return PLAN_WAITS if question.steps else WAITS


def first_lines(outputs: Sequence[Output]) -> str:
    """The beginning of what a tool has printed and displayed, and how much more there is."""
    lines: list[str] = []
    more = 0
    for output in outputs:
        for line in output.text.rstrip("\n").split("\n"):
            if len(lines) < FIRST_LINES:
                lines.append(shorten(line, LONGEST_LINE))
            else:
                more += 1
    if more:
        lines.append(f"… {translated(plural(more, 'more line'))}")
    return "\n".join(lines)
