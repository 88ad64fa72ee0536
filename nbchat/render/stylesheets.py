"""Our style sheets, and what of them a page needs: each answer in a notebook carries its own.

A sheet has one rule a line, and opens and closes its groups on lines of their own.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_NAME = re.compile(r"\.nbc-[a-z]+|\[[a-z]+|(?<![\w.:[=-])[a-z][a-z0-9]*(?![\w(])")
_NOT_COMPARED = re.compile(r":(?!has)[a-z-]+\([^()]*\)|(?<=[a-z])[*$]?=[^\]]*")
_TAG = re.compile(r"<([a-z][a-z0-9]*)([^>]*)>")
_CLASS = re.compile(r"nbc-[a-z]+")
_ATTRIBUTE = re.compile(r" ([a-z]+)")


@cache
def lines(name: str) -> tuple[str, ...]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines())


def minified(name: str) -> str:
    return "".join(lines(name))


def rules_for(html: str, sheet: str = "style.css") -> str:
    """The rules of a sheet that can apply to something in the page, each in its group.

    >>> rules_for("<p dir=auto>words</p>")
    '.nbc.nbc.nbc{p{margin:.55em 0}[dir] p,p[dir]{text-align:start}}'
    """
    names: set[str] = set()
    for tag, marks in _TAG.findall(html):
        names.add(tag)
        names.update(f".{name}" for name in _CLASS.findall(marks))
        names.update(f"[{name}" for name in _ATTRIBUTE.findall(marks))
    rules: list[str] = []
    for line in lines(sheet):
        if line == "}" and rules and rules[-1].endswith("{"):  # a group without rules
            rules.pop()
        elif not _is_rule(line) or any(needed <= names for needed in _names_in_selectors(line)):
            rules.append(line)
    return "".join(rules)


def _is_rule(line: str) -> bool:
    return line.endswith("}") and line != "}"


@cache
def _names_in_selectors(rule: str) -> tuple[frozenset[str], ...]:
    """For each of the rule's selectors, what must be in a page."""
    selectors = _NOT_COMPARED.sub("", rule.partition("{")[0])
    return tuple(frozenset(_NAME.findall(selector)) for selector in selectors.split(","))
