"""A value that goes out again: named where it has not changed, and told where it has."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from nbchat.messages import Image, Message
from nbchat.turns import Turn

from ..fakes.provider import Service
from ..trusted import write_trusted
from .asking import Notebook

LOG = "\n".join(f"line {number}" for number in range(40))
SMALL = """
[[providers]]
type = "small"
name = "Small"
base_url = "{url}/v1"
key_needed = false

[[models]]
id = "tiny"
name = "Tiny"
type = "small"
context_window = 1600
max_output = 200
"""

pytestmark = pytest.mark.field("V2")


def test_what_has_not_changed_is_named_and_not_sent_again(notebook: Notebook) -> None:
    notebook.variables["log"] = LOG
    first = notebook.ask("What is {log}?")
    second = notebook.ask("And why is {log} so?")
    third = notebook.ask("Again {log}?")

    one, two, three = notebook.questions
    assert LOG in one
    assert two == "And why is log so?\n\n`log`: as shown above."
    assert three == "Again log?\n\n`log`: as shown above."
    assert [turn.inserted for turn in (second, third)] == [("log (as above)",)] * 2
    assert first.inserted != second.inserted
    assert LOG in second.question.text  # which is kept whole


def test_what_has_changed_is_sent_and_says_so(notebook: Notebook) -> None:
    notebook.variables["log"] = LOG
    notebook.ask("What is {log}?")
    notebook.variables["log"] = f"{LOG}\nlast"
    changed = notebook.ask("And now {log}?")
    notebook.variables["log"] = LOG
    notebook.ask("And now {log}?")

    _, two, three = notebook.questions
    assert two.startswith("And now log?\n\n`log` has changed since it was sent above.\n`log`")
    assert two.endswith("last\n```")
    assert "`log` has changed since it was sent above." in three
    assert changed.inserted[0].startswith("log (changed, ")


def test_another_form_of_a_value_is_no_change(notebook: Notebook) -> None:
    pandas = pytest.importorskip("pandas")
    notebook.variables["df"] = pandas.DataFrame({"a": range(3000)})
    notebook.ask("What is {df}?")
    notebook.ask("What is {df:30}?")
    notebook.ask("What is {df:all}?")
    notebook.ask("What is {df:30} of {df:all}?")
    notebook.ask("What is {df:30}?")
    notebook.ask("What is {df:5}, and {df:30}?")
    notebook.ask("What is {df:3}, and {df:5}?")

    assert not any("has changed" in question for question in notebook.questions)


def test_earlier_questions_read_the_same_in_each_request(
    notebook: Notebook, service: Service
) -> None:
    """Else the provider's cache would be lost."""
    picture = Image(b"\x89PNG 1", "image/png")
    for number in range(6):
        notebook.variables |= {"log": LOG + "!" * (number // 3), "number": number}
        notebook.ask("What is {log} with {number}?", [picture])

    sent = [request.json["messages"] for request in service.requests]
    for before, after in pairwise(sent):
        assert after[: len(before)] == before


def test_an_image_that_went_before_is_named(notebook: Notebook) -> None:
    one, two = Image(b"\x89PNG 1", "image/png"), Image(b"\x89PNG 2", "image/png")
    notebook.ask("This?", [one])
    notebook.ask("And this?", [two])
    notebook.ask("And these?", [two, one, Image(b"\x89PNG 3", "image/png")])

    assert notebook.questions[2] == (
        "And these?\n\n[The same image as attachment 2 above.]"
        "\n\n[The same image as attachment 1 above.]<image>"
    )
    assert len(notebook.chat.turns[2].question.parts) == 4


def test_on_another_branch_it_is_sent_again(notebook: Notebook) -> None:
    notebook.variables["log"] = LOG
    notebook.ask("What is {log}?")
    notebook.chat.undo()
    notebook.ask("Why is {log} so?")

    assert len(notebook.questions) == 1
    assert LOG in notebook.questions[0]


def test_what_stays_behind_with_an_old_turn_is_sent_again(
    notebook: Notebook, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_trusted(tmp_path, SMALL.format(url=service.url))
    monkeypatch.chdir(tmp_path)
    notebook.variables["log"] = LOG
    for number in range(9):
        left_out = notebook.ask("word " * 150 + f"{number} {{log}}?", model="small:tiny").left_out
        first, *others = notebook.questions
        assert LOG in first
        assert not any(LOG in question for question in others)
    assert left_out > 0


def test_of_questions_that_had_no_answer_each_value_goes_once(
    notebook: Notebook, service: Service
) -> None:
    from ..fakes.provider import said

    notebook.variables["log"] = LOG
    service.answers(*said(thought=["hm"], finish="length"))
    notebook.ask("What is {log}?")
    notebook.ask("Once more: {log}?")
    notebook.ask("And {log}?")

    together, last = notebook.questions
    assert together.count("line 7") == 1
    assert together.endswith("Once more: log?\n\n`log`: as shown above.")
    assert last == "And log?\n\n`log`: as shown above."


def test_words_that_only_look_like_a_value_are_sent(notebook: Notebook) -> None:
    text = "`x`:\n```\n7\n```"
    notebook.ask(text)
    notebook.ask(text)

    assert notebook.questions == [text, text]


def test_asked_again_elsewhere_the_label_says_what_is_sent_there() -> None:
    from nbchat.conversation.sent_values import SentValues
    from nbchat.events import Answer

    question = Message("user", ["Why log?", f"\n\n`log` (str):\n```\n{LOG}\n```"])
    turn = Turn(question, Answer(), inserted=("log (as above)",))
    values = SentValues()
    values.parts_of(turn)
    (label,) = values.labels(turn.inserted)

    assert label.startswith("log (~")
