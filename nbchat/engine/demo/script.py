"""What the demo says: a few shows, answers about nbchat, and the count of a table it is sent.

The same question always gets the same answer. Nothing here knows how it travels.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from statistics import fmean, stdev

from nbchat.engine.demo.repairs import repair

INTRODUCTION = """\
Hello! I am **demo**, the small script inside nbchat that answers when no provider is set up. \
I am not a language model: I know a few tricks and show how an answer looks here.

- Ask me for a *table*, some *code*, a *formula*, *headings* or some *thinking*.
- Ask about *keys*, *models*, *data*, the *panel* or the *history*; or *what did I just ask?*
- Send me a table, as in `{df}`, and I count its columns.

For real answers set a key, such as `KIMI_API_KEY`, and name a model: `%%chat kimi-k2.6`."""

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

THOUGHT = (
    "The question asks to see thinking. A demonstration has none of its own, "
    "so it shows where thinking goes."
)

TRICKS = (  # shown where one of these is in the question, also inside a word
    (("heading", "markdown", "everything"), "Headings and lists look like this:", HEADINGS),
    (("table", "everything"), "Here is a table, with made-up numbers:", TABLE),
    (("code", "python", "function", "everything"), "Here is some code:", CODE),
    (("math", "formula", "equation", "everything"), "Here is some mathematics.", MATHS),
)

KEYS = """\
Keys come from the environment, never from a cell's first line. \
In a cell, without leaving it in the notebook:

```python
import os, getpass
os.environ["KIMI_API_KEY"] = getpass.getpass()
```

or in the shell that starts Jupyter: `export KIMI_API_KEY=…`. Then `%%chat kimi-k2.6` answers. \
`%chat models` lists the models that your keys open, `%chat models all` every one."""

MODELS = """\
`%chat models` lists those you can ask now, `%chat models all` every one, `%chat models kimi` some.

| in a cell | who answers |
|---|---|
| `%%chat kimi-k2.6` | a model of the table |
| `%%chat openrouter:moonshotai/kimi-k3.1-pro` | any model of a provider |
| `%%chat ollama:qwen3` | a server on this machine, without a key |
| `%%chat` | the model that answered last |"""

DATA = """\
A notebook variable goes into a question by its name in braces: `{df}`. A DataFrame goes as CSV, \
of a long one the first 200 rows, a figure as an image, \
and the line below the answer says what was sent. \
Send me one, and I count its columns."""

PANEL = """\
`%chat panel` opens this conversation as a panel. \
What is asked there is known here, and the other way round; \
`@` in it attaches a variable, and code from an answer goes into a new cell."""

HISTORY = """\
Every question is asked with the ones before it.

| command | what it does |
|---|---|
| `%chat history` | shows the conversation so far |
| `%chat undo`, `%chat redo` | takes the last question back, and back again |
| `%chat reset` | starts over |
| `%%chat --fresh` | asks without the history, once |
| `%chat resume` | goes on after a restart of the kernel |

Running a cell again asks its question again, in its old place."""

BLIND = "I am a script and cannot look; a model that reads images can, such as `%%chat kimi-k2.6`."

TOPICS = (  # answered where one of these is a word of the question
    ({"key", "keys"}, KEYS),
    ({"model", "models", "provider", "providers"}, MODELS),
    ({"data", "dataframe", "dataframes", "csv", "variable", "variables"}, DATA),
    ({"panel"}, PANEL),
    ({"history", "undo", "forget"}, HISTORY),
)


def reply(questions: Sequence[str], images: int = 0) -> str:
    """The answer to the last of these questions, with which so many images came.

    >>> reply(["Hi", "What did I just ask?"])
    'Just before this you asked: "Hi"'
    """
    if not questions:  # a tool's result alone, say
        return INTRODUCTION
    *earlier, question = questions
    if mended := repair(question):
        return mended
    text = question.lower()
    if "what did i" in text and "ask" in text:
        if not earlier:
            return "This is the first question of our conversation."
        return f'Just before this you asked: "{earlier[-1]}"'
    if counts := _count_columns(question):
        return counts
    if parts := _tricks_for(text) or _topics_for(text):
        return "\n\n".join(parts)
    if images:
        what = "An image" if images == 1 else f"{images} images"
        return f"{what} came with the question. {BLIND}"
    return INTRODUCTION


def _tricks_for(text: str) -> list[str]:
    parts = []
    for names, intro, example in TRICKS:
        if any(name in text for name in names):
            parts.append(f"{intro}\n\n{example}")
    return parts


def _topics_for(text: str) -> list[str]:
    words = set(re.findall(r"\w+", text))
    return [answer for names, answer in TOPICS if names & words]


def _count_columns(question: str) -> str:
    """The columns of a CSV table in the question; empty where there is none with numbers."""
    head, rows = _find_table(question)
    columns = {}
    for name, *cells in zip(head, *rows, strict=True):
        values = _numbers(cells)
        if name and values:
            columns[name] = values
    if not columns:
        return ""
    lines = "\n".join(_count_line(name, values) for name, values in columns.items())
    ratios = {name: stdev(v) / (abs(fmean(v)) or 1) for name, v in columns.items()}
    widest = max(ratios, key=ratios.__getitem__)
    return f"""\
A table of {len(rows):,} rows and {len(list(filter(None, head)))} columns. \
I am a script and have no opinion of it, but I can count:

| column | least | mean | most | spread |
|---|---:|---:|---:|---:|
{lines}

**{widest}** varies most around its mean: $s / \\bar{{x}} = {ratios[widest]:.2g}$. In pandas:

```python
(df.std(numeric_only=True) / df.mean(numeric_only=True)).idxmax()
```"""


def _count_line(name: str, values: list[float]) -> str:
    figures = (min(values), fmean(values), max(values), stdev(values))
    return f"| {name.replace('|', ' ')} | {' | '.join(map(_short, figures))} |"


def _find_table(question: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the longest run of lines with as many commas; empty without one."""
    lines = [line for line in question.splitlines() if not line.startswith("…")]
    longest: list[list[str]] = []
    with suppress(csv.Error):
        for width, run in groupby(csv.reader(lines), len):
            table = list(run)
            if width > 1 and len(table) > max(2, len(longest)):
                longest = table
    return (longest[0], longest[1:]) if longest else ([], [])


def _numbers(cells: Sequence[str]) -> list[float]:
    """The cells that are filled, if all of them are ordinary numbers and they are more than one."""
    try:
        values = [float(cell) for cell in cells if cell]
    except ValueError:
        return []
    ordinary = all(abs(value) < 1e15 for value in values)  # NaN is not
    return values if ordinary and len(values) > 1 else []


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
