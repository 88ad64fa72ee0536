"""An answer for which tools have been run: one that looks, fails, draws, is refused, says much."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from nbchat.events import Answer, Event, Stop
from nbchat.messages import Content, Image, Text, Thought, ToolCall, ToolResult

from ..pictures import png

FRAME = """\
df: DataFrame, 150 × 5
  sepal length (cm)   float64   4.3 … 7.9
  petal length (cm)   float64   1.0 … 6.9
  species             category  setosa, versicolor, virginica"""
PLOT = """\
import seaborn as sns

# one dot for each flower
sns.stripplot(df, x="petal length (cm)", y="species", alpha=0.5)"""
WRITE = 'df[df["petal length (cm)"] < 2.45].to_csv("setosa.csv", index=False, encoding="utf-8")'
ROWS = "\n".join(f"{row:>3}  {row * 0.37:8.2f}  setosa" for row in range(150))


_NUMBERS = count(1)


def answer_of(*events: Event, model: str = "kimi-k2-thinking") -> Answer:
    answer = Answer(model=model, provider="kimi")
    for event in (*events, Stop("end")):
        answer.add(event)
    return answer


def ran(
    name: str, arguments: dict[str, Any], content: Content, *, error: bool = False
) -> tuple[ToolCall, ToolResult]:
    """A call with its result."""
    call = ToolCall(f"call_{next(_NUMBERS)}", name, arguments, json.dumps(arguments))
    return call, ToolResult(call.id, name, content, error, seconds=1.5)


def acted() -> Answer:
    """All of it, in the order in which it came."""
    return answer_of(
        Thought("Five columns, I think."),
        Text("I look at the data first."),
        *ran("look", {"what": "df"}, FRAME),
        Thought("Petal length it is."),
        Text("**Petal length** is the candidate:"),
        *ran("run", {"code": 'df["petal_length"].mean()'}, "KeyError: 'petal_length'", error=True),
        *ran("run", {"code": PLOT}, ["<Axes: ylabel='species'>", Image(png(600, 300))]),
        Text("One threshold isolates *setosa*. I would like to write it to a file:"),
        *ran("run", {"code": WRITE}, "refused by the user: not now", error=True),
        *ran("run", {"code": "print(df.to_string())"}, ROWS),
        *ran("weather", {"city": "Lisbon", "days": 3}, "sunny, 24 °C"),
        Text("Nothing was written."),
    )
