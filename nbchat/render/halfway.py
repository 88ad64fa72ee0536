"""Markdown that stops in the middle, made to look like what it is becoming.

While an answer streams, its last lines are half a fence, half a table row, half
a link. Here they are closed or held back, so that the page does not jump when
the rest comes. It guesses; what it guesses is replaced with the next words and
never kept.
"""

from __future__ import annotations

import re

from nbchat.render.maths import formula_at, speaks_tex

_FENCE = re.compile(r"(?:[\s>]|[-*+][ \t]|\d{1,9}[.)][ \t])*(`{3,}(?=[^`]*$)|~{3,})(.*)")
_COULD_BE_ANYTHING = re.compile(r"[\s>]*(?:[-+*=_#~`|:$!\[\\\s]*|\d{1,9}[.)]?\s*)")
_ITEM = re.compile(r"(?:[\s>]|[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t])+")
_BAR = re.compile(r"(?<!\\)\|")
_DELIMITERS = re.compile(r"[\s>]*\|?[\s|:-]*")
_HALF_PICTURE = re.compile(r"!\[[^\]\n]*(?:\](?:\([^)\n]*)?)?$")
_HALF_LINK = re.compile(r"\[([^\[\]\n]*)\]\([^)\n]*$")
_EMPHASIS = re.compile(r"\*\*|\*|__|_|~~")


def completed(text: str) -> str:
    """The text with its open ends closed, and without those that could become anything."""
    *whole, last = text.split("\n")
    if fence := _open_fence(whole):
        if last.strip(" >") and not last.strip(" >" + fence[0]):  # half of the closing line
            return "\n".join(whole)
        return text
    if fence := _fence_in(last):  # its language is still being typed
        return "\n".join([*whole, last[: last.index(fence) + len(fence)]])
    if columns := _heading_row(whole, last):
        row = [*whole, last] if _is_row(last) and not _DELIMITERS.fullmatch(last) else whole
        return "\n".join([*row, "|---" * columns + "|"])
    if _COULD_BE_ANYTHING.fullmatch(last) and not (_is_row(last) and whole and _is_row(whole[-1])):
        return _closed("\n".join(whole))
    return _closed(text)


def _open_fence(lines: list[str]) -> str:
    """The marker of a fence that these lines leave open."""
    opened = ""
    for line in lines:
        if ("```" not in line and "~~~" not in line) or not (found := _FENCE.match(line)):
            continue
        if not opened:
            opened = found[1]
        elif found[1].startswith(opened) and not found[2].strip():
            opened = ""
    return opened


def _fence_in(line: str) -> str:
    found = _FENCE.match(line)
    return found[1] if found else ""


def _is_row(line: str) -> bool:
    return line.lstrip(" >").startswith("|")


def _heading_row(whole: list[str], last: str) -> int:
    """How many columns a table has of which only the heading has come; 0 if there is none."""
    if whole and _is_row(whole[-1]) and _DELIMITERS.fullmatch(last):
        before, heading = whole[-2:-1], whole[-1]
    elif _is_row(last) and not _DELIMITERS.fullmatch(last):
        before, heading = whole[-1:], last
    else:
        return 0
    if before and _is_row(before[0]):
        return 0
    cells = _BAR.split(heading.strip(" >"))
    return len(cells) - 1 - (not cells[-1].strip())


def _closed(text: str) -> str:
    """The text with emphasis, code, links and formulas of its last paragraph, item or cell closed."""
    start = text.rfind("\n\n") + 2 if "\n\n" in text else 0
    for number, line in _numbered_lines(text, start):
        if item := _ITEM.match(line):
            start = number + item.end()
        elif _is_row(line):
            start = number + max(bar.end() for bar in re.finditer(r"\|", line))
    return text[:start] + _repaired(text[start:])


def _numbered_lines(text: str, start: int) -> list[tuple[int, str]]:
    """The lines from `start` on, each with its position in the text."""
    return [(found.start(), found[0]) for found in re.compile(r"^.+$", re.MULTILINE).finditer(text, start)]


def _repaired(words: str) -> str:
    stack: list[str] = []
    position = 0
    while position < len(words):
        character = words[position]
        if character == "`":
            run = re.match("`+", words[position:])[0]  # type: ignore[index]
            end = words.find(run, position + len(run))
            if end < 0:
                inside = words[position + len(run) :].strip("`")
                return words[:position] + (f"{run}{inside}{run}" if inside.strip() else "") + _closers(stack)
            position = end + len(run)
        elif character in "$\\":
            found = formula_at(words, position)
            if found:
                position = found[2]
            elif position == 0 and words.startswith(("$$", r"\[")):  # a block, which shows its source until it ends
                return words.rstrip("$\\") if len(words) > 2 else ""
            elif _is_half_formula(words[position:]):
                return words[:position].rstrip() + " " + _as_code(words[position:]) + _closers(stack)
            else:
                position += 2 if character == "\\" else 1
        elif emphasis := _EMPHASIS.match(words, position):
            _note(emphasis[0], words, position, stack)
            position = emphasis.end()
        elif character == "!" and (half := _HALF_PICTURE.match(words, position)):
            words = words[: half.start()]
        elif character == "[" and (half := _HALF_LINK.match(words, position)):
            words = words[: half.start()] + half[1]
        else:
            position += 1
    if not stack:
        return words
    words = words.rstrip()
    while stack and words.endswith(stack[-1]):
        words = words[: -len(stack.pop())].rstrip()
    return words.rstrip("*_~") + _closers(stack) if stack else words


def _note(marker: str, words: str, position: int, stack: list[str]) -> None:
    before = words[position - 1 : position]
    after = words[position + len(marker) : position + len(marker) + 1]
    if marker[0] == "_" and before.isalnum() and after.isalnum():
        return
    if before.strip() and marker in stack:
        del stack[stack.index(marker) :]
    elif after.strip() or not after:
        stack.append(marker)


def _closers(stack: list[str]) -> str:
    return "".join(reversed(stack))


def _is_half_formula(rest: str) -> bool:
    if rest.startswith((r"\(", r"\[")):
        return True
    return rest.startswith("$") and "$" not in rest.lstrip("$") and speaks_tex(rest)


def _as_code(source: str) -> str:
    longest = max(map(len, re.findall("`+", source)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {source.strip()} {ticks}"
