"""Braces of a question that look like a wish for a value, and stay as typed: what to say of them.

Whoever reads the line below the answer knows then that the model did not see the value. Of code,
formulas, JSON and templates nothing is said: `context.untouched` and the look of them tell.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from nbchat import known_keys
from nbchat.context.forms import parse_form
from nbchat.context.names import NAME, NUMBERED, Names
from nbchat.context.quiet import no_warnings
from nbchat.context.untouched import Piece
from nbchat.wording import nearest, shorten

LEAST_LIKENESS = 0.75  # of a name to that of a variable (1: the same), to be taken for a slip of it
MOST_SAID = 3  # wishes that are told, each in a line
LONGEST_WISH = 80  # characters in braces; what is longer is no wish
LONGEST_SHOWN = 40  # characters of a wish that are repeated
FREE_NAMES = ("s", "value", "text")  # for what is to be filled in; the first that is not taken

_BRACES = re.compile(rf"(?<!\{{)\{{([^{{}}\n]{{1,{LONGEST_WISH}}})\}}(?!\}})")
_NAME = re.compile(rf"({NUMBERED}|{NAME})(?::(\w+))?")
_FORMAT = re.compile(
    rf"({NAME})(?:=|=?![rsa](?::.*)?|=?:(?:.?[<>=^])?[-+]?#?\d*[_,]?(?:\.\d+)?[a-zA-Z%]?)"
)
_OTHER_FORM = re.compile(rf"({NAME})(?::\w[\w ]*(?:\(\d*\))?| ?: ?(?:all|schema))")
_LATEX = re.compile(r"\\[A-Za-z]")


def unfulfilled(parts: Sequence[Piece], known: Names) -> list[str]:
    """What stays as typed though it was probably meant to be filled in, a line each."""
    said: dict[str, str] = {}  # by the braces
    strangers: dict[str, None] = {}  # names of no variable
    for part in parts:
        if part.stays == "after":
            said |= _behind_a_sign(part.text, known)
        elif not part.stays:
            for match in _BRACES.finditer(part.text):
                name = stranger(match[1], known)
                if name:
                    strangers[name] = None
                elif why := _why(match[1], known):
                    said[_shown(match[0])] = why
    if any(_LATEX.search(part.text) for part in parts):
        strangers = {name: None for name in strangers if len(name) > 1}
    lines = [*_of_strangers(strangers, known)]
    lines += [f"{typed} as typed" + why for typed, why in said.items()]
    more = len(lines) - MOST_SAID
    return [*lines[:MOST_SAID], *([f"{more:,} more as typed"] if more > 0 else [])]


# --- names -------------------------------------------------------------------------------------


def stranger(inner: str, known: Names) -> str:
    """The name that is asked for, where there is nothing of that name."""
    match = _NAME.fullmatch(inner)
    if match is None or (match[2] and not parse_form(match[2])):
        return ""
    return "" if match[1] in known or known.exists(match[1]) else match[1]


def _of_strangers(names: dict[str, None], known: Names) -> Iterator[str]:
    others = []
    for name in names:
        alike = _alike(name, known)
        if alike:
            yield f"{{{name}}} as typed (there is {alike})"
        else:
            others.append(name)
    if len(others) == 1:
        if "[" in others[0]:
            yield f"{{{others[0]}}} as typed: there is no {others[0]}"
        else:
            yield f"{{{others[0]}}} as typed: there is no variable {others[0]}"
    elif others:
        shown, more = [f"{{{name}}}" for name in others[:MOST_SAID]], len(others) - MOST_SAID
        if more > 0:
            told = f"{', '.join(shown)} and {more:,} more as typed: there are no such variables"
        else:
            told = f"{', '.join(shown[:-1])} and {shown[-1]} as typed: there are no such variables"
        yield told


def _alike(name: str, known: Names) -> str:
    """A variable that was probably meant; names of one letter are LaTeX rather than slips."""
    if len(name) == 1 or "[" in name:
        return ""
    names = [other for other in known if len(other) > 1 and not other.startswith("_")]
    return next(iter(nearest(name, names, LEAST_LIKENESS)), "")


def _behind_a_sign(text: str, known: Names) -> dict[str, str]:
    """`data_{year}.csv`: of a variable's name it is said what kept it from being filled in."""
    sign, name = text[0], text[2:-1]
    is_formula = sign in "^_\\" and len(name) == 1
    if is_formula or re.fullmatch(NAME, name) is None or name not in known:
        return {}
    return {text: f": nothing is filled in right after {sign}"}


# --- expressions and formats ---------------------------------------------------------------------


def _why(inner: str, known: Names) -> str:
    """What to say of what stands in braces and is no plain name; empty where it is no wish."""
    name = inner.strip()
    if name != inner and name in known:
        return f": without spaces, {{{name}}} is filled in"
    if re.fullmatch(NAME, inner) and inner not in known:
        return f": {inner} is no value that can be sent"
    form = _NAME.fullmatch(inner) or _FORMAT.fullmatch(inner)
    if form and form[1] in known:
        if inner == form[1]:  # filled in
            return ""
        if _NAME.fullmatch(inner) and parse_form(inner.partition(":")[2]):
            return ""
        if _FORMAT.fullmatch(inner):
            return _how(_format_string(inner), known)
    other = _OTHER_FORM.fullmatch(inner)
    if other and other[1] in known:
        name = other[1]
        return f": it can be {{{name}}}, {{{name}:20}}, {{{name}:all}} or {{{name}:schema}}"
    if _is_wish(_tree(name), known):
        return _how(name, known)
    return _how(_format_string(inner), known) if _is_formatted(inner, known) else ""


def _format_string(inner: str) -> str:
    quote = "'" if '"' in inner else '"'
    return f"f{quote}{{{inner}}}{quote}"


def _how(expression: str, known: Names) -> str:
    free = next((name for name in FREE_NAMES if not known.exists(name)), "new")
    return f": only names are filled in ({free} = {_shown(expression)}, then {{{free}}})"


def _shown(typed: str) -> str:
    """What was typed as it is repeated: short, and without a key in it."""
    return shorten(known_keys.hide(typed), LONGEST_SHOWN)


def _is_formatted(inner: str, known: Names) -> bool:
    """Whether it is a wish with a format, `df.size:,` and `day:%d %B`, and no JSON: `x: 1`."""
    tree = _tree(f"f'''{{{inner}}}'''")
    whole = tree.values[0] if isinstance(tree, ast.JoinedStr) and len(tree.values) == 1 else None
    if not isinstance(whole, ast.FormattedValue):
        return False
    if isinstance(whole.value, ast.Name):
        return whole.value.id in known and "%" in inner
    return _is_wish(whole.value, known)


def _tree(code: str) -> ast.expr | None:
    """The expression; None for what is no Python."""
    try:
        with no_warnings():  # of what is no good Python
            return ast.parse(code, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _is_wish(tree: ast.expr | None, known: Names) -> bool:
    """Whether it looks at a variable, as `df.shape` and `len(df)` do."""
    if tree is None:
        return False
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if isinstance(tree, ast.BinOp):
        return not isinstance(tree.op, ast.BitOr) and bool(names) and all(map(known.exists, names))
    if isinstance(tree, ast.Call | ast.Subscript):
        return bool(names)
    return isinstance(tree, ast.Attribute) and any(map(known.exists, names))
