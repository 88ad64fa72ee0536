"""What is sent of a long conversation: whole turns, the newest, as many as the model can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.conversation import window
from nbchat.engine.estimates import estimate_tokens
from nbchat.events import Answer, Stop, Usage
from nbchat.messages import File, Image, Message, Text
from nbchat.turns import Turn

from ..fakes.source import WHOLE
from ..trusted import write_trusted
from .talk import Talk

SMALL = """
[[providers]]
type = "small"
name = "Small"
base_url = "http://127.0.0.1:9/v1"
key_needed = false

[[models]]
id = "tiny"
name = "Tiny"
type = "small"
context_window = 1200
max_output = 200
"""


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Talk:
    write_trusted(tmp_path, SMALL)
    monkeypatch.chdir(tmp_path)
    return Talk(tmp_path / "history.sqlite", model="small:tiny")


def told(answer: Answer) -> list[str]:
    return [notice for notice in answer.notices if "not sent" in notice]


def test_the_oldest_turns_stay_behind_and_it_is_said(talk: Talk) -> None:
    for number in range(5):
        answer = talk.ask(f"{number} " + "word " * 150)  # 270 tokens each, by estimate
        if number < 3:
            assert told(answer) == []

    assert told(answer) == [
        "2 earlier turns not sent: the conversation has outgrown what the model can read."
    ]
    sent = talk.script.sent[-1]
    assert [m.role for m in sent] == ["user", "assistant", "user", "assistant", "user"]
    assert [m.text[0] for m in sent] == ["2", "Y", "3", "Y", "4"]
    assert talk.chat.turns[-1].left_out == 2
    assert len(talk.chat.turns) == 5
    talk.close()


def test_the_beginning_stays_the_same_for_a_few_questions(talk: Talk) -> None:
    """A prompt cache is lost each time the first turn changes."""
    for number in range(40):
        talk.ask(f"{number} " + "word " * 30)

    begins = [sent[0].text.split()[0] for sent in talk.script.sent]
    assert len(set(begins)) < 10
    assert max(estimate_tokens(sent) for sent in talk.script.sent) <= 1000
    talk.close()


def test_what_the_provider_counted_goes_before_the_estimate(talk: Talk) -> None:
    for number in range(12):
        counted = Usage(
            60 * (number + 1), 5
        )  # this provider counts 60 tokens where the estimate is 190
        answer = talk.ask(f"{number} " + "word " * 100, Text("Yes."), counted, Stop("end"))

    assert told(answer) == []
    assert len(talk.script.sent[-1]) == 23
    talk.close()


def test_a_count_that_cannot_be_true_is_not_believed(talk: Talk) -> None:
    for number in range(12):
        answer = talk.ask(f"{number} " + "word " * 100, Text("Yes."), Usage(5, 5), Stop("end"))

    assert len(told(answer)) == 1
    talk.close()


def test_a_question_that_fills_the_window_alone_is_sent_alone(talk: Talk) -> None:
    talk.ask("One")
    answer = talk.ask("word " * 2000)

    assert told(answer) == [
        "1 earlier turn not sent: the conversation has outgrown what the model can read."
    ]
    assert len(talk.script.sent[-1]) == 1
    talk.close()


def test_a_model_of_unknown_size_is_sent_everything(talk: Talk) -> None:
    for _ in range(5):
        answer = talk.ask("word " * 1000, *WHOLE, model="small:unknown-size")

    assert told(answer) == []
    assert len(talk.script.sent[-1]) == 9
    talk.close()


def test_a_bigger_model_is_sent_all_of_it_again(talk: Talk) -> None:
    for number in range(6):
        talk.ask(f"{number} " + "word " * 150)
    assert talk.chat.turns[-1].left_out > 0
    talk.ask("And?", *WHOLE, model="kimi-k2.6")

    assert len(talk.script.sent[-1]) == 13
    talk.close()


@pytest.mark.parametrize(
    ("model", "max_tokens", "tokens"),
    [
        (
            "kimi-k2-thinking",
            None,
            262_144 * 3 // 4,
        ),  # the table allows the whole window for the answer
        ("kimi-k2-thinking", 10_000, 252_144),
        ("demo", None, 8192 * 7 // 8),
        ("openrouter:some-new-model", None, None),
        ("no such model", None, None),
    ],
)
def test_the_limit_is_the_window_without_the_answer(
    model: str, max_tokens: int | None, tokens: int | None
) -> None:
    row = None if model == "no such model" else shipped().find(model).model

    assert window.input_limit(row, max_tokens) == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),  # as counted with cl100k_base and o200k_base, the larger number
    [
        ("The quick brown fox jumps over the lazy dog. ", 10),
        ("我们今天去北京的故宫博物院参观，天气非常好。", 25),
        ("for i in range(10):\n    print(i ** 2, end=', ')\n", 17),
        ('{"a": [1.234, 5.678, -9.01], "b": {"c": null}}\n', 26),
        ("3.14159 2.71828 1.41421 1.73205\n", 20),
        ("Съешь же ещё этих мягких французских булок ", 28),
        ("今日はとても良い天気ですね。散歩に行きましょう。", 28),
        ("안녕하세요 오늘은 날씨가 정말 좋네요 ", 22),
        ("नमस्ते दुनिया आप कैसे हैं ", 26),
    ],
)
def test_an_estimate_is_not_below_what_is_counted(text: str, tokens: int) -> None:
    estimate = estimate_tokens([Message("user", text * 20)])

    assert 20 * tokens <= estimate <= 20 * tokens * 2


def test_pictures_and_documents_count() -> None:
    assert estimate_tokens([Message("user", [Image(b"x")])]) > 1500
    assert estimate_tokens([Message("user", [File(bytes(3_000_000))])]) > 50_000


def test_turns_without_words_are_not_sent() -> None:
    silent = Turn(Message("user", "One"), Answer())
    spoken = Turn(Message("user", "Two"), Answer(), silent)
    spoken.answer.add(Text("Yes."))

    assert window.turns_to_send(spoken) == [spoken]
