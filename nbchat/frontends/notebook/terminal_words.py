"""What a terminal says below an answer, and of each of its calls, in words."""

from __future__ import annotations

import json

from nbchat.context.cells import Output
from nbchat.frontends.footer import told_footer
from nbchat.frontends.notebook.growing_calls import first_lines
from nbchat.languages import translated
from nbchat.languages.live import live
from nbchat.messages import ToolCall, ToolResult
from nbchat.render.answer_body import has_results
from nbchat.render.page import ending_text
from nbchat.render.ran_calls import as_it_ran
from nbchat.render.sources import numbered, source_lines
from nbchat.render.terminal.clean import clean_words
from nbchat.render.tool_words import call_words, result_text
from nbchat.turns import Turn


@live()
def result_words(call: ToolCall, result: ToolResult) -> str:
    """A call that has its result: a line, and the first lines of what came of it."""
    _, came = as_it_ran(call, result)
    text = first_lines([Output("stdout", result_text(came))]) if result_text(came) else ""
    return "\n".join(filter(None, [call_words(call, result), text]))


@live()
def last_lines(turn: Turn) -> list[str]:
    """What there is to say below an answer: its sources, tools that nobody ran, its footer.

    And why it is not whole. All sources are one piece, a line each.
    """
    answer = turn.answer
    sources = [_on_one_line(line) for line in source_lines(numbered(answer.sources))]
    lines = []
    for call in [] if has_results(answer) else answer.tool_calls:
        arguments = call.raw or json.dumps(call.arguments)
        lines.append(translated(f"asked for tool {call.name}({arguments}); not run"))
    # What broke off or was stopped is told by the error that follows.
    ending = ending_text(answer.stop, len(answer.text))
    if ending and answer.stop.reason not in ("broken", "interrupted"):
        lines.append(translated(ending))
    lines.append(" · ".join(told_footer(turn)))
    below = ["\n".join(sources), *map(_on_one_line, lines)]
    return [line for line in below if line]


def _on_one_line(words: str) -> str:
    return clean_words(words.replace("\n", " "))
