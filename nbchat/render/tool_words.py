"""A tool's call and its result in plain words, wherever they are shown.

Names, arguments and results are hostile, as an answer's words are. What leaves here holds no
control character, no key, and no character that nobody sees. It is not HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nbchat import known_keys
from nbchat.languages.live import said
from nbchat.messages import INTERRUPTED, NOT_RUN, PROPOSE_PLAN, File, Image
from nbchat.picture_words import picture_words
from nbchat.render.characters import readable, undisguised_name, unmasked
from nbchat.render.ran_calls import (
    CODE,
    as_it_ran,
    is_edited,
    numbered_code,
    plan_steps,
    purpose,
    without_edit,
)
from nbchat.terminal_codes import ESCAPES
from nbchat.wording import plural, shorten

if TYPE_CHECKING:
    from nbchat.messages import ToolCall, ToolResult

LONGEST_NAME = 200  # characters
LONGEST_GIST = 72  # characters
LONGEST_CALL = 10_000  # characters of code, or of other arguments, that are shown
LONGEST_RESULT = 20_000  # characters of a result that are shown
MOST_FIGURES = 20  # of one result that are shown; the others are told in words

_IMPORT = re.compile(r"(?:import|from)\s+[\w.]+(?:\s+import\s+[\w., *]+|\s+as\s+\w+|,[\w., ]+)?")


def name_of(call: ToolCall) -> str:
    """The name of a tool on one line."""
    name = one_line(call.name[: 4 * LONGEST_NAME])
    return shorten(name, LONGEST_NAME) or said("without a name")


def code_of(call: ToolCall) -> str:
    """The Python in a call, as the model wrote it; empty where there is none."""
    code = (call.arguments or {}).get(CODE)
    return code if isinstance(code, str) else ""


def gist(call: ToolCall) -> str:
    """A call in a few words: the first line of its code that says something, or its arguments.

    >>> from nbchat.messages import ToolCall
    >>> gist(ToolCall("1", "run", {"code": "# now\\nimport pandas as pd\\ndf.mean()"}))
    'df.mean()'
    >>> gist(ToolCall("2", "weather", {"city": "Lisbon", "days": 3}))
    'city="Lisbon", days=3'
    >>> gist(ToolCall("3", "look", {"what": "df"}))
    'df'
    """
    code = code_of(call)
    if steps := plan_steps(call):
        words = f"{said(plural(len(steps), 'step'))}: {'; '.join(map(purpose, steps))}"
    elif code.strip():
        words = _first_line(code)
    else:
        words = _arguments_on_one_line(call)
    return shorten(words_of_code(words[: 4 * LONGEST_GIST]), LONGEST_GIST)


def is_told_by_gist(call: ToolCall) -> bool:
    """Whether the gist of a call is all of it."""
    if code_of(call) or call.arguments is None or plan_steps(call):
        return False
    return len(words_of_code(_arguments_on_one_line(call))) <= LONGEST_GIST


def _arguments_on_one_line(call: ToolCall) -> str:
    """`city="Lisbon", days=3`; of one text alone, the text."""
    if call.arguments is None:
        return call.raw
    values = [*call.arguments.values()]
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return ", ".join(_argument(name, value) for name, value in call.arguments.items())


def _first_line(code: str) -> str:
    """The first line of code, but for imports and comments where there is anything else."""
    lines = [line.strip() for line in code[:LONGEST_CALL].splitlines()]
    said = [line for line in lines if line and not line.startswith("#")]
    acting = [line for line in said if not _IMPORT.fullmatch(line)]
    return [*acting, *said, *filter(None, lines), ""][0]


def _argument(name: str, value: object) -> str:
    try:
        words = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):  # made by hand, or nested without end
        words = "…"
    return f"{name}={shorten(words, LONGEST_GIST)}"


def outcome(result: ToolResult) -> str:
    """How a call came to its end, in a word or two; empty where it did what was asked.

    >>> from nbchat.messages import ToolResult
    >>> outcome(ToolResult("1", "run", "refused by the user: not now", error=True))
    'refused'
    """
    marks = ["edited"] if is_edited(result) else []
    if result.error:
        marks.append(_failure(result_text(without_edit(result))))
    elif result.name == PROPOSE_PLAN:
        marks.append("agreed")
    return ", ".join(map(said, marks))


def _failure(words: str) -> str:
    for beginning, mark in (("refused", "refused"), (NOT_RUN, NOT_RUN), (INTERRUPTED, "stopped")):
        if words.startswith(beginning):
            return mark
    return "failed"


def call_line(call: ToolCall, result: ToolResult | None = None, *, mark: str = "") -> str:
    """A call on one line, for places that show text alone.

    >>> from nbchat.messages import ToolCall
    >>> call_line(ToolCall("1", "run", {"code": "1 / 0"}), mark="failed")
    '[run, failed: 1 / 0]'
    """
    if result:
        mark = mark or outcome(result)
        call, result = as_it_ran(call, result)
    head = ", ".join(filter(None, [name_of(call), mark]))
    words = gist(call)
    return f"[{head}: {words}]" if words else f"[{head}]"


def call_words(call: ToolCall, result: ToolResult) -> str:
    """The same, with the figures of its result as lines below it."""
    return "\n".join([call_line(call, result), *map(said, map(picture_words, figures(result)))])


# --- in full -------------------------------------------------------------------------------------


def shown_code(call: ToolCall) -> tuple[str, str]:
    """What was called, in full and bounded, and the language that it is written in.

    Where there is code, what is besides it stands in a comment above.
    """
    code = code_of(call)
    if steps := plan_steps(call):
        return shown(numbered_code(steps), LONGEST_CALL), "python"
    if not code:
        return shown(arguments_text(call), LONGEST_CALL), "json"
    others = {name: value for name, value in (call.arguments or {}).items() if name != CODE}
    remarks = "".join(f"# {one_line(_argument(*each))}\n" for each in others.items())
    return remarks + shown(code, LONGEST_CALL), "python"


def arguments_text(call: ToolCall) -> str:
    """The arguments as JSON; as they came, where they are none."""
    if call.arguments is None:
        return call.raw
    try:
        return json.dumps(call.arguments, indent=2, ensure_ascii=False) if call.arguments else ""
    except (TypeError, ValueError, RecursionError):  # made by hand, or nested without end
        return call.raw


def result_text(result: ToolResult) -> str:
    """The words of a result, bounded; a file in it by its name."""
    words = [_words_of(part) for part in _parts(result) if not isinstance(part, Image)]
    return shown("\n".join(words), LONGEST_RESULT).strip("\n")


def figures(result: ToolResult) -> list[Image]:
    """The pictures in a result."""
    return [part for part in _parts(result) if isinstance(part, Image)]


def _parts(result: ToolResult) -> Iterator[str | Image | File]:
    if isinstance(result.content, str):
        yield result.content
    else:
        yield from result.content


def _words_of(part: str | File) -> str:
    return part if isinstance(part, str) else f"[{part.name}, {part.media_type}]"


def shown(text: str, longest: int) -> str:
    """A text as it can be shown: its beginning and its end where it is long."""
    left_out = len(text) - longest
    if left_out > 0:
        half = longest // 2
        gap = said(f"… {left_out:,} characters left out …")
        text = f"{text[:half]}\n{gap}\n{text[-half:]}"
    return unmasked(readable(ESCAPES.sub("", known_keys.hide_cut(text))))


def words_of_code(words: str) -> str:
    """Code on one line, with all of it written out that nobody sees."""
    return unmasked(_unbroken(words))


def one_line(words: str) -> str:
    """Words on one line, in which nothing is hidden and nothing turns others around."""
    return undisguised_name(_unbroken(words))


def _unbroken(words: str) -> str:
    return " ".join(readable(ESCAPES.sub("", known_keys.hide_cut(words))).split())
