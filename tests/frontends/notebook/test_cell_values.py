"""`%%chat --as S --into NAME` in a real kernel: a table and a variable, or nothing."""

from __future__ import annotations

import json

import pytest

from ...fakes.provider import Service, answer, said
from ...running_kernel import DEADLINE, RunningKernel
from .conftest import plain

TYPES = """
from typing import Literal
from pydantic import BaseModel, Field
class Person(BaseModel):
    name: str
    age: int = Field(ge=0)
class Review(BaseModel):
    mood: Literal["positive", "negative"]
"""
PEOPLE = [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 41}]
ANSWERED = json.dumps({"items": PEOPLE})
WRONG = json.dumps({"items": [{"name": "Ada", "age": "many"}]})


def value(kernel: RunningKernel, code: str) -> str:
    return kernel.run(f"print(({code}))").text.strip()


@pytest.fixture
def people(kernel: RunningKernel, kimi: Service) -> Service:
    """The notebook has a Person and no people yet."""
    kernel.run(f"{TYPES}\nglobals().pop('people', None)")
    return kimi


def test_the_value_is_a_table_and_a_variable(kernel: RunningKernel, people: Service) -> None:
    people.answers(*said(ANSWERED))

    ran = kernel.run("%%chat kimi-k2.6 --as list[Person] --into people --fresh\nWho?")

    assert (ran.status, len(ran.outputs)) == ("ok", 1)
    assert "<td style=text-align:left>Ada</td><td>36</td>" in ran.html
    assert json.loads(ran.text) == PEOPLE
    assert value(kernel, "type(people).__name__, people[1]") == (
        "('list', Person(name='Bob', age=41))"
    )
    sent = people.requests[0].json["response_format"]["json_schema"]["schema"]
    assert sent["properties"]["items"]["items"] == {"$ref": "#/$defs/Person"}


def test_without_a_type_the_answer_is_the_variable(kernel: RunningKernel, kimi: Service) -> None:
    kimi.answers(*said("Paris."))

    kernel.run("%%chat kimi-k2.6 --into city --fresh\nCapital of France?")

    assert value(kernel, "city.upper(), city.model") == "('PARIS.', 'kimi-k2.6')"


def test_live_and_static_leave_the_same_output(kernel: RunningKernel, people: Service) -> None:
    people.answers(*said(ANSWERED))
    people.answers(*said(ANSWERED))

    runs = [
        kernel.run("%%chat kimi-k2.6 --as list[Person] --fresh\nWho?", watched=watched)
        for watched in (True, False)
    ]

    live, static = ([one["data"] for one in ran.outputs] for ran in runs)
    assert live == static


def test_of_an_invalid_answer_nothing_is_bound(kernel: RunningKernel, people: Service) -> None:
    for _ in range(3):
        people.answers(*said(WRONG))

    ran = kernel.run("%%chat kimi-k2.6 --as list[Person] --into people --fresh\nWho?")

    assert ran.status == "error"
    assert "InvalidAnswer" in ran.error
    assert "age" in ran.error
    assert '"many"' in ran.html
    assert value(kernel, "'people' in globals()") == "False"


def test_of_a_cut_answer_nothing_is_bound(kernel: RunningKernel, people: Service) -> None:
    people.plays(answer(*said(ANSWERED[:40], finish="length")))

    ran = kernel.run("%%chat kimi-k2.6 --as list[Person] --into people --fresh\nWho?")

    assert (ran.status, len(people.requests)) == ("error", 1)
    assert "InvalidAnswer" in ran.error
    assert value(kernel, "'people' in globals()") == "False"


def test_a_type_that_is_not_there_is_asked_of_nobody(
    kernel: RunningKernel, people: Service
) -> None:
    ran = kernel.run("%%chat kimi-k2.6 --as Persom\nWho?")

    assert "there is no type 'Persom' here. Did you mean Person?" in plain(ran.error)
    assert people.requests == []


def test_show_sends_nothing_and_shows_the_schema(kernel: RunningKernel, people: Service) -> None:
    ran = kernel.run("%%chat kimi-k2.6 --as Person --into people --show --fresh\nWho?")

    assert '"Person"' in ran.text
    assert people.requests == []
    assert value(kernel, "'people' in globals()") == "False"


def test_under_schema_a_type_holds_only_what_was_typed(
    kernel: RunningKernel, people: Service
) -> None:
    people.answers(*said('{"mood": "positive"}'))
    kernel.run("import pathlib; pathlib.Path('nbchat.toml').write_text('data = \"schema\"\\n')")
    kernel.run("cities = ['Lis' + 'bon', 'Por' + 'to']\nCity = Literal[tuple(cities)]")

    try:
        refused = kernel.run("%%chat kimi-k2.6 --as City --fresh\nWhere?")
        typed = kernel.run("%%chat kimi-k2.6 --as Review --fresh\nIt is great.")
    finally:
        kernel.run("pathlib.Path('nbchat.toml').unlink()")

    assert "no value is sent" in refused.error
    assert "'Lisbon'" in refused.error
    assert typed.status == "ok"
    assert len(people.requests) == 1


def test_tab_offers_types_and_variables(kernel: RunningKernel, people: Service) -> None:
    def offered(line: str) -> list[str]:
        code = f"{line}\nWho?"
        reply = kernel.client.complete(code, len(line), reply=True, timeout=DEADLINE)
        return list(reply["content"]["matches"])

    kernel.run("people = []")

    assert {"Person", "Review", "list["} <= set(offered("%%chat demo --as "))
    assert offered("%%chat demo --as list[Per") == ["Person"]
    assert offered("%%chat demo --into peo") == ["people"]
    assert "BaseModel" not in offered("%%chat demo --as ")
