"""What is typed for something else: a word of the documents, or a variable as other tools have it.

Each is answered with a line that can be typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbchat import runtime
from nbchat.catalog.catalog import Catalog
from nbchat.catalog.lookup_errors import written_apart
from nbchat.errors import UnknownModel
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook.line_words import can_be_put_in
from nbchat.frontends.notebook.look_alikes import TYPE_IT_SO
from nbchat.wording import folded, shorten

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

SUCH_AS = "Such as:"
LONGEST_SHOWN = 40  # characters of what was typed that are repeated
# What to type instead of the words in capitals in the table of commands, by the command.
EXAMPLES = {
    "ask": "%chat ask Why is the sky blue?",
    "models": "%chat models kimi",
    "providers": "%chat providers kimi",
    "check": "%chat check kimi-k2.6",
    "trust": "%chat trust",
    "history": "%chat history",
    "undo": "%chat undo 1",
    "insert": "%chat insert 1",
    "copy": "%chat copy 1",
    "fix": "%chat fix keep the loop",
    "explain": "%chat explain in simple words",
    "hide": "%chat hide 3",
    "pin": "%chat pin 3",
    "goto": "%chat branches",
    "usage": "%chat usage today",
    "switch": "%chat switch trip",
    "export": "%chat export talk.md",
    "import": "%chat export talk.json",
    "search": "%chat search sky",
    "resume": "%chat list",
    "delete": "%chat list",
}

_IDENTIFIER = r"([^\W\d]\w*)"
# {{x}}, ${x}, %x%, %(x)s, $(x), <x>, [x], @x, and x alone
_NOTATION = re.compile(
    rf"\$?\{{+\s*{_IDENTIFIER}\s*\}}*|%{_IDENTIFIER}%?|[%$]\({_IDENTIFIER}\)s?"
    rf"|<+{_IDENTIFIER}>+|\[+{_IDENTIFIER}\]+|[@:&$]{_IDENTIFIER}|{_IDENTIFIER}\}}*"
)
_OF_OTHERS = ("{", "}", "%", "<", "[", "$")  # signs that no name of a model has
_PLACEHOLDER = re.compile(
    r"(?:(?:your|my|some|the|any|a|an|its)[-_ ]?)*(?:provider|service|type)?:?"
    r"(?:(?:your|my|some|the|any|a|its)[-_ ]?)*(?:model|llm)?[-_ ]?(?:id|name)?|\.{2,}|…|\?+|x{3,}",
    re.I,
)


def command_hint(name: str, usage: str, text: str) -> str:
    """What to say where a command's words in capitals were typed as they stand; else "".

    >>> command_hint("models", "models [PATTERN]", "[PATTERN]")
    '[PATTERN] stands for what is to be typed there. Such as:\\n%chat models kimi'
    """
    word = text.strip("[]<>{}")
    if name not in EXAMPLES or not word.isupper() or word not in re.findall(r"[A-Z]+", usage):
        return ""
    return f"{text} stands for what is to be typed there. Such as:\n{EXAMPLES[name]}"


def explained(
    error: UnknownModel, shell: InteractiveShell, word: str | None, magic: str, line: str
) -> UnknownModel:
    """The error for a word that names no model, with what was meant by it where that is seen.

    The word stands on a `line` behind its `magic`.
    """
    opened = runtime.current()
    catalog = opened.usable_settings().catalog
    example, _ = opened.model_to_show(opened.chat())
    words, variables = (word or "").split(), IPythonNotebook(shell).variables
    if len(words) > 1:
        said = several_hint(words, magic, catalog)
    else:
        said = model_hint("".join(words), f"{magic} {line.strip()}", variables, catalog, example)
    return UnknownModel(said) if said else error


def several_hint(words: list[str], magic: str, catalog: Catalog) -> str:
    """What to say of several words where the name of one model is expected; "" where nothing.

    >>> from nbchat.catalog.catalog import shipped
    >>> several_hint(["kimi", "k2.6"], "%chat use", shipped())
    "no model is called 'kimi k2.6'. Did you mean 'kimi-k2.6'? Type it so:\\n%chat use kimi-k2.6"
    """
    name, count = written_apart(words, catalog)
    if name:
        typed = shorten(" ".join(words[:count]), LONGEST_SHOWN)
        said = f"no model is called {typed!r}. Did you mean {name!r}?"
        return f"{said} {TYPE_IT_SO}\n{magic} {name}"
    for word in words:
        if catalog.leads(word):
            has_options = any(one.startswith("--") for one in words)
            ways = " Options stand with each question, on the %%chat line." if has_options else ""
            said = f"{magic} takes the name of one model alone."
            return f"{said}{ways} {TYPE_IT_SO}\n{magic} {word}"
    return ""


def model_hint(
    word: str, line: str, variables: Mapping[str, Any], catalog: Catalog, example: str
) -> str:
    """What to say of a word that is no model's name, where one is expected; "" where nothing.

    `line` is how it was typed, from its magic on; `example` is a model that can be asked now.
    """
    match = _NOTATION.fullmatch(word)
    typed = match[match.lastindex or 0] if match else ""
    shown = shorten(_as_typed(word, line, typed), LONGEST_SHOWN)
    variable = _with_a_model(typed, variables, catalog)
    if variable:
        right = _typed_right(line, word, typed, f"{{{variable}}}")
        return (
            f"no model is called {shown!r}; the variable {variable} holds one. Type it so:\n{right}"
        )
    is_notation = bool(match) and any(sign in word for sign in _OF_OTHERS)
    is_placeholder = bool(word) and _PLACEHOLDER.fullmatch(word.strip("[]<>{}"))
    if not is_notation and not is_placeholder:
        return ""
    said = f"{shown!r} is not the name of a model."
    if is_notation:
        said = f"{shown!r} is not the name of a model, and no variable {typed} holds one."
    return f"{said} {SUCH_AS}\n{_typed_right(line, word, typed, example)}"


def _with_a_model(name: str, variables: Mapping[str, Any], catalog: Catalog) -> str:
    """The variable of that name, in capitals or not, where the name of a model is in it."""
    for variable in sorted(variables, key=lambda other: other != name):
        if not name or folded(variable) != folded(name) or not can_be_put_in(variables[variable]):
            continue
        if catalog.leads(str(variables[variable]).strip()):
            return variable
    return ""


def _typed_right(line: str, word: str, name: str, right: str) -> str:
    """The line with something else in the place of the word, which its braces were part of."""
    before, found, after = line.partition(_as_typed(word, line, name))
    return f"{before}{right}{after}" if found else f"{line.split()[0]} {right}"


def _as_typed(word: str, line: str, name: str) -> str:
    """The word as it stands on the line, where its signs were doubled or had spaces inside."""
    if not name or word[0] not in "{$":
        return word
    signs = re.search(rf"(?:\$+\{{*|\{{+)\s*{re.escape(name)}(?:\s*\}}+)?", line)
    return signs[0] if signs else word
