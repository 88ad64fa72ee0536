"""The errors for an answer that is none: it ended early, or is of another format."""

from __future__ import annotations

import re

from nbchat.engine.error_context import ErrorContext
from nbchat.errors import BadAnswer
from nbchat.network.failures import ASK_AGAIN
from nbchat.wording import OR_ANOTHER_MODEL


def is_waiting(sample: bytes) -> bool:
    """Whether a body has comments of an event stream alone, which keep a connection open."""
    lines = [line for line in sample.splitlines() if line.strip()]
    return bool(lines) and all(line.startswith(b":") for line in lines)


def early_end_error(name: str) -> BadAnswer:
    """The answer ended before it had begun."""
    what = "it ended the answer early"
    return no_answer_error(f"{name} sent no answer: {what}", what, retryable=True)


def no_answer_error(happened: str, what: str, *, retryable: bool) -> BadAnswer:
    """Nothing of an answer came; `what` was wrong with it."""
    error = BadAnswer(f"{happened}.\n{_what_to_do(what)}")
    error.retryable = retryable
    return error


def other_format_error(context: ErrorContext) -> BadAnswer:
    """Something came to its end that the wire format knows nothing of."""
    name, wire = context.route.provider.name, context.route.wire
    return BadAnswer(
        f"{name} at {context.base_url} sent nothing in the format {wire}.\n"
        f"Check the base URL, {OR_ANOTHER_MODEL}"
    )


def _what_to_do(what: str) -> str:
    """What helps where that was wrong with an answer."""
    limit = re.search(r"\((limits\.\w+)\)", what)
    if limit:
        return f"Allow more with {limit[1]} in nbchat.toml, {OR_ANOTHER_MODEL}"
    return ASK_AGAIN
