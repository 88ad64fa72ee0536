"""Answers, conversations and models as a notebook shows them, and as text."""

from __future__ import annotations

from nbchat.catalog.model_list import Models
from nbchat.catalog.rows import Model
from nbchat.display import MOST_TURNS, conversation_bundle
from nbchat.events import Answer, Stop, Usage
from nbchat.messages import Message, Text, Thought, ToolCall
from nbchat.turns import Turn

from ..running_kernel import RunningKernel
from .dom import Page
from .payloads import EVERYTHING


def answer_of(text: str, model: str = "m") -> Answer:
    answer = Answer(model=model)
    for event in (Thought("hm"), Text(text), Usage(1_204, 386), Stop("end")):
        answer.add(event)
    return answer


def test_an_answer_shows_itself_rendered_and_as_its_source() -> None:
    shown = answer_of("*Hi* $x$")._repr_mimebundle_()

    assert shown["text/plain"] == "*Hi* $x$"
    assert "<em>Hi</em>" in shown["text/html"]
    assert "Thinking, 1 word" in shown["text/html"]
    assert Page(shown["text/html"], frame=True).text.endswith("m · 1,204 → 386 tokens")


def test_in_a_list_an_answer_is_short() -> None:
    assert repr([answer_of("x" * 100)]) == f"[<Answer of m, end: {'x' * 59 + '…'!r}>]"
    assert repr(Answer()) == "<Answer of no model, broken: ''>"


def test_a_conversation_shows_its_last_turns() -> None:
    turns = [
        Turn(Message("user", f"Question {n}\n\nof many"), answer_of(f"Answer *{n}*"))
        for n in range(MOST_TURNS + 5)
    ]

    shown = conversation_bundle("Conversation 'main'", turns)
    page = Page(shown["text/html"], frame=True)

    assert "5 earlier turns are not shown." in page.text
    assert "Question 4\n" not in page.text
    assert page.text.count("Question") == page.text.count("Answer") == MOST_TURNS
    assert "> Question 5\n\nof many\n\nAnswer *5*" in shown["text/plain"]


def test_models_are_a_table() -> None:
    rows = [
        Model(
            id="kimi-k3",
            name="K",
            type="kimi",
            features=("text", "image", "thinking"),
            context_window=1_000_000,
            price={"input": 0.6, "output": 2.5},
        ),
        Model(id="数据", name="x", type="x", status="retired", retired_on="2026-05-25"),
    ]
    shown = Models(rows)._repr_mimebundle_()

    assert shown["text/plain"] == (
        "model    provider    context  in / out per 1M  besides text\n"
        "kimi-k3  kimi      1,000,000  0.6 / 2.5 USD    image, thinking\n"
        "数据     x                                                      retired 2026-05-25\n"
        "2 models"
    )
    assert "<td style=text-align:left>kimi</td><td>1,000,000</td>" in shown["text/html"]
    assert repr(Models(rows)) == "<2 models>"
    assert Models([])._repr_mimebundle_()["text/plain"].endswith("0 models")


def test_a_row_tells_only_what_was_said_of_it() -> None:
    assert repr(Model(id="m", name="M", type="x")) == "Model(id='m', name='M', type='x')"


def test_none_of_them_lets_a_payload_through() -> None:
    for payload in EVERYTHING:
        answer = answer_of(payload, model=payload)
        answer.add(ToolCall("1", payload, {payload: payload}))
        turn = Turn(Message("user", payload), answer)
        name = "".join(payload.split()) or "x"
        for shown in (
            answer._repr_mimebundle_(),
            conversation_bundle(payload, [turn]),
            Models([Model(id=name, name=payload, type="x")])._repr_mimebundle_(),
        ):
            html = shown["text/html"]
            assert Page(html, frame=True).faults == [], payload
            assert not any(
                (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160
                for c in shown["text/plain"]
            ), payload


def test_a_notebook_displays_them(kernel: RunningKernel) -> None:
    for code, words in (
        ("import nbchat; nbchat.ask('demo', 'Show me a table')", "petal length"),
        ("c = nbchat.chat('talk'); c.ask('What did I ask?', 'demo'); c", "nbc-asked"),
        ("nbchat.models()", "kimi-k2.6"),
    ):
        (shown,) = kernel.run(code).outputs

        assert set(shown["data"]) == {"text/html", "text/plain"}
        assert words in shown["data"]["text/html"]
