"""Chemical formulas, `\\ce{2H2 + O2 -> 2H2O}`, as TeX that latex2mathml reads.

The common half of mhchem: numbers below, charges above, isotopes, arrows, states.
What is beyond it is left as it was, and so shown as typed.
"""

from __future__ import annotations

import re

_CE = re.compile(r"\\ce\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_PIECE = re.compile(
    r"(?P<arrow><=>|<->|<-|->|⇌|→)"
    r"|(?P<state>\((?:aq|s|l|g)\))"
    r"|(?P<word>[A-Z][a-z]?|[()\[\]])"
    r"|(?P<script>[_^](?:\{[^{}\\]*\}|[+-]|\d+[+-]?))"
    r"|(?P<number>\d+(?:\.\d+|/\d+)?)"
    r"|(?P<charge>[+-](?=[\s)\]]|$))"
    r"|(?P<sign>[-+=·*.]|\s+)"
)
_ARROWS = {
    "->": r"\rightarrow ", "→": r"\rightarrow ", "<-": r"\leftarrow ", "<->": r"\leftrightarrow ",
    "<=>": r"\rightleftharpoons ", "⇌": r"\rightleftharpoons ",
}  # fmt: skip


def expand_chemistry(tex: str) -> str:
    """The formula with every `\\ce` written out.

    >>> expand_chemistry(r"\\ce{SO4^2- + 2H+}")
    '\\\\mathrm{SO}_{4}^{2-}+2\\\\mathrm{H}^{+}'
    """
    if r"\ce" not in tex:
        return tex
    return _CE.sub(lambda match: _expand(match[1].strip()) or match[0], tex)


def _expand(source: str) -> str | None:
    out: list[str] = []
    position, before = 0, ""
    while position < len(source):
        piece = _PIECE.match(source, position)
        if piece is None:
            return None
        kind, text = str(piece.lastgroup), piece[0]
        if kind == "charge" and before not in ("word", "below", "script"):
            kind = "sign"
        if kind == "number" and before in ("word", "below"):
            kind, text = "below", text.partition(".")[0]
        out.append(_tex(kind, text, before))
        position += len(text)
        before = kind
    return re.sub(r"\\mathrm\{(\w+)\}(?:\\mathrm\{(\w+)\})+", _join, "".join(out))


def _tex(kind: str, text: str, before: str) -> str:
    match kind:
        case "arrow":
            return _ARROWS[text]
        case "state":
            return rf"\text{{ {text}}}"
        case "word":
            return rf"\mathrm{{{text}}}" if text.isalpha() else text
        case "below":
            return f"_{{{text}}}"
        case "charge":
            return f"^{{{text}}}"
        case "script":
            base = "" if before in ("word", "below", "script") else "{}"
            return f"{base}{text[0]}{{{text[1:].strip('{}')}}}"
        case "sign":
            return r"\cdot " if text in "·*." else text.strip()
        case _:
            return text


def _join(match: re.Match[str]) -> str:
    return r"\mathrm{" + "".join(re.findall(r"\{(\w+)\}", match[0])) + "}"
