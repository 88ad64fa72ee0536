"""How pieces of Chinese stand beside each other, and beside Latin words."""

from __future__ import annotations

import re

# How a sentence ends in Chinese; the space behind it goes.
FULL_WIDTH = {". ": "。", ", ": "，", ": ": "：", "; ": "；", ".": "。", ",": "，", ":": "："}
CLOSING = ("。", "，", "：", "；", "！", "？", "）")
HAN = re.compile(r".*[\u4e00-\u9fff].*")
_LATIN = re.compile(r"[A-Za-z\d'\"]")
_ENDS_IN_HAN, _BEGINS_IN_HAN = re.compile(r"[\u4e00-\u9fff] ?$"), re.compile(r" ?[\u4e00-\u9fff]")
_WORDS = re.compile(r"[\u4e00-\u9fff]")
_COUNT = re.compile(r"(?:\d[\d,.]* )?[\u4e00-\u9fff]")
_NOTE = re.compile(r" ?\((?P<words>[^()]*)\) ?")


def joined(said: str, behind: str) -> str:
    """Two pieces in a row; Chinese has its own signs, and no space between sentences."""
    if (note := _NOTE.match(behind)) and _ENDS_IN_HAN.search(said):
        return joined(f"{said.rstrip(' ')}（{note['words']}）", behind[note.end() :])
    for sign, wide in FULL_WIDTH.items():
        if behind.startswith(sign) and not said.endswith(CLOSING[:-1]):
            return f"{said}{wide}{behind[len(sign) :].lstrip()}"
    if said.endswith(CLOSING):
        return said + behind.lstrip(" ")
    return said + behind


def spaced(said: str, behind: str) -> str:
    """A value and the words beside it: a space between Chinese and Latin, and none in Chinese."""
    if said.endswith(CLOSING):
        return said + behind.lstrip(" ")
    if _ENDS_IN_HAN.search(said) and _BEGINS_IN_HAN.match(behind):
        return said.rstrip(" ") + behind.lstrip(" ")
    is_close = HAN.match(said[-1:]) and _LATIN.match(behind[:1])
    is_close = is_close or (_LATIN.match(said[-1:]) and HAN.match(behind[:1]))
    return f"{said} {behind}" if is_close else said + behind


def widened(left: str, behind: str) -> str:
    """What stays as it is, and what is in Chinese behind it, with Chinese signs between them.

    >>> widened("a.toml: ", "未设置"), widened("(", "3 轮) x")
    ('a.toml：未设置', '（3 轮）x')
    """
    note = _NOTE.match(left + behind)
    if left == "(" and note and HAN.match(note["words"]):
        return f"（{note['words']}）{behind[note.end() - 1 :]}"
    if behind.startswith("（"):
        return left.rstrip(" ") + behind
    starts = {": ": _COUNT, ", ": _WORDS}.get(left[-2:])
    if starts and starts.match(behind):
        return left[:-2] + FULL_WIDTH[left[-2:]] + behind
    return left + behind
