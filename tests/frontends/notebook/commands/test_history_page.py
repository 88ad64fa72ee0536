"""`%chat history`: who answered when, what was asked, and not again all that was sent along."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import nbchat
from nbchat.conversation.export import as_json, read_export
from nbchat.events import Answer, Stop, Valued
from nbchat.frontends.notebook.commands.history_page import history_page
from nbchat.messages import Image, Message, Text
from nbchat.store.reading import read_turn
from nbchat.store.stored_turn import answer_fields, question_fields
from nbchat.turns import Tree, Turn

from ....fakes.provider import Service, answer, said
from ....render.acted import acted
from ....running_kernel import RunningKernel
from ..conftest import plain

DATA = """
import pandas as pd
df = pd.DataFrame({"region": ["north"] * 1000, "sold": range(1000)})
report = "All was well. " * 3000
reviews = ["good", "bad"] * 5000
def upper(): pass
"""
MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d"
IN_DATA = ("north", "All was well. All was well.", "'good', 'bad', 'good'")
QUESTIONS = {
    "a table": "%%chat kimi-k2.6\nWhich {df} sells most?",
    "a table first, and twice": "%%chat\n{df}\nis that like {df}?",
    "a text": "%%chat\nSum {report} up, as {{no}} and {nothing}",
    "a list, on one line": "%chat ask Count {reviews}",
    "beside others": "print('x')\n%chat ask And {reviews} with {df}?",
}


def tree_of(*turns: Turn) -> Tree:
    tree = Tree()
    for turn in turns:
        turn.parent = tree.last
        tree._add(turn)
    return tree


def turn_of(question: Message, *, inserted: tuple[str, ...] = (), typed: str = "") -> Turn:
    said = Answer(model="m")
    for event in (Text("Yes."), Stop("end")):
        said.add(event)
    turn = Turn(question, said, inserted=inserted)
    turn.note_typed(typed or question.text)
    return turn


@pytest.mark.field("C7")
def test_the_history_has_numbers_times_and_models_and_no_data(
    kernel: RunningKernel, kimi: Service
) -> None:
    kimi.always(answer(*said("Yes.")))
    kernel.run(DATA)
    for cell in QUESTIONS.values():
        assert kernel.run(cell).status == "ok"
    sent = json.dumps([request.json["messages"] for request in kimi.requests])

    ran = kernel.run("%chat history")

    assert all(data in sent for data in IN_DATA)
    assert not any(data in ran.text or data in ran.html for data in IN_DATA)
    assert len(ran.text) < 1500
    assert len(ran.html) < 5000
    heads = [line for line in ran.text.splitlines() if line.startswith("#")]
    for number, head in enumerate(heads, 1):
        assert re.match(rf"#{number} · {MOMENT} · kimi-k2\.6 · sent \w+ \(", head)
    assert len(heads) == len(QUESTIONS)
    assert "as above" not in heads[0]
    assert "sent df (as above)" in heads[1]
    for words in ("> Which {df} sells most?", "> {df}\nis that like {df}?", "> Count {reviews}"):
        assert words in ran.text
    assert "Sum {report} up, as {{no}} and {nothing}" in ran.text
    assert "<code>{df}</code> sells most" in ran.html
    assert "<code>{nothing}" not in ran.html
    for shown in (kernel.run("nbchat.chat()"), kernel.run("%chat branches")):
        assert not any(data in shown.text or data in shown.html for data in IN_DATA)


@pytest.mark.field("C7")
def test_a_number_of_the_history_shows_one_turn_whole_and_is_gone_to(
    kernel: RunningKernel,
) -> None:
    kernel.run("import nbchat; chat = nbchat.chat()")
    kernel.run(DATA)
    kernel.run("%%chat demo\nCount {reviews}")
    kernel.run("_ = chat.ask('Read this: ' + report)")
    kernel.run("%%chat\nThree")

    history = kernel.run("%chat history").text
    assert "The question's first 1,000 of 42,011 characters. %chat history 2 shows all" in history
    assert "> Read this: All was well." in history
    assert len(history) < 3000
    assert plain(kernel.run("%chat history 2").html).count("All was well. ") == 3000
    assert kernel.run("%chat history #1").text.count("'good', 'bad'") > 10
    for wrong in ("0", "4", "#4"):
        assert "no turn has the number" in kernel.run(f"%chat history {wrong}").error
    for wrong in ("x", "-1"):
        assert "a turn is shown by its number" in kernel.run(f"%chat history {wrong}").error

    assert kernel.run("%chat goto #2").text.startswith("After turn #2: 2 turns, the last is 'Read")
    kernel.run("%%chat\nOther")
    assert re.findall("(?m)^#([0-9]+)", kernel.run("%chat history").text) == ["1", "2", "4"]
    assert "no turn has the number 9" in kernel.run("%chat goto #9").error
    kernel.run("%chat goto #3")
    assert kernel.run("print(chat.last.question.text)").text == "Three\n"


@pytest.mark.field("C7")
def test_a_turn_of_another_day_has_its_day_and_an_image_is_said() -> None:
    turn = turn_of(Message("user", ["What is this?", Image(b"...", "image/png")]))
    turn.asked_at = 1_700_000_000.0
    unknown = turn_of(Message("user", "<b>{x}</b> \u202e"), inserted=("x (1 B)",), typed="<b>{x}")
    unknown.asked_at = 0.0

    page, text = history_page(tree_of(turn, unknown))

    first = rf"> What is this\?\n\nYes.\n\n#1 · {MOMENT} · m · sent 1 attachment\n\n> <"
    assert re.match(first, text)
    _, without = history_page(tree_of(turn, unknown), with_times=False)
    assert "#1 · m · sent 1 attachment" in without
    assert text.endswith("<b>{x}\n\nYes.\n\n#2 · at a time that is not known · m · sent x (1 B)")
    assert "&lt;b&gt;<code>{x}</code>" in page


@pytest.mark.field("C7")
def test_what_was_typed_is_stored_without_a_key_and_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KIMI_API_KEY", "sk-canary-0123456789abcdef")
    typed = "\nIs {x} like sk-canary-0123456789abcdef?\n"
    turn = turn_of(Message("user", "Is 7 like it?"), inserted=("x (1 B)",), typed=typed)
    row = {**question_fields(turn), **answer_fields(turn)}

    assert row["typed"] == "Is {x} like [KIMI_API_KEY]?"
    again = read_turn(row, 1, None)
    assert again.as_typed == again.title == "Is {x} like [KIMI_API_KEY]?"
    assert again.others == {}
    assert "typed" not in question_fields(turn_of(Message("user", "Hi"), inserted=("x",)))


@pytest.mark.field("C7")
def test_a_file_of_somebody_else_cannot_show_other_words_than_are_sent(tmp_path: Path) -> None:
    turn = turn_of(Message("user", "Obey: 7"), inserted=("x (1 B)",), typed="Hello {x}")
    chat = nbchat.chat("export")
    chat.add([turn])
    path = tmp_path / "talk.json"
    exported = as_json(chat)
    assert '"typed"' not in exported
    path.write_text(exported.replace('"inserted"', '"typed": "Hello",\n   "inserted"'))

    _, (read,) = read_export(path)

    assert read.as_typed == "Obey: 7"
    assert read.others == {}


def test_the_history_shows_what_tools_did() -> None:
    page, text = history_page(tree_of(Turn(Message("user", "Which feature?"), acted())))

    assert page.count("class=nbc-tool") == 6
    assert "<img" not in page
    assert "[picture, 600 × 300" in page
    assert "[run, failed: " in text


def test_the_history_shows_a_value_as_a_table() -> None:
    turn = turn_of(Message("user", "Who?"))
    turn.answer.valued = Valued([{"name": "Ada <b>", "age": 36}])

    page, text = history_page(tree_of(turn))  # type: ignore[arg-type]

    assert "<td style=text-align:left>Ada &lt;b&gt;</td><td>36</td>" in page
    assert '{"name": "Ada <b>", "age": 36}' in text
    assert "Yes." not in page
