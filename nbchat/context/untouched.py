"""What of a question stays as it is typed: code, formulas, and braces that are meant as such.

It is known by how it is written alone. Code goes before formulas, as in Markdown; a dollar
sign before a price begins no formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LEAD = r"(?:[ \t]|>|[-*+][ \t]|\d{1,9}[.)][ \t])*"  # before a fence: quotes, lists, indentation
_TOKEN = re.compile(
    rf"""
      (?P<fence> ^ (?P<lead> {_LEAD}) (?P<mark> `{{3,}} (?=[^`\n]*$) | ~{{3,}}) [^\n]*)
    | (?P<indented> (?:\A|(?<=\n\n)) (?: (?:[ ]{{4}}|\t) [^\n]+ \n?)+)
    | (?P<quoted> (?:(?<=\n>\n)|(?<=\n>[ ]\n)) (?: >(?:[ ]{{5}}|[ ]?\t) [^\n]+ \n?)+)
    | <(?P<tag> code|pre|script|style)\b [^<>\n]* >
    | (?P<ticks> `+)
    | (?P<escaped> \\[\\`$])
    | (?P<bracket> \\[(\[])
    | \\begin\{{ (?P<environment> [^{{}}\n]+) \}}
    | (?P<command> \\[A-Za-z]+\*?)
    | (?P<dollars> \$\$?)
    | (?P<before> [\^_\#%\\](?=\{{))
    | (?P<doubled> \{{{{+)
    | (?<!\w)(?:[fF][rR]?|[rR][fF]) (?P<quote> \"\"\"|\'\'\'|\"|\') 
    """,
    re.VERBOSE | re.MULTILINE,
)
_BREAK = re.compile(  # where a paragraph ends, and with it what began in it
    rf"\n(?=[ \t>]*(?:\n|\Z)|{_LEAD}(?:`{{3}}|~{{3}})"
    r"|[ \t>]*(?:[-*+]|\d{1,9}[.)]|\#{1,6})[ \t])"
)
_BRACE = re.compile(r"(?<!\\)[{}]")
_SIMPLE_GROUP = re.compile(r"\{[^{}\n]*\}")
_OPTIONAL = re.compile(r"\[[^\[\]{}\n]*\]")
_SPACES = re.compile(r"[ \t]*")
_ARGUMENTS = {  # commands that always have so many, also where they stand apart
    **dict.fromkeys(("\\frac", "\\dfrac", "\\tfrac", "\\cfrac", "\\binom", "\\dbinom"), 2),
    **dict.fromkeys(("\\overset", "\\underset", "\\stackrel"), 2),
    **dict.fromkeys(("\\sqrt", "\\hat", "\\bar", "\\vec", "\\overline", "\\mathbf"), 1),
}
_LOOKS_LIKE_CODE = re.compile(r"\w[(\[]|=|;[ \t]*$|^[ \t]*(?:import|def|class|return)[ \t]", re.M)
_PRICE = re.compile(r"\d[^\\^_=+<>*/]*\s[^\W\d_]{2,}\b[^\\^_=+<>*/]*")  # `$5 for a or 6 US$`
_CLOSING_DOLLAR = re.compile(r"(?<![\s\\])\$(?![\w{$])")
_DOLLAR = re.compile(r"(?<!\\)\$")


@dataclass(slots=True, frozen=True)
class Piece:
    """A part of a question. `stays` says what it is, where it stays as typed.

    `after` is a name in braces behind a sign such as `$` or `_`.
    """

    text: str
    stays: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """The text in parts, those that stay as they are apart from the others.

    >>> [piece.text for piece in pieces("Is {x} in `{y}` or $x^{n}$?") if piece.stays]
    ['`{y}`', '$x^{n}$']
    """
    scan = _Scan(text)
    begin = position = 0
    while match := _TOKEN.search(text, position):
        kind, end = scan.stays(match)
        if kind:
            yield Piece(text[begin : match.start()])
            yield Piece(text[match.start() : end], kind)
            begin = end
        position = end
    yield Piece(text[begin:])


class _Scan:
    """Where that which begins at a place ends."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._missing: set[tuple[str, int]] = set()  # what does not come up to a place
        self._paragraph_end = -1
        self._groups: dict[int, int] | None = None

    def stays(self, match: re.Match[str]) -> tuple[str, int]:
        """What begins here, and where it ends; no kind where it is an ordinary part of the text."""
        start, end = match.span()
        if match["indented"]:
            is_code = _LOOKS_LIKE_CODE.search(match["indented"])
            return ("code", end) if is_code else ("", start + 1)
        if match["bracket"]:
            closing = ")" if match["bracket"] == "\\(" else "]"
            return self._closed("maths", end, rf"\\{re.escape(closing)}", anywhere=True)
        if match["environment"]:
            name = re.escape(match["environment"])
            return self._closed("maths", end, rf"\\end\{{{name}\}}", anywhere=True)
        if match["command"]:
            return "maths", self._end_of_command(match["command"].rstrip("*"), end)
        if match["dollars"]:
            return self._formula(match)
        if match["before"]:
            return self._behind_sign(match["before"], end)
        if match["doubled"]:
            return self._closed("braces", end, r"\}\}+")
        return self._code(match)

    def _code(self, match: re.Match[str]) -> tuple[str, int]:
        end = match.end()
        if match["fence"]:
            return "code", self._end_of_fence(match)
        if match["quoted"]:
            return "code", end
        if match["tag"]:
            return self._closed("code", end, f"</{match['tag']}>", anywhere=True)
        if match["ticks"]:
            return self._closed("code", end, rf"(?<!`){match['ticks']}(?!`)")
        if match["quote"]:
            return self._closed("code", end, rf"(?<!\\){match['quote']}", on_line=True)
        return "", end

    def _end_of_fence(self, match: re.Match[str]) -> int:
        """Behind its last line; that of a quote ends with the quote."""
        mark = match["mark"]
        closes = re.compile(rf"[ \t>]*{re.escape(mark[0])}{{{len(mark)},}}[ \t\r]*$")
        is_quoted = ">" in match["lead"]
        end = self._end_of_line(match.end())
        while end < len(self._text):
            line_end = self._end_of_line(end)
            line = self._text[end:line_end].rstrip("\n")
            if is_quoted and not line.lstrip().startswith(">"):
                return end
            end = line_end
            if closes.match(line):
                return end
        return end

    def _end_of_line(self, position: int) -> int:
        found = self._text.find("\n", position)
        return len(self._text) if found < 0 else found + 1

    def _formula(self, match: re.Match[str]) -> tuple[str, int]:
        """A formula between dollar signs, or a name behind one: `${name}`."""
        start, end = match.span()
        if match["dollars"] == "$$":
            return self._closed("maths", end, r"(?<!\\)\$\$", anywhere=True)
        before = self._text[start - 1 : start]
        following = self._text[end : end + 1]
        opens = not before.isalnum() and not following.isspace()
        closing = _DOLLAR.search(self._text, end, self._end_of_paragraph(end))
        if opens and closing and self._closes_formula(end, closing.start()):
            return "maths", closing.end()
        return self._group("after", end) if following == "{" else ("", end)

    def _closes_formula(self, begin: int, end: int) -> bool:
        if _PRICE.fullmatch(self._text, begin, end):
            return False
        return _CLOSING_DOLLAR.match(self._text, end) is not None

    def _closed(
        self,
        kind: str,
        position: int,
        pattern: str,
        *,
        anywhere: bool = False,
        on_line: bool = False,
    ) -> tuple[str, int]:
        """Up to what closes it; without that it is nothing of the kind."""
        limit = len(self._text) if anywhere else self._end_of_paragraph(position)
        if on_line:
            limit = min(limit, self._end_of_line(position))
        if (pattern, limit) in self._missing:
            return "", position
        found = re.compile(pattern).search(self._text, position, limit)
        if found:
            return kind, found.end()
        self._missing.add((pattern, limit))
        return "", position

    def _end_of_paragraph(self, position: int) -> int:
        if position > self._paragraph_end:
            found = _BREAK.search(self._text, position)
            self._paragraph_end = found.start() if found else len(self._text)
        return self._paragraph_end

    def _group(self, kind: str, position: int) -> tuple[str, int]:
        end = self._end_of_group(position)
        return (kind, end) if end > position else ("", position)

    def _behind_sign(self, sign: str, position: int) -> tuple[str, int]:
        """Braces behind `^`, `_` and their kin; those behind an exponent go on with it."""
        group = _SIMPLE_GROUP.match(self._text, position)  # also behind `\\`, where it is no group
        kind, end = ("after", group.end()) if group else self._group("after", position)
        return kind, self._end_of_groups(end) if kind and sign == "^" else end

    def _end_of_command(self, command: str, position: int) -> int:
        if command == "\\left":
            return self._closed("maths", position, r"\\right(?![A-Za-z])")[1]
        return self._end_of_groups(position, _ARGUMENTS.get(command, 0))

    def _end_of_groups(self, position: int, spaced: int = 0) -> int:
        """Behind the arguments of a command: `\\frac{a}{b}`, `\\sqrt[3]{x}`.

        The first ones may stand apart, if it always has them: `\\frac {a} {b}`.
        """
        while True:
            spaces = _SPACES.match(self._text, position) if spaced > 0 else None
            begin = spaces.end() if spaces else position
            optional = _OPTIONAL.match(self._text, begin)
            end = optional.end() if optional else self._end_of_group(begin)
            if end == begin:
                return position
            position = end
            spaced -= 0 if optional else 1

    def _end_of_group(self, position: int) -> int:
        """Behind the brace that closes the one here; the same place where there is none."""
        if self._groups is None:
            self._groups = _groups(self._text)
        end = self._groups.get(position, position)
        return end if end <= self._end_of_paragraph(position) else position


def _groups(text: str) -> dict[int, int]:
    """Where each brace is closed that is."""
    groups, opened = {}, []
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif opened:
            groups[opened.pop()] = brace.end()
    return groups
