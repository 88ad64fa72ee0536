"""What a person sees of a value: rows that come one after the other, then a table that scrolls."""

from __future__ import annotations

import json
from itertools import pairwise

from ..fakes.provider import Service, said
from ..fakes.steps import Steps
from ..render.payloads.scripts import RAW
from .cells import Ask, outputs
from .test_cell_look import LINE, cut, frames_of

PEOPLE = [
    {"name": f"Person {number}", "age": 20 + number, "about": "Writes programs. " * (number % 4)}
    for number in range(12)
]
PERSON = """from pydantic import BaseModel
class Person(BaseModel):
    name: str
    age: int
    about: str"""
ROWS = "(frames, n) => frames.at(-1)?.[1].split('Person ').length > n"


def test_rows_appear_one_after_the_other_and_no_json_does(ask: Ask, service: Service) -> None:
    begin = said()[0]
    rows = [json.dumps(person) for person in PEOPLE]
    texts = [f'{{"items": [{rows[0]}', *(f", {row}" for row in rows[1:])]
    pieces = [said(*cut(text))[1:-3] for text in texts]
    steps = Steps([begin, *pieces[0]], *pieces[1:], [*said("]}")[1:]])
    service.plays(steps)
    notebook = ask(PERSON, "%%chat kimi-k2.6 --as list[Person] --into people\nWho?")
    notebook.run(1)

    found = frames_of(notebook, 2, steps, ROWS)

    frames = [text for _, text in found]
    counts = [text.count("Person ") for text in frames]
    assert counts == sorted(counts)
    assert {*range(1, 13)} <= set(counts)
    assert not any('"name"' in text for text in frames[:-1])
    assert any("kimi-k2.6 · 3 rows · " in text for text in frames)
    heights = [height for height, text in found if " rows · " in text]
    assert all(after >= before - LINE for before, after in pairwise(heights))
    (shown,) = outputs(notebook, 2)
    assert shown.startswith("name\tage\tabout")


def test_a_single_value_grows_pale(ask: Ask, service: Service) -> None:
    words = said(*cut(json.dumps(PEOPLE[3])))
    steps = Steps(words[:6], words[6:])
    service.plays(steps)
    notebook = ask(PERSON, "%%chat kimi-k2.6 --as Person\nWho?")
    notebook.run(1)

    notebook.run(2, wait=False)
    notebook.page.wait_for_selector(".nbc-grows th >> text=name")
    steps.finish()
    notebook.ready()

    assert notebook.page.locator(".nbc-grows").count() == 0
    assert "Person 3" in outputs(notebook, 2)[0]


def test_a_long_table_scrolls_below_its_names(ask: Ask, service: Service) -> None:
    hostile = [{"name": text, "age": 1, "about": text} for text in RAW[:60]]
    service.answers(*said(json.dumps({"items": [*hostile, *PEOPLE * 15]})))
    notebook = ask(PERSON, "%%chat kimi-k2.6 --as list[Person]\nWho?", dark=True)
    notebook.run(1, 2)

    box = notebook.page.locator(".nbc-rows")
    before = box.locator("thead").bounding_box()
    box.evaluate("box => box.scrollTo(0, 1000)")
    behind, page = box.evaluate(
        """box => [box.querySelector('thead'), document.querySelector('.jp-Notebook')]
            .map(e => getComputedStyle(e).backgroundColor)"""
    )

    assert box.bounding_box()["height"] < 400
    assert box.locator("thead").bounding_box() == before
    assert behind == page
    assert "The first 100 of 240 rows." in outputs(notebook, 2)[0]
    inside = notebook.page.locator(".nbc-rows *")
    tags = set(inside.evaluate_all("all => all.map(e => e.tagName.toLowerCase())"))
    assert tags == {"table", "thead", "tbody", "tr", "th", "td"}  # of a hostile model's rows
