"""The demo proposes a next cell: a look at a table or at numbers that the notebook has.

It goes by the variables and the cells that it is told of, as any model does.
"""

from __future__ import annotations

import re

ASKED = "Propose the next cell of this notebook"
NOTHING = "I am a script: I propose a look at a table or at numbers, and see none that is not done."

_VARIABLE = re.compile(r"^- `(?P<name>[^\W\d]\w*)`: (?P<what>.+)$", re.M)
_STEPS = (  # for a variable of which this is told
    (re.compile(r"DataFrame, [\d,]+ × [\d,]+"), ("{}.head()", "{}.describe()")),
    (re.compile(r"Series, [\d,]+ rows?"), ("{}.head()", "{}.describe()")),
    (re.compile(r"ndarray, [^()]*, (?:int|uint|float)\d+"), ("{}.mean()", "{}.std()")),
    (re.compile(r"(?:list|tuple), [\d,]+ items? \((?:int|float)\)"), ("sum({0}) / len({0})",)),
)


def next_cell(question: str) -> str:
    """The answer to a request for the next cell; empty for any other question.

    >>> print(next_cell(f"Variables:\\n- `df`: DataFrame, 150 × 3 (day str)\\n\\n{ASKED}."))
    ```python
    df.head()
    ```
    """
    if ASKED not in question:
        return ""
    variables = [(match["name"], match["what"]) for match in _VARIABLE.finditer(question)]
    for kind, steps in _STEPS:
        for name, what in variables:
            for step in steps:
                code = step.format(name)
                if kind.match(what) and code not in question:
                    return f"```python\n{code}\n```"
    return NOTHING
