"""TeX that models write, as TeX that latex2mathml reads; and TeX that nobody should read.

It works on the text of one formula and knows nothing of MathML.
"""

from __future__ import annotations

import re

from nbchat.render.maths.chemistry import expand_chemistry

LONGEST_FORMULA = 2_000  # characters
DEEPEST_GROUPS = 60  # nested groups

# They act on the page, load something, or define what can grow without bound.
_REFUSED = re.compile(
    r"\\(?:href|url|style|class|cssId|require|unicode|include\w*|input|html\w*|data|bbox|"
    r"toggle|action|mathtip|texttip|"
    r"[egx]?def|let|futurelet|newcommand|renewcommand|providecommand|(?:re)?newenvironment|"
    r"DeclareMathOperator|DeclarePairedDelimiter\w*|newtheorem|"
    r"csname|catcode|write|openout|read|special|"
    r"loop|expandafter|char|verb|rule)(?![A-Za-z])"
    # These have no place in a formula: addresses, handlers, tags.
    r"|://|url\s*\(|script:|\bon\w+\s*=|</|<\w+\s+\w+="
)

# Environments latex2mathml does not know, as ones it does.
_ENVIRONMENTS = {
    "align": "align*", "aligned": "align*", "alignat": "align*", "alignedat": "align*",
    "flalign": "align*", "split": "align*", "eqnarray": "align*",
    "gather": "matrix", "gathered": "matrix", "multline": "matrix", "multlined": "matrix",
    "dcases": "cases", "rcases": "cases",
    "equation": "", "displaymath": "", "math": "",
}  # fmt: skip
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([a-zA-Z]+)(\*?)\}(\s*\[[tbc]\])?(\s*\{\d\})?")

_REPLACEMENTS = (
    (re.compile(r"\\(?:text)?color\s*\{[^{}]*\}"), ""),  # colours are the page's own
    (re.compile(r"\\dag(?![A-Za-z])"), r"\\dagger "),
    (re.compile(r"\\not\s*="), r"\\neq "),
    (re.compile(r"\\not\s*\\in(?![A-Za-z])"), r"\\notin "),
    # Space below a row, which would be shown as words.
    (re.compile(r"(\\\\)\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|in|px|mu)\s*\]"), r"\1"),
    (re.compile(r"\\(?:label|vspace|nonumber|notag)(?![A-Za-z])(?:\s*\{[^{}]*\})?"), ""),
    (re.compile(r"\\tag\*?\s*\{([^{}]*)\}"), r"\\qquad\\text{(\1)}"),
    (re.compile(r"\\operatorname\*?\s*\{arg(?:\\[ ,;]|~|\s)*(max|min)\}"), r"\\arg\1 "),
    (re.compile(r"\\arg(?![A-Za-z])"), r"\\operatorname{arg}"),
    # A single letter would lose its upright shape.
    (re.compile(r"\\mathrm\s*\{([A-Za-z])\}"), r"\\mathrm{{\1}}"),
)
_OPERATORNAME = re.compile(r"\\operatorname(\*?)\s*\{([^{}]*)\}")
_SPACE = re.compile(r"\\[ ,:;!]|~|\s")


def is_refused_tex(tex: str) -> bool:
    """Whether the formula is to be shown as typed, unread."""
    return len(tex) > LONGEST_FORMULA or bool(_REFUSED.search(tex)) or _depth(tex) > DEEPEST_GROUPS


def translate_tex(tex: str) -> str:
    """The same formula in the words latex2mathml knows."""
    tex = expand_chemistry(tex)
    for pattern, replacement in _REPLACEMENTS:
        tex = pattern.sub(replacement, tex)
    return _ENVIRONMENT.sub(_environment, _OPERATORNAME.sub(_operator, tex))


def _environment(match: re.Match[str]) -> str:
    verb, name, star, placement, columns = match.groups()
    if name in _ENVIRONMENTS:
        known = _ENVIRONMENTS[name]
        return f"\\{verb}{{{known}}}" if known else ""
    if star or placement:
        return f"\\{verb}{{{name}}}{columns or ''}"
    return match[0]


def _operator(match: re.Match[str]) -> str:
    name = _SPACE.sub("", match[2])
    if name.isascii() and name.isalpha():
        return rf"\operatorname{match[1]}{{{name}}}"
    return rf"\mathrm{{{name}}}"


def _depth(tex: str) -> int:
    deepest = depth = 0
    for brace in re.findall(r"\\(?:left|right)(?![a-z])|\\.|[{}]", tex, re.DOTALL):
        if brace in ("{", r"\left"):
            depth += 1
            deepest = max(deepest, depth)
        elif brace in ("}", r"\right"):
            depth -= 1
    return deepest
