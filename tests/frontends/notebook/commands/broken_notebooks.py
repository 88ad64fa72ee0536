"""Forty small notebooks that fail, and what has to be told of each to who should mend it."""

from __future__ import annotations

from dataclasses import dataclass

PANDAS = "import pandas as pd\ndf = pd.DataFrame({'price': [1.5, 2.5, 3.0], 'city': list('abc')})"
NUMPY = "import numpy as np\na = np.zeros((3, 4))\nb = np.ones(5, dtype='int32')"


@dataclass(frozen=True)
class Broken:
    """`cells` as they stand in the file; those of `ran` ran, in that order; the last one failed."""

    name: str
    cells: tuple[str, ...]
    line: str  # that failed
    error: str
    told: tuple[str, ...] = ()  # names that are missing, shapes, types, values
    ran: tuple[int, ...] | None = None  # None: all, as they stand
    document: str = ""  # what is said of the order in the file, `{n}` for the number of cell n

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(range(len(self.cells))) if self.ran is None else self.ran

    @property
    def failing(self) -> str:
        return self.cells[self.order[-1]]


NOTEBOOKS = (
    # --- syntax
    Broken(
        "colon",
        ("x = 3", "y = 1\nfor i in range(x)\n    y += i"),
        "for i in range(x)",
        "SyntaxError: expected ':'",
        ("`x`: int, 3",),
    ),
    Broken(
        "bracket",
        ("x = 3", "print(max(x, 2)\nx"),
        "print(max(x, 2)",
        "SyntaxError: '(' was never closed",
        ("`x`: int, 3",),
    ),
    Broken(
        "indent",
        ("x = 3", "if x:\nprint(x)"),
        "print(x)",
        "IndentationError: expected an indented block",
        ("`x`: int, 3",),
    ),
    Broken(
        "quote", ("x = 3", "print('x)"), "print('x)", "SyntaxError: unterminated string literal"
    ),
    Broken("keyword", ("x = 3", "\n\nclass = x"), "class = x", "SyntaxError: invalid syntax"),
    Broken(
        "assignment",
        ("x = 3", "if x = 3:\n    pass"),
        "if x = 3:",
        "SyntaxError: invalid syntax",
        ("`x`: int, 3",),
    ),
    Broken(
        "behind a magic", ("x = 3", "%config Completer\ny = x +"), "y = x +", "SyntaxError: invalid"
    ),
    Broken(
        "awaited",
        ("import asyncio", "def f():\n    await asyncio.sleep(0)"),
        "    await asyncio.sleep(0)",
        "SyntaxError: 'await' outside async function",
    ),
    # --- imports
    Broken(
        "module",
        ("x = 1", "import numpyy as np"),
        "import numpyy as np",
        "ModuleNotFoundError: No module named 'numpyy'",
        ("`numpyy`", "`numpy`"),
    ),
    Broken(
        "submodule",
        ("x = 1", "import json.decode"),
        "import json.decode",
        "ModuleNotFoundError",
        ("`json.decode`", "package `json`"),
    ),
    Broken(
        "member",
        ("x = 1", "from math import squareroot, pi"),
        "from math import squareroot, pi",
        "ImportError: cannot import name 'squareroot'",
        ("`math` has no `squareroot`",),
    ),
    Broken(
        "attribute of a module",
        ("import math", "math.cosine(1.0)"),
        "math.cosine(1.0)",
        "AttributeError: module 'math' has no attribute 'cosine'",
        ("`cosine`", "`cos`"),
    ),
    # --- names
    Broken(
        "typo",
        ("total = 12", "print(totl)"),
        "print(totl)",
        "NameError: name 'totl' is not defined",
        ("`totl` is not defined", "`total`"),
    ),
    Broken(
        "two typos",
        ("total = 12\ncount = 3", "mean = totl / cuont"),
        "mean = totl / cuont",
        "NameError",
        ("`totl` is not", "`cuont` is not", "`count`"),
    ),
    Broken(
        "in a function",
        ("def f(n):\n    scale = 2.5\n    return n * scle", "f(4)"),
        "f(4)",
        "NameError: name 'scle' is not defined",
        ("In f(), line 3", "return n * scle", "`n`: int, 4", "`scale`"),
    ),
    Broken(
        "too late",
        ("x = 1", "y = later + x\nlater = 2"),
        "y = later + x",
        "NameError: name 'later' is not defined",
        ("only in line 2: `later = 2`",),
    ),
    Broken(
        "local",
        ("n = 1", "def f():\n    n += 1\n    return n\nf()"),
        "    n += 1",
        "UnboundLocalError",
        ("In f(), line 2", "`n` is a variable of the function itself"),
    ),
    Broken(
        "method",
        (PANDAS, "df.sort_valeus('price')"),
        "df.sort_valeus('price')",
        "AttributeError: 'DataFrame' object has no attribute 'sort_valeus'",
        ("Near: `sort_values`", "`df`: DataFrame, 3 × 2 (price float64, city str)"),
    ),
    # --- shapes
    Broken(
        "matmul",
        (NUMPY, "c = a @ b"),
        "c = a @ b",
        "ValueError: matmul",
        ("`a`: ndarray, 3 × 4, float64", "`b`: ndarray, shape (5,), int32"),
    ),
    Broken(
        "broadcast",
        (NUMPY, "%%time\nd = a[:, :2]\nc = a + d"),
        "c = a + d",
        "ValueError: operands could not be broadcast",
        ("3 × 4, float64", "3 × 2, float64"),
    ),
    Broken(
        "reshape",
        (NUMPY, "a.reshape(5, 2)"),
        "a.reshape(5, 2)",
        "ValueError: cannot reshape",
        ("`a`: ndarray, 3 × 4",),
    ),
    Broken(
        "index",
        ("xs = [1, 2, 3]", "for i in range(4):\n    print(xs[i])"),
        "    print(xs[i])",
        "IndexError: list index out of range",
        ("`xs`: list, 3 items, [1, 2, 3]", "`i`: int, 3"),
    ),
    Broken(
        "length of a column",
        (PANDAS, "df['n'] = [1, 2]"),
        "df['n'] = [1, 2]",
        "ValueError: Length of values (2)",
        ("DataFrame, 3 × 2",),
    ),
    Broken(
        "unpacking",
        ("pairs = [(1, 2), (3, 4, 5)]", "for a, b in pairs:\n    pass"),
        "for a, b in pairs:",
        "ValueError: too many values to unpack",
        ("list, 2 items (tuple of 2, tuple of 3)",),
    ),
    # --- types
    Broken(
        "text and number",
        ("count = '3'", "count + 1"),
        "count + 1",
        "TypeError: can only concat",
        ("`count`: str, 1 character, '3'",),
    ),
    Broken(
        "dtype of a column",
        (PANDAS, "df['city'] / 2"),
        "df['city'] / 2",
        "TypeError",
        ("city str", "3 × 2"),
    ),
    Broken(
        "arguments",
        ("def area(width, height):\n    return width * height", "area(2)"),
        "area(2)",
        "TypeError: area() missing 1 required",
        ("`area`: function (width, height)",),
    ),
    Broken(
        "hidden built-in",
        ("list = [1, 2]", "list('abc')"),
        "list('abc')",
        "TypeError: 'list' object is not callable",
        ("hides the built-in",),
    ),
    Broken(
        "nothing",
        ("found = {'a': 1}.get('b')", "found + 1"),
        "found + 1",
        "TypeError",
        ("`found`: NoneType, None",),
    ),
    Broken(
        "float as index",
        ("xs = list(range(10))\nhalf = len(xs) / 2", "xs[half]"),
        "xs[half]",
        "TypeError: list indices",
        ("`half`: float, 5.0", "list, 10 items (int)"),
    ),
    # --- keys
    Broken(
        "column",
        (PANDAS, "total = df['pirce'].sum()"),
        "total = df['pirce'].sum()",
        "KeyError: 'pirce'",
        ("no column 'pirce'", "Near: `price`", "'price', 'city'", "3 × 2"),
    ),
    Broken(
        "columns",
        (PANDAS, "df[['price', 'town']]"),
        "df[['price', 'town']]",
        "KeyError",
        ("no column 'town'", "'city'"),
    ),
    Broken(
        "key",
        ("prices = {'apple': 1, 'pear': 2}", "prices['aple']"),
        "prices['aple']",
        "KeyError: 'aple'",
        ("no key 'aple'", "Near: `apple`", "dict, 2 keys"),
    ),
    # --- cells
    Broken(
        "cell has not run",
        ("rate = 0.5", "price = 3", "price * rate"),
        "price * rate",
        "NameError: name 'rate' is not defined",
        ("cell 1 of the notebook, above this one, defines it and has not run: `rate = 0.5`",),
        (1, 2),
        "[not run: `rate = 0.5`] [{1}] [{2}, failed: this cell]",
    ),
    Broken(
        "import has not run",
        ("import re", "text = 'a1'", "re.findall(r'\\d', text)"),
        "re.findall(r'\\d', text)",
        "NameError: name 're' is not defined",
        ("`import re`", "above this one"),
        (1, 2),
        "[not run: `import re`] [{1}] [{2}, failed",
    ),
    Broken(
        "below",
        ("y = base + 1", "base = 3"),
        "y = base + 1",
        "NameError: name 'base'",
        ("cell 2 of the notebook, below this one, defines it and has not run: `base = 3`",),
        (0,),
        "[{0}, failed: this cell] [not run: `base = 3`]",
    ),
    Broken(
        "wrong order",
        (PANDAS, "df = df.dropna()", "df = df['price']", "df['city'].upper()"),
        "df['city'].upper()",
        "KeyError: 'city'",
        ("`df`: Series, 3 rows, float64, named 'price'",),
        (0, 2, 1, 3),
        "[{0}] [{1}] [{2}] [{3}, failed: this cell]",
    ),
    Broken(
        "ran before its cell",
        ("names = ['b', 'a']", "names = sorted(names)[0]", "names.sort()"),
        "names.sort()",
        "AttributeError: 'str' object has no attribute 'sort'",
        ("`names`: str, 1 character, 'a'", "`str` has no `sort`"),
        (0, 1, 2),
    ),
    # --- the state of the kernel
    Broken(
        "deleted",
        ("model = 'linear'", "del model", "print(model)"),
        "print(model)",
        "NameError: name 'model' is not defined",
        ("deleted since: `model = 'linear'`",),
    ),
    Broken(
        "defined by a cell that failed",
        ("1 / 0\nweights = [1]", "sum(weights)"),
        "sum(weights)",
        "NameError: name 'weights'",
        ("defines it and failed: `weights = [1]`",),
    ),
)
