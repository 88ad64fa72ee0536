"""Our style sheets, and what of them a page needs: each answer in a notebook carries its own.

A sheet has one rule a line, and opens and closes its groups on lines of their own.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_NAME = re.compile(r"\.nbc-[a-z]+|\[[a-z]+|(?<![\w.:[=-])[a-z][a-z0-9]*(?![\w(])")
_LEFT_OUT = re.compile(r":(?!has)[a-z-]+\([^()]*\)|(?<=[a-z])[*$]?=[^\]]*")
_TAG = re.compile(r"<([a-z][a-z0-9]*)([^>]*)>")
_CLASS = re.compile(r"nbc-[a-z]+")
_ATTRIBUTE = re.compile(r" ([a-z]+)")


@cache
def lines(name: str) -> tuple[str, ...]:
    return tuple(
        map(str.strip, Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines())
    )


def minified(name: str) -> str:
    return "".join(lines(name))


def used(html: str) -> str:
    """The rules for answers that can have something to apply to, for each their group.

    >>> used("<p dir=auto>words</p>")
    '.nbc.nbc.nbc{[dir] p,p[dir]{text-align:start}}'
    """
    there: set[str] = set()
    for tag, marks in _TAG.findall(html):
        there |= {
            tag,
            *(f".{name}" for name in _CLASS.findall(marks)),
            *(f"[{a}" for a in _ATTRIBUTE.findall(marks)),
        }
    kept: list[str] = []
    for line in lines("style.css"):
        if line == "}" and kept and kept[-1].endswith("{"):
            kept.pop()
        elif (
            not line.endswith("}") or line == "}" or any(names <= there for names in _wanted(line))
        ):
            kept.append(line)
    return "".join(kept)


@cache
def _wanted(rule: str) -> tuple[frozenset[str], ...]:
    """For each of the rule's selectors, what must be in a page."""
    selectors = _LEFT_OUT.sub("", rule.partition("{")[0])
    return tuple(frozenset(_NAME.findall(selector)) for selector in selectors.split(","))
