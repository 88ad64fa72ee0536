"""The table of the panel's messages, read from `messages.d.ts`, as the page's scripts have it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nbchat.frontends.panel import source

REMARK = re.compile(r"/\*.*?\*/", re.S)
INTERFACE = re.compile(r"  interface (\w+)(?: extends (\w+))? \{\n(.*?)\n  \}", re.S)
UNION = re.compile(r"  type (\w+) =([^;]+);")
MEMBER = re.compile(r"^ {4}(\w+)(\??): (.+);$", re.M)


@dataclass(frozen=True)
class Shape:
    """Which members a message has to have, and which it may have."""

    kind: str
    needed: frozenset[str]
    allowed: frozenset[str]

    def fits(self, message: dict[str, Any]) -> bool:
        return self.needed <= message.keys() <= self.allowed


def namespace(direction: str) -> str:
    """The text of `ToPython` or `ToPage`, without remarks."""
    text = REMARK.sub("", (source.FOLDER / "messages.d.ts").read_text("utf-8"))
    return text.partition(f"declare namespace {direction} {{\n")[2].partition("\n}\n")[0]


def read_shapes(direction: str) -> dict[str, Shape]:
    """What is in a namespace, by the name of its interface."""
    inside = namespace(direction)
    members = {name: MEMBER.findall(body) for name, _, body in INTERFACE.findall(inside)}
    parents = {name: parent for name, parent, _ in INTERFACE.findall(inside)}
    shapes = {}
    for name, own in members.items():
        every = [*own, *members.get(parents[name], [])]
        kind = {member: meaning for member, _, meaning in own}.get("kind", "").strip('"')
        needed = frozenset(member for member, optional, _ in every if not optional)
        shapes[name] = Shape(kind, needed, frozenset(member for member, _, _ in every))
    return shapes


def by_kind(direction: str) -> dict[str, Shape]:
    """The messages of one direction."""
    return {shape.kind: shape for shape in read_shapes(direction).values() if shape.kind}


def listed(direction: str) -> set[str]:
    """The names in the union `Message` of one direction, which the type check goes by."""
    inside = namespace(direction)
    unions = {name: re.findall(r"\w+", body) for name, body in UNION.findall(inside)}
    return {part for name in unions["Message"] for part in unions.get(name, [name])}
