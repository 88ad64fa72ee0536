"""What of a cell is ours: questions that it asked, and lines that only tell nbchat what to do."""

from __future__ import annotations

import re

_QUESTION = re.compile(r"\s*(?:#[^\n]*\n\s*)*%%chat\b")
_COMMAND = re.compile(r"[ \t]*(?:\w+[ \t]*=[ \t]*)?%chat\b.*")
_LOADING = re.compile(r"[ \t]*%(?:re|un)?load_ext[ \t]+nbchat[ \t]*(?:#.*)?")


def own_code(source: str) -> str:
    """The code of a cell without lines of ours; empty where there is none.

    >>> own_code("%load_ext nbchat\\n%chat use demo\\nx = 1\\n"), own_code("%%chat demo\\nHi")
    ('x = 1', '')
    """
    if _QUESTION.match(source):
        return ""
    lines = source.splitlines()
    left = [line for line in lines if not _COMMAND.fullmatch(line) and not _LOADING.fullmatch(line)]
    if len(left) == len(lines):
        return source.strip("\n")
    has_code = any(line.strip() and not line.lstrip().startswith("#") for line in left)
    return "\n".join(left).strip("\n") if has_code else ""
