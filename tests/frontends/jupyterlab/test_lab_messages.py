"""Python and the extension speak of the same messages: those of `types/messages.d.ts`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

from nbchat.frontends.jupyterlab import comm, lab_messages

TABLE = (Path(comm.__file__).parent / "types" / "messages.d.ts").read_text("utf-8")
INTERFACE = re.compile(r"interface \w+ \{\n(.*?)\n  \}", re.S)
MEMBER = re.compile(r"^ {4}(\w+): (.+);$", re.M)


def by_kind(direction: str) -> dict[str, set[str]]:
    """The members of each message of one direction, by its kind."""
    inside = TABLE.partition(f"declare namespace {direction} {{\n")[2].partition("\n}\n")[0]
    found = {}
    for body in INTERFACE.findall(inside):
        members = dict(MEMBER.findall(body))
        found[members["kind"].strip('"')] = set(members)
    return found


def test_what_python_reads_is_in_the_table_and_nothing_else() -> None:
    read: dict[str, Any] = {}
    for model in get_args(lab_messages.Message):
        fields = model.model_fields
        read[get_args(fields["kind"].annotation)[0]] = set(fields)

    assert read == {kind: {*members, "request"} for kind, members in by_kind("ToKernel").items()}


def test_what_python_says_is_in_the_table() -> None:
    """test_comm has each of them word for word."""
    assert by_kind("ToPage") == {
        "hello": {"kind"},
        "names": {"kind", "places"},
        "panel": {"kind", "model"},
        "wish": {"kind", "run", "begin", "said"},
        "proposal": {"kind", "code", "said"},
        "leave": {"kind"},
        "language": {"kind", "language"},
    }
