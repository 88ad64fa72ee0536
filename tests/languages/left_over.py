"""What is left in English of a text that is meant to be Chinese.

A single English word may be a name or a value; two in a row are words that somebody forgot. What
stays English in both languages does not count: commands, code, quoted values, names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from nbchat.catalog.catalog import shipped

LEAST_WORDS = 2
# What is called so in every language, beside the providers and models of the table.
PRODUCTS = (
    *("JupyterLab", "Jupyter Notebook", "Notebook", "Jupyter", "IPython", "Python", "Dask"),
    *("pandas", "Polars", "NumPy", "Matplotlib", "Spark", "Arrow", "DuckDB", "SQLite", "Git"),
    *("VS Code", "Markdown", "LaTeX", "Excel", "Firefox", "Chromium", "Chrome", "Safari"),
    *("LM Studio", "Ollama", "nginx", "GitHub", "Copilot", "Hugging Face", "MCP", "nbchat"),
    *("OpenAI", "Anthropic", "Gemini", "Google", "Kimi", "Moonshot", "Azure", "Demo", "demo"),
    *("Explain", "Fix"),  # the buttons below an error, which are in a saved output
)

_ESCAPE = re.compile(r"\x1b\[[\d;]*[A-Za-z]")
_QUOTED = re.compile(r"(?<!\w)'[^'\n]*'(?!\w)|(?<!\w)\"[^\"\n]*\"|“[^”\n]*”|「[^」\n]*」|`[^`\n]+`")
_WITH_WORDS = re.compile(r"%chat (?:ask|search|fix|explain)(?= ).*|%%chat .*")
_OPTION = r"--[\w-]+(?:[ =][A-Za-z]+\b)?"
_ARGUMENT = (
    rf"(?: (?:[a-z]+(?= --)|\[[^\]\n]*\]|{_OPTION}|[A-Z][A-Z-]*\b(?: or [A-Z]+\b)?|#?\d\S*))"
)
_COMMAND = re.compile(rf"%%?\w+\??(?: [a-z]+\b{_ARGUMENT}*)?|\bnbchat [a-z]+\b{_ARGUMENT}*")
_PYTHON = re.compile(
    r"^\s*(?:(?:import|from|await|del|for|if|with|return|print)\b[ (].*"
    r"|[\w.\[\]\"']+ ?= ?\S.*|[\w.]+\(.*)$",
    re.M,
)
_NAME = re.compile(
    r"https?://\S+"
    r"|[\w…~-]*[._/\\=@<>#-]+[\w…][\w…./\\=@:+-]*"  # files, addresses, options, dotted names
    r"|\b\w*\d\w*\b|\b\w*_\w*\b"
    r"|\b[A-Z][A-Z]+s?\b|\b[A-Z]\b"
    r"|\b[A-Za-z][a-z]+[A-Z]\w*\b"  # classes
)
_GAP = re.compile(r"[ \t]{2,}|\t")
_RUN = re.compile(rf"[A-Za-z]{{2,}}(?:['’]\w+)?(?:[ ]+(?:[A-Za-z]['’]?\w*)){{{LEAST_WORDS - 1},}}")


def english_left(text: str, known: Iterable[str] = ()) -> list[str]:
    """The runs of two or more English words in a text; `known` are values that may be there.

    >>> english_left("没有模型 'so and so'。全部：%chat models --live"), english_left("no model 中")
    ([], ['no model'])
    """
    text = _ESCAPE.sub("", text)
    for value in sorted(known, key=len, reverse=True):
        text = text.replace(value, "|")
    for pattern in (_PYTHON, _WITH_WORDS):
        text = pattern.sub("|", text)
    text = _GAP.sub("|", text)  # columns of a table
    for pattern in (_QUOTED, _names(), _COMMAND, _NAME):
        # A value in a sentence leaves the words around it together.
        text = pattern.sub(" ", text)
    return [" ".join(found[0].split()) for found in _RUN.finditer(text)]


@cache
def _names() -> re.Pattern[str]:
    """The names of products, of providers and of models."""
    table = shipped()
    names = {*PRODUCTS, *table.models, *table.providers}
    names.update(provider.name for provider in table.providers.values())
    names.update(model.name for model in table.models.values())
    ordered = sorted(filter(None, names), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)")
