"""How pieces of Chinese stand beside each other, and beside Latin words."""

from __future__ import annotations

import re

# How a sentence ends in Chinese; the space behind it goes.
FULL_WIDTH = {". ": "。", ", ": "，", ": ": "：", "; ": "；", ".": "。", ",": "，", ":": "："}
HAN = re.compile(r".*[\u4e00-\u9fff].*")
_LATIN = re.compile(r"[A-Za-z\d'\"]")
_ENDS_IN_HAN, _BEGINS_IN_HAN = re.compile(r"[\u4e00-\u9fff] ?$"), re.compile(r" ?[\u4e00-\u9fff]")


def joined(said: str, behind: str) -> str:
    """Two pieces in a row; Chinese has its own signs, and no space between sentences."""
    for sign, wide in FULL_WIDTH.items():
        if behind.startswith(sign) and not said.endswith(tuple("。，：；！？")):
            return f"{said}{wide}{behind[len(sign) :].lstrip()}"
    if said.endswith(tuple("。，：；！？）")):
        return said + behind.lstrip(" ")
    return said + behind


def spaced(said: str, behind: str) -> str:
    """A value and the words beside it: a space between Chinese and Latin, and none in Chinese."""
    if _ENDS_IN_HAN.search(said) and _BEGINS_IN_HAN.match(behind):
        return said.rstrip(" ") + behind.lstrip(" ")
    is_close = HAN.match(said[-1:]) and _LATIN.match(behind[:1])
    is_close = is_close or (_LATIN.match(said[-1:]) and HAN.match(behind[:1]))
    return f"{said} {behind}" if is_close else said + behind
