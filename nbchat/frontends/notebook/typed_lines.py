"""What IPython makes of a cell with lines of ours: they are ours as typed, and no other changes.

IPython takes a `?` at the end of a line for a look-up of help, a comment above `%%chat` for
Python, a `%%chat` without a body for a mistake, and shows whatever a magic returns.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Sequence
from textwrap import dedent
from typing import TYPE_CHECKING, Any, TypeAlias

from IPython.core.getipython import get_ipython
from IPython.core.inputtransformer2 import EscapedCommand, MagicAssign, TokenTransformBase
from IPython.core.prefilter import MagicHandler
from IPython.core.splitinput import LineInfo

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

Tokens: TypeAlias = Sequence[tokenize.TokenInfo]

MAGICS: tuple[Any, ...] = (EscapedCommand, MagicAssign)  # IPython's, which have no types
INDENTS = (tokenize.INDENT, tokenize.DEDENT)
OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")
COMPARISONS = ("==", "!=", "<=", ">=")
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  # of a statement
_CELL_LINE = re.compile(r"%%chat(?=\s|$)")
_OTHER_LINE_ENDS = ("\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e")
# What stands directly before or behind the magic, and belongs to neither.
_BEFORE = re.compile(r"^(?=\W)([^\w%％#\"'(\[{]*)%%chat(?=\s|$)")
_FULL_WIDTH = re.compile(r"^(?:％[%％]|%％)chat(?=\s|$)")
_BEHIND = re.compile(r"^%%chat(?=[^\w\s?])")
_PART = re.compile(r"^(%{1,2}chat)(?=[^\S \r\n])")  # IPython ends a name at a space alone


def install(shell: InteractiveShell) -> None:
    """Let the shell read cells with lines of ours."""
    for added, kept in _places(shell):
        kept += [one for one in added if one not in kept]


def uninstall(shell: InteractiveShell) -> None:
    """Let it read them as before."""
    for added, kept in _places(shell):
        kept[:] = [one for one in kept if one not in added]


def _places(shell: InteractiveShell) -> list[tuple[Sequence[object], list[Any]]]:
    """What is added, and to which list of the shell."""
    manager = shell.input_transformer_manager
    return [
        (CLEANUPS, manager.cleanup_transforms),
        ((ChatLine, ChatCellBelow), manager.token_transformers),
        ((SHOWN_ALREADY,), shell.ast_transformers),
    ]


# --- whole cells ---------------------------------------------------------------------------------


def drop_comments(lines: list[str]) -> list[str]:
    """Without the comments and spaces before a `%%chat`; what was typed is kept in the history.

    >>> drop_comments(["# The sky\\n", "\\n", "%%chat demo\\n", "Hi\\n"])
    ['%%chat demo\\n', 'Hi\\n']
    >>> drop_comments(["  %%chat demo\\n", "Hi\\n"])
    ['%%chat demo\\n', 'Hi\\n']
    """
    for number, line in enumerate(lines):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if (line.startswith("%") and number == 0) or not _CELL_LINE.match(text):
            break
        return dedent("".join(lines[number:])).lstrip(" \t").splitlines(keepends=True)
    return lines


def move_marks(lines: list[str]) -> list[str]:
    """With what stands directly before or behind `%%chat` on its line, where it is named.

    Some characters end a line for Python, and for nobody else.

    >>> move_marks(["\\ufeff%%chat demo\\n", "Hi\\n"]), move_marks(["%%chat:demo\\n"])
    (['%%chat \\ufeffdemo\\n', 'Hi\\n'], ['%%chat :demo\\n'])
    """
    if not lines or "chat" not in lines[0]:
        return lines
    first, rest = lines[0], lines[1:]
    before = _BEFORE.match(first)
    if before and before[1].strip(" \t"):
        first = f"%%chat {before[1]}{first[before.end() :].lstrip(' ')}"
    elif _FULL_WIDTH.match(first):
        first = f"%%chat {first}"
    first = _BEHIND.sub("%%chat ", first)
    while rest and first.startswith("%%chat") and first.endswith(_OTHER_LINE_ENDS):
        first += rest.pop(0)
    return [first, *rest]


def part_name(lines: list[str]) -> list[str]:
    """With a space behind `%%chat`, where IPython would take another one for a part of the name.

    >>> part_name(["%%chat\\tdemo\\n", "Hi\\n"])
    ['%%chat \\tdemo\\n', 'Hi\\n']
    """
    return [_PART.sub(r"\1 ", line) for line in lines[:1]] + lines[1:]


def take_keys_out(lines: list[str]) -> list[str]:
    """The lines of ours without keys: not even the code that runs has them.

    >>> take_keys_out(["%%chat demo --key abc\\n", "Hi\\n"])
    ['%%chat demo --key [key removed]\\n', 'Hi\\n']
    """
    if not any("chat" in line for line in lines):
        return lines
    from nbchat.frontends.notebook import line_keys

    return line_keys.clean_lines(lines)


def give_body(lines: list[str]) -> list[str]:
    """With a body for a `%%chat` that has none; IPython would refuse it without asking us.

    >>> give_body(["%%chat kimi-k2.6"])
    ['%%chat kimi-k2.6\\n', '\\n']
    """
    if not lines or not _CELL_LINE.match(lines[0]) or "".join(lines[1:]).strip():
        return lines
    return [f"{lines[0].rstrip()}\n", "\n"]


# IPython leaves out what has side effects when it only asks whether a cell is whole.
take_keys_out.has_side_effects = True  # type: ignore[attr-defined]
give_body.has_side_effects = True  # type: ignore[attr-defined]
CLEANUPS = (move_marks, drop_comments, part_name, take_keys_out, give_body)


# --- single lines --------------------------------------------------------------------------------


class ChatLine(TokenTransformBase):
    """A line that IPython takes for `%chat`, all of it, also where it ends in `?`.

    Where such a line may stand is decided by IPython's own transformers, which also make
    Python of it: never in a string, a comment or an expression that goes on.
    """

    priority = 0  # before the look-up of help, which begins at the same place

    def __init__(self, line: Tokens, magic: TokenTransformBase, *, is_bare: bool = False) -> None:
        super().__init__(_first(line).start)  # type: ignore[no-untyped-call]
        self._magic = magic
        self._is_bare = is_bare

    @classmethod
    def find(cls, tokens_by_line: Sequence[Tokens]) -> ChatLine | None:
        """The first such line of the cell."""
        for line in tokens_by_line:
            for kind in MAGICS:
                magic = kind.find([line])
                if magic and _is_ours(line, magic):
                    return cls(line, magic)
            sign = _sign_inside(line)
            if sign:
                return cls(line, MagicAssign(sign.start))  # type: ignore[no-untyped-call]
        return cls._find_bare(tokens_by_line)

    @classmethod
    def _find_bare(cls, tokens_by_line: Sequence[Tokens]) -> ChatLine | None:
        """A cell of one line, `chat ask Why?`, where IPython needs no sign before a magic."""
        line = tokens_by_line[0] if tokens_by_line else []
        typed = line[0].line if line else ""
        last = tokens_by_line[-1][-1].start[0] if line else 0
        if last > 2 or not re.match(r"chat [^=]*\?\s*$", typed) or not _is_magic(typed):
            return None
        return cls(line, MAGICS[0]((1, 0)), is_bare=True)

    def transform(self, lines: list[str]) -> list[str]:
        """The lines with this one as Python."""
        if self._is_bare:
            lines = [f"%{lines[0]}", *lines[1:]]
        row, start = self._magic.start_line, self._magic.start_col
        line = lines[row][:start] + _PART.sub(r"\1 ", lines[row][start:])
        made: list[str] = self._magic.transform([*lines[:row], line, *lines[row + 1 :]])
        return made


class ChatCellBelow(TokenTransformBase):
    """A `%%chat` that is not the first line of its cell: nothing of the cell is run."""

    priority = 0

    @classmethod
    def find(cls, tokens_by_line: Sequence[Tokens]) -> ChatCellBelow | None:
        """The first such line of the cell."""
        for line in tokens_by_line:
            shown = [token for token in line if token.type not in INDENTS][:3]
            if [token.string for token in shown] != ["%", "%", "chat"]:
                continue
            typed = shown[0].line[shown[0].start[1] :]
            if _CELL_LINE.match(typed):
                return cls(shown[0].start)
        return None

    def transform(self, lines: list[str]) -> list[str]:
        """The magic that says where such a line belongs, in the place of all lines."""
        typed = lines[self.start_line][self.start_col :].strip()
        return [f"get_ipython().run_line_magic('%chat', {typed[len('%%chat ') :]!r})\n"]


def _sign_inside(line: Tokens) -> tokenize.TokenInfo | None:
    """The sign of a `%chat` behind something else, where Python can have no `%`."""
    depth = 0
    for before, sign, name in zip(line, line[1:], line[2:], strict=False):
        if before.string in OPENING:
            depth += 1
        elif before.string in CLOSING:
            depth = max(depth - 1, 0)
        may_follow = before.string in (":", ";") or before.string.endswith("=")
        is_place = before.type == tokenize.OP and may_follow and depth == 0
        if is_place and sign.string == "%" and name.string == "chat" and _is_parted(sign, name):
            return None if before.string in COMPARISONS else sign
    return None


def _first(line: Tokens) -> tokenize.TokenInfo:
    return next(token for token in line if token.type not in INDENTS)


def _is_ours(line: Tokens, magic: TokenTransformBase) -> bool:
    """Whether what IPython takes for a magic here is `%chat`, and no look-up of help on it."""
    start = (magic.start_line + 1, magic.start_col)
    number = next(n for n, token in enumerate(line) if token.start == start)
    if [token.string for token in line[number : number + 2]] != ["%", "chat"]:
        return False
    return _is_parted(*line[number : number + 2])


def _is_parted(sign: tokenize.TokenInfo, name: tokenize.TokenInfo) -> bool:
    """Whether the name follows its sign at once, and a space the name."""
    behind = name.line[name.end[1] : name.end[1] + 1]
    return sign.end == name.start and (not behind or behind.isspace())


def _is_magic(typed: str) -> bool:
    """Whether IPython would run a line as a magic, were it not for its `?`."""
    shell: Any = get_ipython()
    if shell is None:
        return False
    handler = shell.prefilter_manager.find_handler(LineInfo(typed.rstrip().rstrip("?")))
    return isinstance(handler, MagicHandler)


# --- what is shown -------------------------------------------------------------------------------


class ShownAlready:
    """Keeps IPython from showing an Answer that its line has shown; assigned, it is a value."""

    def visit(self, node: ast.AST) -> ast.AST:
        """Called by IPython for each cell. Only statements are looked at."""
        for name in BLOCKS:
            statements = getattr(node, name, [])
            for number, statement in enumerate(statements):
                self.visit(statement)
                if isinstance(statement, ast.Expr) and _is_chat_call(statement.value):
                    statements[number] = _without_value(statement)
        return node


def _is_chat_call(value: ast.expr) -> bool:
    """Whether it is `get_ipython().run_line_magic('chat', …)`."""
    match value:
        case ast.Call(
            func=ast.Attribute(attr="run_line_magic"), args=[ast.Constant(value="chat"), *_]
        ):
            return True
    return False


def _without_value(statement: ast.Expr) -> ast.stmt:
    """`if CALL is None: pass`, which IPython has nothing to show of."""
    test = ast.Compare(statement.value, [ast.Is()], [ast.Constant(None)])
    return ast.copy_location(ast.If(test, [ast.Pass()], []), statement)


SHOWN_ALREADY = ShownAlready()
