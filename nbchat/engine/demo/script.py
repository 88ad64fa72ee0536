"""What the demo says: a few shows, answers about nbchat, and the count of a table it is sent.

The same question always gets the same answer. Nothing here knows how it travels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbchat.engine.demo.about_sent import about_sent, has_table
from nbchat.engine.demo.counting import count_table
from nbchat.engine.demo.next_cell import next_cell
from nbchat.engine.demo.repairs import repair
from nbchat.engine.demo.sent import Sent, read_sent
from nbchat.engine.demo.verdicts import verdict

INTRODUCTION = """\
Hello! I am **demo**, the small script inside nbchat that answers when no provider is set up. \
I am not a language model: I know a few tricks and show how an answer looks here.

- Ask me for a *table*, some *code*, a *formula*, *headings* or some *thinking*.
- Ask about *keys*, *models*, *data*, *tools*, the *panel* or the *history*; \
or *what did I just ask?*
- Send me a table, as in `{df}`, and I count its columns.
- Let me act with `%%chat demo --tools look,run`, and ask what I can do with `df`.

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
A notebook variable goes into a question by its name in braces: `{df}`. A small table goes whole, \
a large one as a line for each column and its first rows, a figure as an image, \
and the line below the answer says what was sent. `{df:20}` sends 20 rows, `{df:all}` all of them, \
`{df:schema}` names and types alone. \
Send me one, and I say what I saw of it."""

TOOLS = """\
With tools a model can act in this notebook's own kernel. \
Name them on the line: `--tools look,run`, and functions of your own by their names. \
`%chat tools` lists them.

| tool | what it does |
|---|---|
| `look` | shows a model variables, cells and files; it changes nothing, and never asks |
| `run` | runs Python here, and asks you each time |
| a function of yours | runs when a model calls it: naming it is your consent |

Try it: `%%chat demo --tools look,run`, and below it "Show me what you can do with df"."""

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
    ({"tool", "tools"}, TOOLS),
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
    if said := repair(question) or next_cell(question):
        return said
    sent = read_sent(question)
    text = sent.typed.lower()
    if "what did i" in text and "ask" in text:
        if not earlier:
            return "This is the first question of our conversation."
        return f'Just before this you asked: "{read_sent(earlier[-1]).typed}"'
    if sent.is_more_than_words and (has_table(sent) or not _is_all_text(sent)):
        return about_sent(question)
    if counts := count_table(question):
        return counts
    if short := verdict(question):
        return short
    if parts := _tricks_for(text) or _topics_for(text):
        return "\n\n".join(parts)
    if said := about_sent(question):
        return said
    if images:
        what = "An image" if images == 1 else f"{images} images"
        return f"{what} came with the question. {BLIND}"
    return INTRODUCTION


def _is_all_text(sent: Sent) -> bool:
    """Whether nothing but texts went along: a report, say, below a question of any kind."""
    others = sent.unchanged or sent.cells or sent.error
    return not others and all(value.kind.startswith("str") for value in sent.values)


def _tricks_for(text: str) -> list[str]:
    parts = []
    for names, intro, example in TRICKS:
        if any(name in text for name in names):
            parts.append(f"{intro}\n\n{example}")
    return parts


def _topics_for(text: str) -> list[str]:
    words = set(re.findall(r"\w+", text))
    return [answer for names, answer in TOPICS if names & words]
