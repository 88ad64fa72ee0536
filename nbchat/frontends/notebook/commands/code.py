"""Commands for the code of an answer: insert, copy. Nothing is run."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from nbchat.errors import BadCommand, NotThere
from nbchat.frontends.notebook import clipboard
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.next_cell import insert_below
from nbchat.frontends.notebook.page_or_text import say, show
from nbchat.invisible import INVISIBLE
from nbchat.languages import translated
from nbchat.render.characters import undisguised_name, unmasked, without_emoji_marks
from nbchat.render.page import note
from nbchat.render.value_table import has_value, value_json
from nbchat.wording import plural, shorten

if TYPE_CHECKING:
    from nbchat.events import Answer
    from nbchat.render.markdown.code_blocks import CodeBlock

PYTHON = ("python", "python3", "py", "py3", "ipython", "ipython3", "pycon")
# Languages that a cell runs where its first line says so.
MAGICS = {
    "bash": "bash", "sh": "bash", "shell": "bash", "html": "html", "svg": "svg",
    "javascript": "javascript", "js": "javascript", "latex": "latex", "tex": "latex",
}  # fmt: skip
SEPARATOR = " · "
MOST_LISTED = 6  # blocks that an error lists
LONGEST_LISTED = 40  # characters of a first line there
LONGEST_NUMBER = 9  # digits
MOST_NAMED = 3  # kinds of characters that a remark names

NOTHING_ANSWERED = "nothing has been answered yet, so there is no code to take."
NO_FRONT_END = "No cell can be put in from here; to copy:"


@command(
    "insert [N]", "code of the last answer into a new cell, never run; N: block N", group="code"
)
def insert(chat: ChatCommand, number: str = "") -> None:
    blocks = _blocks(chat)
    at = _numbered(blocks, number, "insert") if number else _first_to_run(blocks)
    block = blocks[at]
    if not block.code.strip():
        raise NotThere(f"block {at + 1} of the last answer is empty, so nothing was inserted.")
    code = cell_code(block)
    if code is None:
        said = f"{_named(blocks, at)}: no cell runs {undisguised_name(block.language)}; to copy:"
        _show(chat, block, [said, *_remarks(block)])
    elif insert_below(chat.shell, code):
        _say([f"{_named(blocks, at)}, is below, and was not run.", *_remarks(block)])
    else:
        _show(chat, block, [NO_FRONT_END, *_remarks(block)])


@command("copy [N]", "code of the last answer to the clipboard, or shown to copy", group="code")
def copy(chat: ChatCommand, number: str = "") -> None:
    blocks = _blocks(chat)
    at = _numbered(blocks, number, "copy") if number else 0
    block = blocks[at]
    if not hasattr(chat.shell, "kernel") and clipboard.copy(block.code):
        _say([f"{_named(blocks, at)}, is in the clipboard.", *_remarks(block)])
        return
    _show(chat, block, [f"{_named(blocks, at)}, to copy:", *_remarks(block)])


# --- which block ---------------------------------------------------------------------------------


def last_answer(chat: ChatCommand) -> Answer | None:
    """The answer that ended last here, in whichever conversation and on whichever branch."""
    last = max(
        reversed(chat.runtime.turns), key=lambda turn: turn.asked_at + turn.seconds, default=None
    )
    return last.answer if last else None


def _blocks(chat: ChatCommand) -> list[CodeBlock]:
    """The blocks of the last answer, of which there is one at least."""
    from nbchat.render.markdown.code_blocks import CodeBlock, code_blocks

    answer = last_answer(chat)
    if answer is None:
        raise NotThere(f"{NOTHING_ANSWERED}\nAsk with %%chat and your question below it.")
    if has_value(answer):
        return [CodeBlock("json", value_json(answer))]
    blocks = code_blocks(answer.text)
    if not blocks:
        raise NotThere(
            "the last answer has no block of code. Ask for one:\n"
            "%chat ask Write that as one block of Python."
        )
    return blocks


def _numbered(blocks: list[CodeBlock], typed: str, name: str) -> int:
    """The place of block N. Raises where there is none, with what there is."""
    digits = typed.removeprefix("#")
    if not (digits.isascii() and digits.isdecimal()):
        raise BadCommand(
            f"%chat {name} takes the number of a block, from 1, not {shorten(typed, 40)!r}.\n"
            f"The first:\n%chat {name} 1"
        )
    number = int(digits[:LONGEST_NUMBER])
    if 1 <= number <= len(blocks):
        return number - 1
    lines = [_listed(at, block) for at, block in enumerate(blocks, 1)]
    more = len(lines) - MOST_LISTED
    rest = [f"and {more:,} more"] if more > 0 else []
    has = f"the last answer has {plural(len(blocks), 'block')} of code"
    listed = SEPARATOR.join([*lines[:MOST_LISTED], *rest])
    raise NotThere(f"{has}, and none has the number {digits[:LONGEST_NUMBER]}.\n{listed}")


def _listed(number: int, block: CodeBlock) -> str:
    first = shorten(unmasked(block.first_line), LONGEST_LISTED) or "(empty)"
    language = f"{undisguised_name(block.language)}: " if block.language else ""
    return f"{number} {language}{first}"


def _first_to_run(blocks: list[CodeBlock]) -> int:
    """The first block that a cell runs: one of Python, else one that names no language."""
    for languages in (PYTHON, ("",), MAGICS):
        for at, block in enumerate(blocks):
            if block.language.lower() in languages and block.code.strip():
                return at
    return 0


def cell_code(block: CodeBlock) -> str | None:
    """The block as a cell; None where no cell runs its language.

    >>> from nbchat.render.markdown.code_blocks import CodeBlock
    >>> cell_code(CodeBlock("python", "x = 1")), cell_code(CodeBlock("sql", "select 1"))
    ('x = 1', None)
    >>> cell_code(CodeBlock("bash", "ls"))
    '%%bash\\nls'
    """
    language = block.language.lower()
    if language in ("", *PYTHON) or block.code.startswith("%%"):
        return block.code
    magic = MAGICS.get(language)
    return f"%%{magic}\n{block.code}" if magic else None


# --- what is said --------------------------------------------------------------------------------


def _named(blocks: list[CodeBlock], at: int) -> str:
    """`Block 2 of 3, python, 12 lines`."""
    block = blocks[at]
    language, lines = undisguised_name(block.language), plural(block.code.count("\n") + 1, "line")
    if not language:
        return f"Block {at + 1} of {len(blocks)}, {lines}"
    return f"Block {at + 1} of {len(blocks)}, {language}, {lines}"


def _remarks(block: CodeBlock) -> list[str]:
    remarks = []
    if not block.is_whole:
        remarks.append("It has no end: the answer broke off in it, or did not close it.")
    if unseen := unseen_characters(block.code):
        remarks.append(f"Nobody sees all of it: {unseen}.")
    return remarks


def unseen_characters(code: str) -> str:
    """Which characters in code nobody sees, but for those that emoji need.

    >>> unseen_characters("is_admin\u200b = 1 # \u202e")
    'U+200B ZERO WIDTH SPACE, U+202E RIGHT-TO-LEFT OVERRIDE'
    """
    found = Counter(INVISIBLE.findall(without_emoji_marks(code)))
    names = [
        f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".rstrip()
        + (f" ({count} times)" if count > 1 else "")
        for letter, count in found.items()
    ]
    more = len(names) - MOST_NAMED
    return ", ".join([*names[:MOST_NAMED], *([f"and {more} more kinds"] if more > 0 else [])])


def _say(lines: list[str]) -> None:
    say("\n".join(lines))


def _show(chat: ChatCommand, block: CodeBlock, lines: list[str]) -> None:
    """The code to copy, as answers show it, with lines above it."""
    from nbchat.render.markdown.code import code_block

    lines = [*map(translated, lines)]
    page = "".join([*map(note, lines), code_block(block.code, block.language)])
    show(chat.shell, page, "\n".join([*lines, "", block.code]))
